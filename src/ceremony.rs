//! The ceremony: a log of events, and the rules that add to it.
pub mod passphrase;
pub mod token;
pub mod token_name;
