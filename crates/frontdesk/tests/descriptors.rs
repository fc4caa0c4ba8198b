//! D8: running out of file descriptors, which is where too many connections end.
#![cfg(test)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use store::DatabaseConfig;
use testkit::{Kind, Program, run};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// Files the server may have open in the test.
const OPEN_FILES: usize = 96;
/// Over how long the exhausted server's processor time is measured.
const MEASURED: Duration = Duration::from_secs(2);

/// D8: without descriptors left the server neither ends nor spins, serves the connections it has, and accepts again
/// when there are some.
#[test]
fn d8_out_of_descriptors_the_server_waits_and_goes_on() {
    run(Kind::Sqlite, async |database: DatabaseConfig| {
        let home = tempfile::tempdir().unwrap();
        let limited = home.path().join("frontdesk");
        let script =
            format!("#!/bin/sh\nulimit -n {OPEN_FILES}\nexec {} \"$@\"\n", env!("CARGO_BIN_EXE_frontdesk"));
        fs::write(&limited, script).unwrap();
        fs::set_permissions(&limited, fs::Permissions::from_mode(0o755)).unwrap();
        let server = Program::serve(limited.to_str().unwrap(), &database).await;
        let alive = server.url().join("healthz").unwrap();
        let kept = reqwest::Client::new();
        assert_eq!(kept.get(alive.clone()).send().await.unwrap().status(), 200);

        let address = server.url().socket_addrs(|| None).unwrap()[0];
        let mut held = Vec::new();
        for _ in 0..OPEN_FILES * 2 {
            held.push(TcpStream::connect(address).await.unwrap());
        }
        while open_files(server.id()) < OPEN_FILES {
            tokio::task::yield_now().await;
        }
        let before = processor_ticks(server.id());
        sleep(MEASURED).await;
        let ticks = processor_ticks(server.id()) - before;
        assert!(ticks < 50, "a quarter of a processor or more, doing nothing: {ticks} ticks of 10 ms");
        assert_eq!(kept.get(alive.clone()).send().await.unwrap().status(), 200, "on the connection it has");

        drop(held);
        let anew = reqwest::Client::new();
        let answer = timeout(Duration::from_secs(10), anew.get(alive).send()).await;
        assert_eq!(answer.expect("accepts again").unwrap().status(), 200);
    });
}

fn open_files(process: u32) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).unwrap().count()
}

/// Time on the processor so far, in hundredths of a second.
fn processor_ticks(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The second field is the name, in brackets; user and system time are the fourteenth and fifteenth.
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}
