//! The online side among others: clients that we did not write fetch what was published, the tool that people
//! use today goes on where we stop and we go on where it stops, and a Sigstore of real services stands on it.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "online/conformance.rs"]
mod conformance;
#[path = "support/online.rs"]
mod online;
#[path = "online/simulated.rs"]
mod simulated;
