//! A forger who has the program: takes a transcript apart, changes it, and chains it anew so that
//! everything agrees with the change that can.

use rootstage::ceremony::ask::{Ask, Form};
use rootstage::ceremony::event::Event;
use rootstage::ceremony::plan::Mode;
use rootstage::digest::Sha256;
use rootstage::transcript::chain::Draft;
use rootstage::transcript::{Chain, Record};

/// A record, taken apart so that it can be forged.
#[derive(Clone, PartialEq)]
pub struct Loose {
    pub actor: String,
    pub at: String,
    pub mono: u64,
    pub step: String,
    pub event: Event,
    pub salt: [u8; 16],
    /// The head of the transcript before this record.
    pub before: Sha256,
}

/// The records of a transcript.
pub fn loose(bytes: &[u8]) -> Vec<Loose> {
    let mut before = Chain::new(Mode::Rehearsal).head();
    let mut records = Vec::new();
    for line in std::str::from_utf8(bytes).unwrap().lines() {
        let record = Record::parse(line).unwrap();
        let salt = data_encoding::HEXLOWER.decode(record.salt.as_bytes());
        records.push(Loose {
            actor: record.actor.to_owned(),
            at: record.at.to_owned(),
            mono: record.mono,
            step: record.step.to_owned(),
            event: record.event().unwrap(),
            salt: salt.unwrap().try_into().unwrap(),
            before,
        });
        before = record.node_digest().unwrap();
    }
    records
}

/// Chains records anew. Which words of a digest are read back follows from the head before, and so does
/// the head that is shown: the forger asks and answers these as they are now.
pub fn chained(mode: Mode, records: &[Loose]) -> Vec<u8> {
    let mut chain = Chain::new(mode);
    let mut bytes = Vec::new();
    let mut asked: Option<Ask> = None;
    for loose in records {
        let mut event = loose.event.clone();
        match &mut event {
            Event::Asked(ask) if chain.head() != loose.before => {
                if let Some(shown) = &mut ask.digest
                    && shown.sha256 == loose.before
                {
                    shown.sha256 = chain.head();
                }
                if let Form::Words { positions } = &mut ask.form {
                    *positions = drawn(&ask.name, chain.head(), positions.len());
                    asked = Some(ask.clone());
                }
            }
            Event::Answered { ask, answer, .. } => {
                let of = asked.take().filter(|asked| asked.name == *ask);
                if let Some(of) = of
                    && let (Form::Words { positions }, Some(shown)) = (&of.form, &of.digest)
                {
                    let words = shown.sha256.words();
                    let typed = positions
                        .iter()
                        .map(|at| words[usize::from(*at) - 1].to_owned());
                    answer.typed = typed.collect();
                }
            }
            _ => {}
        }
        let line = chain.append(&Draft {
            actor: &loose.actor,
            at: &loose.at,
            mono: loose.mono,
            step: &loose.step,
            event: &event,
            salt: loose.salt,
        });
        bytes.extend(line.unwrap().into_bytes());
        bytes.push(b'\n');
    }
    bytes
}

/// The words that are drawn at this head.
fn drawn(ask: &str, head: Sha256, count: usize) -> Vec<u8> {
    let draw = Sha256::of_parts(&[b"read-back", ask.as_bytes(), &head.0]);
    let mut chosen = Vec::new();
    for position in draw.0.map(|byte| byte % 32 + 1) {
        if !chosen.contains(&position) && chosen.len() < count {
            chosen.push(position);
        }
    }
    chosen.sort_unstable();
    chosen
}
