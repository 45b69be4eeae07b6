//! Whether an answer is one to the ask.

use super::{Answer, Ask, Form};
use crate::ceremony::clock;
use crate::ceremony::plan::{ParticipantId, Plan};
use crate::ceremony::refusal::Refusal;

/// The bytes of a received file; `None` where the text is not base64 of 1 to
/// [`crate::qr::MAX_FILE`] bytes.
pub fn received_file(text: &str) -> Option<Vec<u8>> {
    let most = crate::qr::MAX_FILE.div_ceil(3) * 4;
    let short = (1..=most).contains(&text.len());
    let bytes = short.then(|| data_encoding::BASE64.decode(text.as_bytes()).ok())?;
    bytes.filter(|bytes| bytes.len() <= crate::qr::MAX_FILE)
}

impl Ask {
    /// Checks an answer against this ask; gives the people who answered, in the order of the seats.
    pub fn accept(&self, answer: &Answer, plan: &Plan) -> Result<Vec<ParticipantId>, Refusal> {
        if self.form == Form::Halted {
            return Err(Refusal::NothingToAnswer {
                title: self.title.clone(),
            });
        }
        if self.document.is_some() && !answer.read_to_end {
            return Err(Refusal::NotReadToEnd {
                title: self.title.clone(),
            });
        }
        self.accept_typed(&answer.typed)?;
        self.accept_received(answer.received.as_deref())?;
        self.seat(&answer.initials, plan)
    }

    fn accept_typed(&self, typed: &[String]) -> Result<(), Refusal> {
        let expect = |wanted: usize| {
            if typed.len() == wanted {
                Ok(())
            } else {
                Err(Refusal::Incomplete {
                    wanted: u32::try_from(wanted).unwrap_or(u32::MAX),
                    got: u32::try_from(typed.len()).unwrap_or(u32::MAX),
                })
            }
        };
        match &self.form {
            Form::Confirm | Form::Secret(_) | Form::Scan { .. } | Form::Halted => expect(0),
            Form::Choose { options } => {
                expect(1)?;
                let word = typed.first().map(String::as_str).unwrap_or_default();
                if options.iter().any(|option| option.key == word) {
                    Ok(())
                } else {
                    Err(Refusal::NoSuchChoice {
                        typed: word.to_owned(),
                        choices: options.iter().map(|o| o.key.clone()).collect(),
                    })
                }
            }
            Form::TypeBack { phrase } => {
                expect(1)?;
                let got = typed.first().map(String::as_str).unwrap_or_default();
                if got == phrase {
                    Ok(())
                } else {
                    Err(Refusal::PhraseDiffers {
                        expected: phrase.clone(),
                        typed: got.to_owned(),
                    })
                }
            }
            Form::Words { positions } => {
                expect(positions.len())?;
                self.accept_words(positions, typed)
            }
            Form::WatchTime { .. } => {
                expect(1)?;
                let watch = typed.first().map(String::as_str).unwrap_or_default();
                clock::minutes_of_day(watch).map(|_| ())
            }
        }
    }

    /// A file comes with an answer exactly where one was asked for.
    fn accept_received(&self, received: Option<&str>) -> Result<(), Refusal> {
        let parts = |got: bool| u32::from(got);
        let wanted = matches!(self.form, Form::Scan { .. });
        match received {
            Some(text) if wanted => match received_file(text) {
                Some(_) => Ok(()),
                None => Err(Refusal::NothingReceived),
            },
            None if !wanted => Ok(()),
            None => Err(Refusal::NothingReceived),
            Some(_) => Err(Refusal::Incomplete {
                wanted: parts(wanted),
                got: parts(true),
            }),
        }
    }

    fn accept_words(&self, positions: &[u8], typed: &[String]) -> Result<(), Refusal> {
        let Some(digest) = &self.digest else {
            return Ok(());
        };
        let words = digest.sha256.words();
        for (position, got) in positions.iter().zip(typed) {
            let right = usize::from(*position)
                .checked_sub(1)
                .and_then(|index| words.get(index))
                .is_some_and(|word| word.eq_ignore_ascii_case(got.trim()));
            if !right {
                return Err(Refusal::WordDiffers {
                    of: digest.of.clone(),
                    position: *position,
                    typed: got.clone(),
                });
            }
        }
        Ok(())
    }

    fn seat(&self, initials: &[String], plan: &Plan) -> Result<Vec<ParticipantId>, Refusal> {
        // Nobody answers for nobody, and initials beside the seats would be in the record unchecked.
        if self.seats.is_empty() || initials.len() > self.seats.len() {
            let count = |people: usize| u32::try_from(people).unwrap_or(u32::MAX);
            return Err(Refusal::Incomplete {
                wanted: count(self.seats.len().max(1)),
                got: count(initials.len()),
            });
        }
        let mut seated: Vec<ParticipantId> = Vec::new();
        for (number, seat) in self.seats.iter().enumerate() {
            let typed = initials.get(number).map_or("", |text| text.trim());
            let person = plan
                .participants
                .iter()
                .find(|p| !typed.is_empty() && p.initials.eq_ignore_ascii_case(typed))
                .ok_or_else(|| Refusal::UnknownInitials {
                    typed: typed.to_owned(),
                    role: seat.role.clone(),
                })?;
            if !seat.who.contains(&person.id) {
                return Err(Refusal::WrongPerson {
                    name: person.name.clone(),
                    role: seat.role.clone(),
                });
            }
            if seated.contains(&person.id) {
                return Err(Refusal::SamePersonTwice {
                    name: person.name.clone(),
                });
            }
            seated.push(person.id.clone());
        }
        Ok(seated)
    }
}
