//! `replay --cast`: the screens, drawn anew from the transcript, as an asciicast.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::audit::Grounds;
use crate::cli::report::{failed, outside};
use crate::cli::{Failure, Room, write_output};
use crate::tui::recorder::redrawn::Redrawn;

/// Where the replay goes as a recording.
#[derive(Debug, Args)]
pub struct Cast {
    /// Writes a recording (asciicast) of what people were shown, drawn from the transcript; never into the
    /// ceremony directory itself.
    #[arg(id = "cast", long = "cast", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Columns and rows of the recording.
    #[arg(long, value_name = "WxH", default_value = "80x24", requires = "cast", value_parser = size)]
    size: (u16, u16),
    /// Longest time for which the recording stands still, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 2, requires = "cast",
        value_parser = clap::value_parser!(u64).range(1..=3600))]
    idle: u64,
}

impl Default for Cast {
    fn default() -> Self {
        Self {
            file: None,
            size: (80, 24),
            idle: 2,
        }
    }
}

impl Cast {
    /// The file to write, where there is to be one.
    pub fn output(&self) -> Option<&PathBuf> {
        self.file.as_ref()
    }

    /// Writes the recording, as far as the chain of records holds.
    pub fn write(&self, grounds: &Grounds, output: &PathBuf, room: &Room) -> Result<(), Failure> {
        let dir = grounds.dir.as_path();
        outside(dir, output)?;
        let mut redrawn = Redrawn::new(
            room.settings(dir),
            self.size,
            Duration::from_secs(self.idle),
        );
        let audited =
            grounds.audited_watched("Nothing was written.", &mut |_, placed, state| {
                redrawn.record(state, placed);
            })?;
        let whole = audited.auditor.chain_holds();
        let last = match (whole, redrawn.is_full()) {
            (false, _) => Some("the transcript is broken from here on"),
            (true, true) => Some("longer than a recording may be"),
            (true, false) => None,
        };
        if audited.auditor.state().records == 0 {
            return Err(Failure::not_so(format!(
                "{}: no record of the transcript holds, so there is nothing to show. Nothing was written. \
                 `rootstage audit` says what is wrong.",
                dir.display()
            )));
        }
        write_output(Some(output), &redrawn.finish(last))?;
        if audited.passed() {
            return Ok(());
        }
        let so_far = if whole {
            "The recording shows what the record says; do not rely on it."
        } else {
            "The recording goes as far as the chain of records holds."
        };
        Err(Failure::not_so(format!(
            "AUDIT FAILED: {}. {so_far}",
            failed(&audited)
        )))
    }
}

/// Columns and rows, from a size such as `80x24`.
fn size(text: &str) -> Result<(u16, u16), String> {
    let parsed = text.split_once('x').and_then(|(width, height)| {
        let (width, height) = (width.parse().ok()?, height.parse().ok()?);
        ((80..=500).contains(&width) && (24..=200).contains(&height)).then_some((width, height))
    });
    parsed.ok_or_else(|| "a size is 80x24 to 500x200".to_owned())
}
