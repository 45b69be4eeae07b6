//! The machine that the ceremony runs on: hardening of this process, checks of the surroundings.
