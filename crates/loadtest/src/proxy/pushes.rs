//! What Redis sends, told apart (RESP): so that single messages it pushes can be lost, doubled and put out of order
//! while the rest comes through.

use rand::RngExt;
use rand::rngs::StdRng;

/// Of all messages so many are lost, so many doubled, and so many come after the next.
const SHARE: f64 = 0.1;

/// One connection's stream from Redis.
#[derive(Debug)]
pub struct Pushes {
    /// What is not whole yet.
    begun: Vec<u8>,
    /// What comes after the next.
    held: Option<Vec<u8>>,
    rng: StdRng,
}

impl Pushes {
    /// A new connection's.
    pub fn new(rng: StdRng) -> Self {
        Self { begun: Vec::new(), held: None, rng }
    }

    /// Takes what came and gives what is passed on: whole answers and pushes, messages with or without noise.
    pub fn pass(&mut self, bytes: &[u8], is_noisy: bool) -> Vec<u8> {
        self.begun.extend_from_slice(bytes);
        let mut passed = Vec::new();
        while let Some(length) = length_of(&self.begun) {
            let whole: Vec<u8> = self.begun.drain(..length).collect();
            if !is_message(&whole) {
                passed.extend(whole);
                continue;
            }
            let chance: f64 = if is_noisy { self.rng.random() } else { 1.0 };
            let held = self.held.take();
            match chance / SHARE {
                0.0..1.0 => {}
                1.0..2.0 => passed.extend([&whole[..], &whole].concat()),
                2.0..3.0 if held.is_none() => {
                    self.held = Some(whole);
                    continue;
                }
                _ => passed.extend(whole),
            }
            passed.extend(held.into_iter().flatten());
        }
        passed
    }
}

/// Whether this is a message of a subscription.
fn is_message(whole: &[u8]) -> bool {
    whole.starts_with(b">") && whole.windows(7).take(20).any(|word| word == b"message")
}

/// How long the first value is, when it is whole.
fn length_of(bytes: &[u8]) -> Option<usize> {
    let line = bytes.windows(2).position(|end| end == b"\r\n")?;
    let count = || std::str::from_utf8(&bytes[1..line]).ok()?.parse::<i64>().ok();
    let head = line + 2;
    let values = match bytes[0] {
        b'$' | b'=' | b'!' => {
            let Ok(length) = usize::try_from(count()?) else { return Some(head) };
            return (bytes.len() >= head + length + 2).then_some(head + length + 2);
        }
        b'*' | b'>' | b'~' => count()?,
        b'%' => 2 * count()?,
        _ => 0,
    };
    (0..values).try_fold(head, |at, _| Some(at + length_of(bytes.get(at..)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random;

    fn message(text: &str) -> Vec<u8> {
        format!(">3\r\n$8\r\nsmessage\r\n$1\r\nc\r\n${}\r\n{text}\r\n", text.len()).into_bytes()
    }

    fn pushes() -> Pushes {
        Pushes::new(random::source(1, "test", 0))
    }

    #[test]
    fn without_noise_everything_comes_as_it_is_however_it_is_cut() {
        let stream = [&b"+OK\r\n%1\r\n+a\r\n:1\r\n$-1\r\n"[..], &message("x\r\ny"), b"*0\r\n_\r\n"].concat();
        for cut in 1..stream.len() {
            let mut pushes = pushes();
            let mut passed = pushes.pass(&stream[..cut], false);
            passed.extend(pushes.pass(&stream[cut..], false));
            assert_eq!(passed, stream);
        }
    }

    #[test]
    fn with_noise_messages_are_lost_doubled_and_swapped_and_answers_are_not() {
        let mut pushes = pushes();
        let stream: Vec<u8> =
            (1000..2000).flat_map(|n| [message(&n.to_string()), b":1\r\n".to_vec()].concat()).collect();
        let passed = String::from_utf8(pushes.pass(&stream, true)).unwrap();
        let passed = passed + &String::from_utf8(pushes.pass(b":1\r\n", false)).unwrap();
        let count = |n: usize| passed.matches(&format!("{n}\r\n")).count();
        let (lost, doubled) = (
            (1000..2000).filter(|n| count(*n) == 0).count(),
            (1000..2000).filter(|n| count(*n) == 2).count(),
        );
        assert!((50..200).contains(&lost), "{lost}");
        assert!((50..200).contains(&doubled), "{doubled}");
        assert_eq!(passed.matches(":1\r\n").count(), 1001);
        let numbers: Vec<usize> = passed.lines().filter_map(|line| line.parse().ok()).collect();
        assert!(!numbers.is_sorted());
    }
}
