//! The line to vpcd, the virtual reader: frames with two bytes of length before them.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use crate::card::Card;

/// Answer to reset of a `YubiKey` 5.
pub const ATR: [u8; 23] = [
    0x3b, 0xfd, 0x13, 0x00, 0x00, 0x81, 0x31, 0xfe, 0x15, 0x80, 0x73, 0xc0, 0x21, 0xc0, 0x57, 0x59,
    0x75, 0x62, 0x69, 0x4b, 0x65, 0x79, 0x40,
];

/// How long a reader that was not there is left alone before it is tried again.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a card that was in a reader stays away. The smart card service looks at its readers every
/// 400 ms; a card that is back before it looked would never have been away.
const AWAY: Duration = Duration::from_millis(1000);

/// Puts the card into the reader at this port, again and again, until it is told to quit.
pub fn serve(card: &mut Card, port: u16) {
    let desk = card.desk();
    while desk.until_present() {
        if let Ok(mut line) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            // one answer, one segment: nothing is gained by waiting for more
            let _ = line.set_nodelay(true);
            if desk.line_is_up(&line) {
                while let Ok(()) = one(card, &mut line) {}
            }
            drop(line);
            card.power_off();
            desk.line_is_down();
            std::thread::sleep(AWAY);
        } else {
            std::thread::sleep(PAUSE);
        }
    }
}

/// One frame, and its answer.
fn one(card: &mut Card, line: &mut TcpStream) -> std::io::Result<()> {
    let mut length = [0; 2];
    line.read_exact(&mut length)?;
    // vpcd sends the length by itself and then waits for it to be acknowledged, which the kernel puts
    // off by 40 ms; it forgets each time that it should not
    let _ = rustix::net::sockopt::set_tcp_quickack(&*line, true);
    let mut frame = vec![0; usize::from(u16::from_be_bytes(length))];
    line.read_exact(&mut frame)?;
    let answer = match frame[..] {
        [] => return Ok(()),
        [0] => {
            card.power_off();
            return Ok(());
        }
        [1] | [2] => {
            card.power_on();
            return Ok(());
        }
        [4] => Some(ATR.to_vec()),
        _ => card.transmit(&frame),
    };
    let Some(answer) = answer else {
        return Err(std::io::ErrorKind::ConnectionAborted.into());
    };
    let length = u16::try_from(answer.len())
        .map_err(|_| std::io::ErrorKind::InvalidData)?
        .to_be_bytes();
    line.write_all(&[&length[..], &answer].concat())
}
