//! Snapshot and timestamp, and what expires.
