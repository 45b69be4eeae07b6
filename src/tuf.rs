//! TUF metadata. (stub until merged)
pub mod key;
