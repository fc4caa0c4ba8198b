//! Packets lost on the way to a socket, by a filter in the kernel, so that TCP itself has to mend it.

use socket2::{SockFilter, Socket};
use std::io;
use std::os::fd::AsFd;

/// Of all packets so many are lost: 5 %.
const SHARE: f64 = 0.05;

/// The packets that come to one socket.
#[derive(Debug)]
pub struct Packets {
    socket: Socket,
    are_lost: bool,
}

impl Packets {
    /// Of this socket.
    ///
    /// # Errors
    /// When there are too many open files.
    pub fn of(socket: &impl AsFd) -> io::Result<Self> {
        Ok(Self { socket: socket.as_fd().try_clone_to_owned()?.into(), are_lost: false })
    }

    /// Whether some are lost from here on.
    ///
    /// # Errors
    /// When the kernel has no filters.
    pub fn are_lost(&mut self, are_lost: bool) -> io::Result<()> {
        if self.are_lost == are_lost {
            return Ok(());
        }
        self.are_lost = are_lost;
        if are_lost { self.socket.attach_filter(&losing()) } else { self.socket.detach_filter() }
    }
}

/// Load a random number; from a limit on keep the packet, below it drop it.
fn losing() -> [SockFilter; 4] {
    const LOAD_RANDOM: (u16, u32) = (0x20, 0xffff_f038);
    const AT_LEAST: u16 = 0x35;
    const RETURN: u16 = 0x06;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the range")]
    let limit = (SHARE * f64::from(u32::MAX)) as u32;
    [
        SockFilter::new(LOAD_RANDOM.0, 0, 0, LOAD_RANDOM.1),
        SockFilter::new(AT_LEAST, 1, 0, limit),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::UdpSocket;

    /// Of these many packets.
    const SENT: usize = 4000;

    fn arrived(from: &UdpSocket, to: &UdpSocket) -> usize {
        let mut byte = [0];
        let arrives = |_: &usize| from.send(&[1]).is_ok() && to.recv(&mut byte).is_ok();
        (0..SENT).filter(arrives).count()
    }

    #[test]
    fn about_one_in_twenty_is_lost_and_none_afterwards() {
        let (from, to) = (UdpSocket::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("127.0.0.1:0").unwrap());
        from.connect(to.local_addr().unwrap()).unwrap();
        to.set_nonblocking(true).unwrap();
        let mut packets = Packets::of(&to).unwrap();
        packets.are_lost(true).unwrap();
        let arrived_at_first = arrived(&from, &to);
        assert!((SENT * 90 / 100..SENT * 98 / 100).contains(&arrived_at_first), "{arrived_at_first}");
        packets.are_lost(false).unwrap();
        assert_eq!(arrived(&from, &to), SENT);
    }
}
