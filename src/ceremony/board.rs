//! The quorum board: who has done what, and who is still needed.

use super::plan::{Duty, ParticipantId};
use super::state::State;

/// One line of the board.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one per mark on the board")]
pub struct Row {
    /// The keyholder.
    pub id: ParticipantId,
    /// Name.
    pub name: String,
    /// In the room.
    pub present: bool,
    /// Key generated and possession proved.
    pub enrolled: bool,
    /// Content approved.
    pub approved: bool,
    /// Signature counted.
    pub signed: bool,
    /// The current step is this person's.
    pub now: bool,
}

/// The board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board {
    /// One row per keyholder, in the order of the plan.
    pub rows: Vec<Row>,
    /// Signatures so far.
    pub signed: u32,
    /// Signatures that a client demands.
    pub threshold: u32,
}

/// The board of a state.
pub fn board(state: &State) -> Board {
    let plan = &state.procedure.plan;
    let current = state.step().and_then(|step| step.holder.as_ref());
    let rows: Vec<Row> = plan
        .of_duty(Duty::Keyholder)
        .map(|person| Row {
            id: person.id.clone(),
            name: person.name.clone(),
            present: state.present.contains(&person.id),
            enrolled: state
                .keys
                .get(&person.id)
                .is_some_and(|held| held.enrolled.is_some()),
            approved: state.approved.contains(&person.id),
            signed: state.signatures.contains_key(&person.id),
            now: current == Some(&person.id),
        })
        .collect();
    Board {
        signed: u32::try_from(state.signatures.len()).unwrap_or(u32::MAX),
        threshold: plan.root.threshold,
        rows,
    }
}
