//! The command line. (stub until merged)

pub mod plan;
pub mod script;
