//! The online side among others: clients that we did not write fetch what was published, the tool that people
//! use today goes on where we stop and we go on where it stops, and a Sigstore of real services stands on it.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "online/clients.rs"]
mod clients;
#[path = "online/conformance.rs"]
mod conformance;
#[path = "online/go_tuf.rs"]
mod go_tuf;
#[path = "support/online.rs"]
mod online;
#[path = "online/place.rs"]
mod place;
#[path = "online/services.rs"]
mod services;
#[path = "online/simulated.rs"]
mod simulated;
