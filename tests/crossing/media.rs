//! On media.
