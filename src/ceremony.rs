//! The ceremony: a log of events, and the rules that add to it.
pub mod token;
