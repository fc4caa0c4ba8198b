//! What the server needs of the machine it runs on.

use super::{Check, Verdict};
use crate::address::AddressArgs;
use crate::limits;
use std::net::TcpListener;
use std::path::Path;

/// Less room than this for the embedded database is worth a warning, in bytes.
const LOW_SPACE: u64 = 1 << 30;
/// With less than this the server cannot go on for long, in bytes.
const NO_SPACE: u64 = 64 << 20;
/// Fewer open files than this keep the server from what it can do: each socket is one.
const FEW_FILES: u64 = 10_000;

/// Whether the embedded database can be kept in the directory.
pub fn data_directory(directory: &Path) -> Check {
    let place = directory.display();
    let written = tempfile::tempfile_in(directory);
    let verdict = match written {
        Ok(_) => Verdict::Ok(format!("{place} can be written")),
        Err(error) => {
            Verdict::Fail(format!("cannot write to {place}: {error}. Choose another with --data-dir"))
        }
    };
    Check { what: "data directory", verdict }
}

/// Whether the database has room to grow.
pub fn free_space(directory: &Path) -> Check {
    let verdict = match rustix::fs::statvfs(directory) {
        Err(error) => Verdict::Warn(format!("cannot tell how much is free: {error}")),
        Ok(disk) => {
            let free = disk.f_bavail * disk.f_frsize;
            let found = format!("{} MiB free", free >> 20);
            match free {
                0..NO_SPACE => {
                    Verdict::Fail(format!("{found}. Make room: messages are refused on a full disk"))
                }
                NO_SPACE..LOW_SPACE => Verdict::Warn(format!("{found}. Make room soon")),
                LOW_SPACE.. => Verdict::Ok(found),
            }
        }
    };
    Check { what: "disk", verdict }
}

/// Whether enough sockets can be open at once.
pub fn open_files() -> Check {
    let verdict = match limits::most_open_files() {
        Some(most) if most < FEW_FILES => Verdict::Warn(format!(
            "{most} at most, and each socket is one. Raise it: LimitNOFILE in systemd, or ulimit -Hn"
        )),
        Some(most) => Verdict::Ok(format!("{most} at most")),
        None => Verdict::Ok("no limit".to_owned()),
    };
    Check { what: "open files", verdict }
}

/// Whether the address can be listened on. A server that runs already holds it.
pub fn address(args: &AddressArgs) -> Check {
    let listen = args.listen;
    let verdict = match TcpListener::bind(listen) {
        Ok(_) => Verdict::Ok(format!("{listen} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => Verdict::Warn(format!(
            "{listen} is in use. Fine if that is Frontdesk; else choose another with --listen"
        )),
        Err(error) => {
            Verdict::Fail(format!("cannot listen on {listen}: {error}. Choose another with --listen"))
        }
    };
    Check { what: "address", verdict }
}

/// Whether anybody but this computer is served.
pub fn public_url(args: &AddressArgs) -> Check {
    let verdict = match &args.public_url {
        Some(url) if url.scheme() == "https" => Verdict::Ok(url.to_string()),
        Some(url) => Verdict::Warn(format!("{url} is not encrypted. Put a proxy with HTTPS before it")),
        None => Verdict::Warn(
            "none: only this computer is served. Set --public-url to the address people will use".to_owned(),
        ),
    };
    Check { what: "public URL", verdict }
}
