//! `frontdesk ready`: does the server on this machine serve? An image without a shell has nothing else to ask with.

use crate::cli::ReadyArgs;
use crate::failure::Failure;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long the server may take: more than it gives its database.
const PATIENCE: Duration = Duration::from_secs(4);
/// `Host` is a loopback name, which every server answers to.
const QUESTION: &[u8] = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Runs the command.
///
/// # Errors
/// When the server does not answer, or answers that it is not ready.
pub async fn run(args: &ReadyArgs) -> Result<(), Failure> {
    let address = from_here(args.listen);
    let answer =
        timeout(PATIENCE, ask(address)).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
    match answer {
        Ok(answer) if answer.starts_with("HTTP/1.1 200 ") => Ok(()),
        Ok(answer) => {
            let said = answer.lines().last().unwrap_or_default();
            Err(Failure::fault("not ready", format!("the server says {said}"), "See its log"))
        }
        Err(error) => Err(Failure::fault(
            "not ready",
            format!("nothing answers at {address} ({error})"),
            "Start the server, or name its address with --listen",
        )),
    }
}

/// What listens on every address is reached by loopback.
fn from_here(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

async fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(QUESTION).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_listens_everywhere_is_asked_over_loopback() {
        let asked = |listen: &str| from_here(listen.parse().unwrap()).to_string();
        assert_eq!(asked("0.0.0.0:8000"), "127.0.0.1:8000");
        assert_eq!(asked("[::]:8000"), "[::1]:8000");
        assert_eq!(asked("192.0.2.1:8000"), "192.0.2.1:8000");
    }
}
