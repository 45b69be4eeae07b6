//! The quorum board: who has done what, and who is still needed, for each root that judges.

use super::judge::{self, Judge};
use super::plan::{KeyName, Place};
use super::state::State;
use crate::digest::Sha256;

/// One line of the board: a key that signs in this ceremony, or one of somebody who is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one per mark on the board")]
pub struct Row {
    /// The key; `None` where its holder is not in this ceremony.
    pub key: Option<KeyName>,
    /// Its holder's name; with two keys, which of them it is.
    pub name: String,
    /// Its holder is in the room.
    pub present: bool,
    /// The key is there: generated and its possession proved, or its token presented.
    pub enrolled: bool,
    /// Its holder approved the content.
    pub approved: bool,
    /// Its signature counts.
    pub signed: bool,
    /// The current step is for this key, or for its holder.
    pub now: bool,
    /// For each judge of the board, whether the key counts there.
    pub counts: Vec<bool>,
}

/// How the content stands before one judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Which keys judge: `root 4 (trusted now)`.
    pub name: String,
    /// Signatures so far.
    pub signed: u32,
    /// Signatures that a client demands.
    pub threshold: u32,
}

/// The board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// One row per key, in the order of the plan; then keys of people who are not here.
    pub rows: Vec<Row>,
    /// One per judge: none where nothing is signed in this ceremony.
    pub sides: Vec<Side>,
}

impl Board {
    /// Whether every threshold is reached.
    pub fn complete(&self) -> bool {
        !self.sides.is_empty() && self.sides.iter().all(|side| side.missing() == 0)
    }

    /// Rows whose signatures would count for this side and are not there yet: first those of people
    /// who are here.
    pub fn still_needed(&self, side: usize) -> Vec<&Row> {
        let open = |row: &&Row| !row.signed && row.counts.get(side).copied().unwrap_or(false);
        let mut rows: Vec<&Row> = self.rows.iter().filter(open).collect();
        rows.sort_by_key(|row| !row.is_here());
        rows
    }
}

impl Row {
    /// Whether the key can sign in this ceremony: it is in the plan, and its holder is in the room.
    pub fn is_here(&self) -> bool {
        self.key.is_some() && self.present
    }
}

impl Side {
    /// How many signatures are still missing.
    pub fn missing(&self) -> u32 {
        self.threshold.saturating_sub(self.signed)
    }
}

/// The board of a state.
pub fn board(state: &State) -> Board {
    let plan = &state.procedure.plan;
    let signers = judge::signers(state);
    let members: Vec<Vec<Sha256>> = state.judges.iter().map(fingerprints).collect();
    let counts = |key: Option<Sha256>| -> Vec<bool> {
        let here = |members: &Vec<Sha256>| key.is_some_and(|key| members.contains(&key));
        members.iter().map(here).collect()
    };
    let step = state.step();
    let mut shown: Vec<Sha256> = Vec::new();
    let mut rows = Vec::new();
    for (person, key) in plan.keys() {
        let held = state.keys.get(&key.name);
        let fingerprint = held
            .and_then(|held| held.enrolled.map(|(_, fingerprint)| fingerprint))
            .or_else(|| Some(judge::listed(state, key.place.keyid()?)?.fingerprint()));
        shown.extend(fingerprint);
        rows.push(Row {
            key: Some(key.name.clone()),
            name: person.name_with(key),
            present: state.present.contains(&person.id),
            enrolled: held.is_some_and(|held| held.enrolled.is_some()),
            approved: state.approved.contains(&person.id),
            signed: fingerprint.is_some_and(|key| signers.contains(&key)),
            now: step.is_some_and(|step| match &step.key {
                Some(now) => *now == key.name,
                None => step.holder.as_ref() == Some(&person.id),
            }),
            counts: counts(fingerprint),
        });
    }
    let holders = super::assembly::holders(state);
    let mut others: Vec<Sha256> = members.iter().flatten().copied().collect();
    others.sort_unstable();
    others.dedup();
    for key in others.into_iter().filter(|key| !shown.contains(key)) {
        rows.push(Row {
            key: None,
            name: holders
                .get(&key)
                .cloned()
                .unwrap_or_else(|| format!("key {}", key.short())),
            present: false,
            enrolled: true,
            approved: false,
            signed: signers.contains(&key),
            now: false,
            counts: counts(Some(key)),
        });
    }
    let sides = state.judges.iter().map(|judge| Side {
        name: judge.name.clone(),
        signed: judge.count(&signers),
        threshold: judge.role.threshold,
    });
    let sides: Vec<Side> = sides.collect();
    Board {
        sides: if sides.is_empty() {
            planned(state)
        } else {
            sides
        },
        rows,
    }
}

fn fingerprints(judge: &Judge) -> Vec<Sha256> {
    judge.members().map(|(_, key)| key.fingerprint()).collect()
}

/// What the plan says of the thresholds, before the content is there.
fn planned(state: &State) -> Vec<Side> {
    let plan = &state.procedure.plan;
    let new = plan.root.as_ref().map(|root| Side {
        name: format!("root {}", root.version),
        signed: 0,
        threshold: root.threshold,
    });
    new.into_iter().collect()
}

/// Who could still sign for this judge, by name.
pub fn still_needed(state: &State, side: usize) -> Vec<String> {
    let board = board(state);
    let names = board.still_needed(side).into_iter();
    names.map(|row| row.name.clone()).collect()
}

/// Whether a key of this place counts only before the new root, or only after.
pub fn side_words(place: Place) -> &'static str {
    match place {
        Place::Joins => "joins the root",
        Place::Stays(_) => "stays in the root",
        Place::Leaves(_) => "leaves the root after this",
    }
}
