//! rootstage.
pub mod airgap;
pub mod canonical;
pub mod ceremony;
pub mod digest;
pub mod driver;
pub mod ports;
pub mod report;
pub mod safe;
pub mod secret;
pub mod token;
pub mod tuf;
pub mod tui;
