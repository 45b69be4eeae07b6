//! Parts of screens.

pub mod board;
pub mod digest;
pub mod form;
pub mod frame;
pub mod outline;
pub mod symbol;
