//! The thin binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    // First of all, before any thread and any file.
    let hardening = rootstage::airgap::harden::harden();
    rootstage::cli::run(hardening)
}
