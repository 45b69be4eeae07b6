//! What the world was asked for, and what it said.

use super::{Changes, Place, failed, listed};
use crate::ceremony::event::Event;
use crate::report;
use crate::safe::safe;

impl Changes<'_> {
    pub(super) fn acts(&mut self, event: &Event) {
        if let Some(effect) = self
            .after
            .in_flight
            .as_ref()
            .filter(|effect| self.before.in_flight.as_ref() != Some(*effect))
        {
            let doing = report::effect(effect);
            self.say(Place::Screen, format!("An act began: {}", doing.doing));
        }
        match event {
            Event::Faulted(fault) | Event::LogLost(fault) => {
                let words = failed(fault);
                self.say(Place::Record, words);
            }
            Event::TokenIdentified(identity) => {
                let pin = report::pin_words(&identity.pin);
                let pin = if pin.is_empty() {
                    String::new()
                } else {
                    format!(" {pin}")
                };
                self.say(
                    Place::Record,
                    format!(
                        "The token introduced itself: {} {}, serial {}.{pin}",
                        safe(&identity.manufacturer),
                        safe(&identity.model),
                        safe(&identity.serial)
                    ),
                );
            }
            Event::KeySought { key } => self.say(
                Place::Record,
                match key {
                    Some(key) => format!("The key {} was found on the token.", safe(&key.label)),
                    None => "The key is not on the token.".to_owned(),
                },
            ),
            Event::ClockRead { utc } => self.say(
                Place::Record,
                format!("The clock of the computer said {}.", safe(utc)),
            ),
            Event::MediaListed { media } => {
                let names: Vec<String> = media.iter().map(|medium| safe(&medium.name())).collect();
                self.say(
                    Place::Record,
                    format!(
                        "Media that were found: {}.",
                        if names.is_empty() {
                            "none".to_owned()
                        } else {
                            listed(&names)
                        }
                    ),
                );
            }
            Event::ScreenRecorded(mark) => {
                let ends = if mark.ended { " It ends there." } else { "" };
                self.say(
                    Place::Record,
                    format!(
                        "The recording of the screen is on record up to its byte {}, SHA-256 {}.{ends}",
                        mark.bytes,
                        mark.sha256.short()
                    ),
                );
            }
            Event::FilesRead { files } => {
                let names: Vec<String> = files.iter().map(|file| safe(&file.path)).collect();
                self.say(Place::Record, format!("Read: {}.", listed(&names)));
            }
            _ => {}
        }
        if let (None, Some(effect)) = (&self.before.in_doubt, &self.after.in_doubt) {
            let title = report::effect(effect).title.to_lowercase();
            self.say(
                Place::Record,
                format!("Whether an act was done is in doubt: {title}."),
            );
        } else if self.before.in_doubt.is_some() && self.after.in_doubt.is_none() {
            self.say(Place::Record, "What was in doubt is settled.");
        }
    }
}
