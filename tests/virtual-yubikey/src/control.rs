//! The control socket: a line with a wish, a line of JSON with the answer.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::desk::{Desk, Fault, Finger, Lie, Mishap};

/// Listens at this path, in threads of its own.
pub fn listen(path: &Path, desk: Arc<Desk>) -> std::io::Result<()> {
    // what a killed card has left
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let desk = Arc::clone(&desk);
            std::thread::spawn(move || {
                // who hangs up in the middle wants no answer
                let _ = talk(&stream, &desk);
            });
        }
    });
    Ok(())
}

fn talk(stream: &UnixStream, desk: &Desk) -> std::io::Result<()> {
    for line in BufReader::new(stream).lines() {
        let answer = match obey(desk, &line?) {
            Ok(answer) => answer,
            Err(wrong) => json!({ "error": wrong }),
        };
        let mut out = stream;
        writeln!(out, "{answer}")?;
    }
    Ok(())
}

/// Does what the line says.
pub fn obey(desk: &Desk, line: &str) -> Result<Value, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        ["touch"] => desk.touch(),
        ["touch", "auto"] => desk.change(|table| table.finger = Finger::Auto),
        ["touch", "deny"] => desk.change(|table| table.finger = Finger::Deny),
        ["touch", "wait"] => desk.change(|table| table.finger = Finger::Wait),
        ["touch", "delay", ms] => {
            let delay = milliseconds(ms)?;
            desk.change(|table| table.finger = Finger::Delay(delay));
        }
        ["touch-timeout", ms] => {
            let patience = milliseconds(ms)?;
            desk.change(|table| table.patience = patience);
        }
        ["remove"] => desk.remove(),
        ["insert"] => desk.change(|table| table.present = true),
        ["fail", ins, sw, ref nth @ ..] => {
            let sw = u16::from_str_radix(sw, 16).map_err(|_| format!("no status word: {sw}"))?;
            will_happen(desk, ins, Mishap::Answers(sw), nth)?;
        }
        ["drop", ins, "before", ref nth @ ..] => {
            will_happen(desk, ins, Mishap::VanishesBefore, nth)?;
        }
        ["drop", ins, "after", ref nth @ ..] => {
            will_happen(desk, ins, Mishap::VanishesAfter, nth)?;
        }
        ["faults", "off"] => desk.change(|table| table.faults.clear()),
        ["lie", "off"] => desk.change(|table| table.lies.clear()),
        ["lie", ref lie @ ..] => {
            let lie = lie_of(lie)?;
            desk.change(|table| table.lies.push(lie));
        }
        ["waiting"] => return Ok(json!({ "waiting": desk.table().waiting })),
        ["status"] => return status(desk),
        ["quit"] => desk.quit(),
        _ => return Err(format!("not understood: {line}")),
    }
    Ok(json!({ "ok": true }))
}

fn status(desk: &Desk) -> Result<Value, String> {
    let table = desk.table();
    let mut status = serde_json::to_value(&table.seen).map_err(|error| error.to_string())?;
    status["present"] = table.present.into();
    status["powered"] = table.powered.into();
    status["waiting"] = table.waiting.into();
    status["faults"] = table.faults.len().into();
    Ok(status)
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .map(Duration::from_millis)
        .map_err(|_| format!("no number of milliseconds: {text}"))
}

/// `INS` or `INS:P2`, in hex, and which one from now on.
fn will_happen(desk: &Desk, at: &str, mishap: Mishap, nth: &[&str]) -> Result<(), String> {
    let byte = |text: &str| {
        u8::from_str_radix(text, 16).map_err(|_| format!("no byte in hexadecimal digits: {text}"))
    };
    let (ins, p2) = match at.split_once(':') {
        Some((ins, p2)) => (byte(ins)?, Some(byte(p2)?)),
        None => (byte(at)?, None),
    };
    let nth = match nth {
        [] => 1,
        [nth] => nth
            .parse()
            .ok()
            .filter(|nth| *nth > 0)
            .ok_or_else(|| format!("not a number from 1: {nth}"))?,
        _ => return Err("too many words".to_owned()),
    };
    desk.change(|table| {
        table.faults.push(Fault {
            ins,
            p2,
            nth,
            mishap,
        });
    });
    Ok(())
}

fn lie_of(words: &[&str]) -> Result<Lie, String> {
    match words {
        ["serial", serial] => serial
            .parse()
            .map(Lie::Serial)
            .map_err(|_| format!("no serial number: {serial}")),
        ["key"] => Ok(Lie::Key),
        ["slot"] => Ok(Lie::Slot),
        ["chain"] => Ok(Lie::Chain),
        ["imported"] => Ok(Lie::Imported),
        ["policy"] => Ok(Lie::Policy),
        _ => Err(format!("no such lie: {}", words.join(" "))),
    }
}

#[cfg(test)]
mod tests;
