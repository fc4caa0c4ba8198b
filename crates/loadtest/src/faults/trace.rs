//! What `strace` wrote down, read: whether the database's files were synchronised between a message's coming and its
//! being shown to anybody (D1).

use anyhow::{Context, Result, ensure};

/// What has to be traced.
pub const CALLS: &str =
    "trace=fsync,fdatasync,read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,pwritev2";
/// Calls that wait for the disk.
const SYNCS: [&str; 2] = ["fsync", "fdatasync"];
const READS: [&str; 4] = ["read", "readv", "recvfrom", "recvmsg"];
const WRITES: [&str; 4] = ["write", "writev", "sendto", "sendmsg"];
/// What stands in an answer or frame that shows a message.
const SHOWS: [&str; 3] = [r#"\"type\":\"ack\""#, r#"\"type\":\"message\""#, "HTTP/1.1 201"];

/// One system call.
#[derive(Debug)]
struct Call<'a> {
    name: &'a str,
    /// What it was about: a file's path or a socket, as `strace -y` has it.
    about: &'a str,
    /// The lines it began and ended on.
    began: usize,
    ended: usize,
    /// What it was given and gave, from both lines.
    text: [&'a str; 2],
    /// What it returned.
    result: i64,
}

impl Call<'_> {
    fn says(&self, what: &str) -> bool {
        self.text.iter().any(|text| text.contains(what))
    }
}

/// A trace that was read.
#[derive(Debug)]
pub struct Trace<'a>(Vec<Call<'a>>);

impl<'a> Trace<'a> {
    /// Reads what `strace -f -y -o` wrote.
    pub fn read(text: &'a str) -> Self {
        let mut calls = Vec::new();
        let mut begun: Vec<(&str, Call<'_>)> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let Some((thread, rest)) = line.split_once(' ') else { continue };
            let rest = rest.trim_start();
            if rest.starts_with("<... ") {
                let Some(at) = begun.iter().position(|(other, _)| *other == thread) else { continue };
                let (_, call) = begun.swap_remove(at);
                calls.push(Call { ended: number, text: [call.text[0], rest], result: result(rest), ..call });
            } else if let Some((name, arguments)) = rest.split_once('(') {
                let about = arguments.split([',', ')', ' ']).next().unwrap_or_default();
                let call = Call {
                    name,
                    about,
                    began: number,
                    ended: number,
                    text: [rest, ""],
                    result: result(rest),
                };
                if rest.ends_with("<unfinished ...>") { begun.push((thread, call)) } else { calls.push(call) }
            }
        }
        Self(calls)
    }

    /// Checks that between the moment this message was read and the moment anybody is shown it, a file whose path holds
    /// this was synchronised: the whole call, from its beginning to its success.
    ///
    /// # Errors
    /// When it was not, or the trace does not show the message.
    pub fn check(&self, client_id: &str, file: &str) -> Result<()> {
        let shown: Vec<_> = self
            .0
            .iter()
            .filter(|call| {
                WRITES.contains(&call.name) && call.says(client_id) && SHOWS.iter().any(|s| call.says(s))
            })
            .collect();
        let first = shown.iter().map(|call| call.began).min().context("the trace shows no ack of it")?;
        // Only the sender is sent an ack, and nothing else came from them since.
        let ack = shown.iter().find(|call| !call.says(SHOWS[1]) || call.says(SHOWS[0]));
        let ack = ack.context("the trace shows no ack of it")?;
        let came = self.0.iter().filter(|call| {
            READS.contains(&call.name) && call.about == ack.about && call.result > 0 && call.ended < ack.began
        });
        let came = came.map(|call| call.ended).max().context("the trace does not show how it came")?;
        let is_durable = self.0.iter().any(|call| {
            SYNCS.contains(&call.name)
                && call.about.contains(file)
                && call.result == 0
                && call.began > came
                && call.ended < first
        });
        ensure!(is_durable, "{client_id} is shown (line {first}) before it is durable (came on line {came})");
        Ok(())
    }
}

/// What a call returned; less than nothing when it failed or does not say.
fn result(line: &str) -> i64 {
    let result = line.rsplit_once(" = ").map(|(_, result)| result.split(' ').next().unwrap_or_default());
    result.and_then(|result| result.parse().ok()).unwrap_or(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "frontdesk.sqlite";
    const CAME: &str = r#"7 recvfrom(12<socket:[55]>, "\201\376", 8192, 0, NULL, NULL) = 90"#;
    const SYNCED: &str = "8 fdatasync(9</data/frontdesk.sqlite-wal>) = 0 (DELAYED)";
    const SHOWN: &str =
        r#"7 sendto(12<socket:[55]>, "{\"type\":\"ack\",\"client_id\":\"a1\"}", 40, 0, NULL, 0) = 40"#;

    fn check(lines: &[&str]) -> Result<()> {
        Trace::read(&lines.join("\n")).check("a1", FILE)
    }

    #[test]
    fn synchronised_between_is_durable() {
        check(&[CAME, SYNCED, SHOWN]).unwrap();
        let parts =
            ["8 fdatasync(9</data/frontdesk.sqlite-wal> <unfinished ...>", "8 <... fdatasync resumed>) = 0"];
        check(&[CAME, parts[0], parts[1], SHOWN]).unwrap();
    }

    #[test]
    fn before_after_failed_and_elsewhere_are_not() {
        check(&[SYNCED, CAME, SHOWN]).unwrap_err();
        check(&[CAME, SHOWN, SYNCED]).unwrap_err();
        check(&[CAME, "8 fdatasync(9</data/frontdesk.sqlite-wal>) = -1 EIO (Input/output error)", SHOWN])
            .unwrap_err();
        check(&[CAME, "8 fdatasync(9</data/other>) = 0", SHOWN]).unwrap_err();
        let parts =
            ["8 fdatasync(9</data/frontdesk.sqlite-wal> <unfinished ...>", "8 <... fdatasync resumed>) = 0"];
        check(&[parts[0], CAME, parts[1], SHOWN]).unwrap_err();
    }

    #[test]
    fn shown_to_another_first_is_too_early() {
        let other = SHOWN.replace("55", "56").replace("ack", "message");
        check(&[CAME, &other, SYNCED, SHOWN]).unwrap_err();
        check(&[CAME, SYNCED, &other, SHOWN]).unwrap();
    }
}
