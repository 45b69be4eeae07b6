//! The ceremony: a log of events, and the rules that add to it.

pub mod ask;
pub mod assembly;
pub mod attested;
pub mod board;
pub mod carriage;
pub mod check;
pub mod chronicle;
pub mod clock;
pub mod command;
pub mod decide;
pub mod effect;
pub mod event;
pub mod evolve;
pub mod import;
pub mod incoming;
pub mod judge;
pub mod medium;
mod message;
pub mod paper;
pub mod passphrase;
pub mod plain;
pub mod plan;
pub mod problem;
pub mod procedure;
pub mod recording;
pub mod refusal;
pub mod script;
pub mod scripts;
pub mod sealing;
pub mod state;
pub mod steps;
pub mod suggest;
pub mod token;
pub mod token_name;
pub mod toml_reader;
pub mod withdraw;

#[cfg(test)]
pub(crate) mod testing;
