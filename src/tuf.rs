//! TUF metadata.
