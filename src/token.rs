//! Tokens behind [`crate::ports::Tokens`].
