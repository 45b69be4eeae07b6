//! The transcript: a chain of records, one canonical JSON object per line.
//!
//! ```text
//! body commitment = SHA-256( domain "/body"   0x00  salt(16)  body bytes )
//! leaf            = SHA-256( domain "/leaf"   0x00  the record without body, salt and node )
//! node            = SHA-256( domain "/node"   0x00  previous node(32)  leaf(32) )
//! first "previous"= SHA-256( domain "/header" 0x00 )
//! domain          = "rootstage/transcript/1/production" or "rootstage/transcript/1/rehearsal"
//! ```
//!
//! The salt lets a record's body be withheld from a published copy: the commitment stays, so does
//! the head. A rehearsal's domain differs, so that none of its records fits a real ceremony.

pub mod audit;
pub mod chain;
pub mod published;
pub mod record;
pub mod redact;
pub mod seal;

pub use chain::{Chain, ChainError};
pub use record::{Record, RecordError};

/// Version of the format and of the rules by which an audit judges it.
pub const RULES: u32 = 1;
