//! A `YubiKey` made of software, for tests.

fn main() {}
