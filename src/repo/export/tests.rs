//! Copies of what is published.
