//! Bodies of screens: lines that scroll. Frame and fields are drawn around them by [`super::view`].

pub mod ask;
pub mod document;
pub mod ended;
pub mod help;
pub mod home;
pub mod overlays;
pub mod small;
pub mod touch;
pub mod working;
