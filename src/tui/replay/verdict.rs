//! What the audit says of the records that are replayed, in few words for the frame and in sentences
//! for whoever asks.

use crate::ceremony::state::Ending;
use crate::directory::Audited;
use crate::safe::{counted, safe};
use crate::transcript::audit::{Verdict as Judged, WHOLE};

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// As it should be.
    Good,
    /// To be known.
    Known,
    /// It is not so as the record says.
    Bad,
}

/// The verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How much it matters.
    pub weight: Weight,
    /// For the frame.
    pub brief: String,
    /// The same in sentences: what is wrong, and what to do.
    pub sentences: Vec<String>,
    /// Records to which the audit objects, by their numbers, in order, with what is wrong.
    pub objections: Vec<(usize, String)>,
}

impl Verdict {
    /// The verdict of an audit. `audit` is the command that makes it.
    pub fn of(audited: &Audited, audit: &str) -> Self {
        let auditor = &audited.auditor;
        let state = auditor.state();
        let number = |seq: u64| usize::try_from(seq).unwrap_or(usize::MAX);
        let mut objections: Vec<(usize, String)> = auditor
            .deviations()
            .iter()
            .map(|seen| {
                (
                    number(seen.seq),
                    format!("{}: {}", seen.rule.id, safe(&seen.sentence)),
                )
            })
            .collect();
        objections.sort_by_key(|(at, _)| *at);
        let failed: Vec<_> = audited
            .findings
            .iter()
            .filter(|finding| finding.verdict == Judged::Fail)
            .collect();
        let whole_only = failed.iter().all(|finding| finding.rule == WHOLE);
        let ids: Vec<&str> = failed.iter().map(|finding| finding.rule.id).collect();
        let mut sentences: Vec<String> = failed
            .iter()
            .map(|finding| format!("{}: {}.", finding.rule.id, safe(&finding.sentence)))
            .collect();
        let (weight, brief) = if let Some(broken) = auditor.broken() {
            sentences = vec![
                format!("The chain breaks: {}.", once(broken)),
                format!(
                    "Replay goes as far as the chain holds, {}; what stands in the file after that was not looked \
                     at. Get another copy, such as that of the LOG medium, and compare the head with the paper.",
                    counted(state.records, "record")
                ),
            ];
            let last = state.records.checked_sub(1);
            let after = last.map_or(String::new(), |last| format!(" after record {last}"));
            (Weight::Bad, format!("CHAIN BROKEN{after}"))
        } else if failed.is_empty() {
            (Weight::Good, "audit passed".to_owned())
        } else if !whole_only {
            sentences.push(format!("All rules, one line each: {audit}"));
            (Weight::Bad, format!("AUDIT FAILED: {}", ids.join(", ")))
        } else if state.ending == Some(Ending::Aborted) {
            (Weight::Known, "ABORTED; the record is whole".to_owned())
        } else {
            let torn = auditor.torn_bytes();
            let torn = torn.map_or(String::new(), |bytes| {
                format!(", {} torn", counted(bytes, "byte"))
            });
            (Weight::Known, format!("NOT FINISHED{torn}"))
        };
        Self {
            weight,
            brief,
            sentences,
            objections,
        }
    }

    /// What the audit has against this record.
    pub fn objection(&self, number: usize) -> Option<&str> {
        let found = self.objections.iter().find(|(at, _)| *at == number);
        found.map(|(_, sentence)| sentence.as_str())
    }
}

/// Where the chain breaks, without these words, which stand before it.
fn once(broken: &str) -> String {
    safe(&broken.replacen("the chain breaks here: ", "", 1))
}
