//! What lies between the card and the people around it: touches, removal, faults, lies, what is seen.

use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::apdu::{Command, Sw};

/// What people do when the card blinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finger {
    /// Touch it at once.
    Auto,
    /// Never touch it; its time is over at once.
    Deny,
    /// Touch it when `touch` says so.
    Wait,
    /// Touch it after this time.
    Delay(Duration),
}

/// How a wait for a touch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Touched.
    Given,
    /// The time is over.
    Over,
    /// The card was pulled out meanwhile.
    Gone,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The card answers this, and does nothing.
    Answers(Sw),
    /// It vanishes before it has done anything.
    VanishesBefore,
    /// It does what it is told, and vanishes before it answers.
    VanishesAfter,
}

/// When it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// At this instruction.
    pub ins: u8,
    /// With this second parameter, where it matters.
    pub p2: Option<u8>,
    /// At the so manieth from now on, from 1.
    pub nth: u32,
    /// What goes wrong.
    pub mishap: Mishap,
}

/// How attestations lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// They name another serial number.
    Serial(u32),
    /// They are about another public key.
    Key,
    /// They name another slot.
    Slot,
    /// They are signed by a device certificate that signed itself.
    Chain,
    /// They are there for imported keys too.
    Imported,
    /// They name other policies: PIN never, touch never.
    Policy,
}

/// A slot with a key, as it is seen.
#[derive(Clone, Debug, Serialize)]
pub struct SlotSeen {
    /// `p256`, `p384`, `ed25519`.
    pub algorithm: &'static str,
    /// PIN policy byte.
    pub pin: u8,
    /// Touch policy byte.
    pub touch: u8,
    /// `generated` or `imported`.
    pub origin: &'static str,
    /// The public half, in hex.
    pub public: String,
}

/// The card, as it is seen from outside.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Seen {
    /// Serial number.
    pub serial: u32,
    /// Firmware.
    pub firmware: String,
    /// Tries left for the PIN.
    pub pin_tries: u8,
    /// Tries left for the PUK.
    pub puk_tries: u8,
    /// VERIFY commands that had a PIN in them.
    pub verifications: u32,
    /// Wrong PINs and PUKs.
    pub wrong_pins: u32,
    /// Signatures made.
    pub signatures: u32,
    /// Touches waited for.
    pub touches: u32,
    /// The PIN is the one of the factory.
    pub pin_factory: bool,
    /// The PUK is the one of the factory.
    pub puk_factory: bool,
    /// The management key is the one of the factory.
    pub management_factory: bool,
    /// Algorithm byte of the management key.
    pub management_algorithm: u8,
    /// Slots with a key, by key reference in hex.
    pub slots: BTreeMap<String, SlotSeen>,
}

/// Everything on the desk.
pub struct Table {
    /// Whether the card is in the reader.
    pub present: bool,
    /// Whether the program ends.
    pub quit: bool,
    /// Whether the reader has found it and given it power since it was put in. (The smart card
    /// service takes power away again from a card that nobody uses.)
    pub powered: bool,
    /// Whether it waits for a touch now.
    pub waiting: bool,
    /// What people do when it blinks.
    pub finger: Finger,
    /// How long it waits.
    pub patience: Duration,
    /// Lies in use.
    pub lies: Vec<Lie>,
    /// What is seen of it.
    pub seen: Seen,
    /// What will go wrong.
    pub faults: Vec<Fault>,
    touched: bool,
    line: Option<TcpStream>,
}

/// The desk, for the card and for everybody who talks to the control socket.
pub struct Desk {
    table: Mutex<Table>,
    changed: Condvar,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            table: Mutex::new(Table {
                present: true,
                quit: false,
                powered: false,
                waiting: false,
                finger: Finger::Auto,
                patience: Duration::from_secs(15),
                lies: Vec::new(),
                seen: Seen::default(),
                faults: Vec::new(),
                touched: false,
                line: None,
            }),
            changed: Condvar::new(),
        }
    }
}

impl Desk {
    /// The table, to look at or to change; others wait meanwhile.
    pub fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().expect("nobody panics at the table")
    }

    /// Changes something, and tells those who wait.
    pub fn change(&self, change: impl FnOnce(&mut Table)) {
        change(&mut self.table());
        self.changed.notify_all();
    }

    /// A finger on the card now; in vain where it does not wait for one.
    pub fn touch(&self) {
        self.change(|table| table.touched = table.waiting);
    }

    /// Pulls it out.
    pub fn remove(&self) {
        self.change(|table| {
            table.present = false;
            table.powered = false;
            table.hang_up();
        });
    }

    /// Ends the program.
    pub fn quit(&self) {
        self.change(|table| {
            table.quit = true;
            table.hang_up();
        });
    }

    /// Waits until the card is in the reader; false where the program ends.
    pub fn until_present(&self) -> bool {
        let waited = self
            .changed
            .wait_while(self.table(), |table| !table.present && !table.quit);
        !waited.expect("nobody panics at the table").quit
    }

    /// The line to the reader is up; false where the card was pulled out meanwhile.
    pub fn line_is_up(&self, line: &TcpStream) -> bool {
        let mut table = self.table();
        table.line = line.try_clone().ok();
        table.present && !table.quit && table.line.is_some()
    }

    /// The line is down.
    pub fn line_is_down(&self) {
        self.change(|table| {
            table.line = None;
            table.powered = false;
        });
    }

    /// Waits for a touch.
    pub fn wait_for_touch(&self) -> Touch {
        let mut table = self.table();
        let begun = Instant::now();
        table.touched = matches!(table.finger, Finger::Auto);
        table.waiting = true;
        self.changed.notify_all();
        let end = loop {
            let waited = begun.elapsed();
            let patience = table.patience;
            let mut until = patience;
            if !table.present || table.quit {
                break Touch::Gone;
            }
            if table.touched {
                break Touch::Given;
            }
            match table.finger {
                Finger::Auto => break Touch::Given,
                Finger::Deny => break Touch::Over,
                Finger::Delay(delay) if delay < patience => {
                    if waited >= delay {
                        break Touch::Given;
                    }
                    until = delay;
                }
                Finger::Wait | Finger::Delay(_) => {}
            }
            let Some(rest) = until.checked_sub(waited).filter(|rest| !rest.is_zero()) else {
                break Touch::Over;
            };
            table = self
                .changed
                .wait_timeout(table, rest)
                .expect("nobody panics at the table")
                .0;
        };
        table.waiting = false;
        table.touched = false;
        drop(table);
        self.changed.notify_all();
        end
    }

    /// What goes wrong at this command.
    pub fn mishap(&self, command: &Command) -> Option<Mishap> {
        let mut table = self.table();
        for fault in &mut table.faults {
            if fault.ins == command.ins && fault.p2.is_none_or(|p2| p2 == command.p2) {
                fault.nth = fault.nth.saturating_sub(1);
            }
        }
        let at = table.faults.iter().position(|fault| fault.nth == 0)?;
        Some(table.faults.remove(at).mishap)
    }
}

impl Table {
    fn hang_up(&mut self) {
        if let Some(line) = self.line.take() {
            // a line that is already down is as good
            let _ = line.shutdown(Shutdown::Both);
        }
    }
}

#[cfg(test)]
mod tests;
