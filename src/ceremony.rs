//! The ceremony: a log of events, and the rules that add to it.
pub mod check;
pub mod token;
