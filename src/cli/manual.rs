//! `completions` and `man`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use super::{Failure, command, notice};

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub fn run(&self) {
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut command(), "rootstage", &mut text);
        super::print(&String::from_utf8_lossy(&text));
    }
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct Man {
    /// The directory.
    dir: PathBuf,
}

impl Man {
    pub fn run(&self) -> Result<(), Failure> {
        clap_mangen::generate_to(command(), &self.dir).map_err(|error| {
            Failure::surroundings(format!(
                "{}: {error}. Make the directory first.",
                self.dir.display()
            ))
        })?;
        notice(&format!("man pages written to {}", self.dir.display()));
        Ok(())
    }
}
