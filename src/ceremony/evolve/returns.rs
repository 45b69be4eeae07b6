//! Going back to a step that was done: with the spare token, and with other content.

use std::sync::Arc;

use super::import;
use crate::ceremony::plan::KeyName;
use crate::ceremony::state::{Defunct, Here, Standing, State};

/// Puts the spare token in the place of the dead one, and goes back to where this key's token is
/// presented.
pub(super) fn replace(state: &mut State, key: &KeyName) {
    let procedure = Arc::make_mut(&mut state.procedure);
    if !procedure.plan.take_spare(key) {
        return;
    }
    state.keys.remove(key);
    state.provisioned.remove(key);
    state.in_doubt = None;
    state.asking = None;
    state.here = Here::default();
    let steps = &state.procedure.steps;
    if let Some(back) = steps.iter().position(|step| step.key.as_ref() == Some(key)) {
        for (standing, step) in state.standing.iter_mut().zip(steps).skip(back) {
            if step.key.as_ref() == Some(key) {
                *standing = Standing::Waiting;
            }
        }
        state.position = back;
    }
}

/// Puts the content aside and goes back to the step that read it.
pub(super) fn withdraw(state: &mut State, reason: &str) {
    let signatures = crate::ceremony::assembly::signatures_made(state);
    let Some(payload) = state.payload.take() else {
        return;
    };
    state.defunct.push(Defunct {
        payload,
        signatures,
        reason: reason.to_owned(),
        archived: false,
    });
    state.judges = Vec::new().into();
    state.accepted.clear();
    state.approved.clear();
    state.signatures.clear();
    state.counted = false;
    state.threshold_reached = false;
    state.asking = None;
    state.here = Here::default();
    let steps = &state.procedure.steps;
    let back = steps.iter().position(|step| step.kind == import::KIND);
    if let Some(back) = back {
        for standing in state.standing.iter_mut().skip(back) {
            *standing = Standing::Waiting;
        }
        state.position = back;
    }
}
