//! The ceremony: a log of events, and the rules that add to it.

pub mod ask;
pub mod assembly;
pub mod board;
pub mod check;
pub mod clock;
pub mod command;
pub mod decide;
pub mod effect;
pub mod event;
pub mod evolve;
pub mod passphrase;
pub mod plan;
pub mod procedure;
pub mod refusal;
pub mod script;
pub mod state;
pub mod steps;
pub mod token;
pub mod token_name;
