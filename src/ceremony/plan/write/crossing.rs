//! `[transport]` of a form: how files cross the air gap.

use crate::ceremony::medium::Way;
use crate::ceremony::plan::Transport;

/// What crosses the air gap on the day of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crossing {
    /// Metadata comes in, a result leaves.
    Both,
    /// Metadata comes in, and nothing is made of it that leaves.
    Metadata,
    /// A result leaves; nothing comes in but the plan.
    Result,
    /// Neither.
    Nothing,
}

impl Crossing {
    /// What a shipped script for the day is about.
    #[must_use]
    pub fn of(script: &str) -> Self {
        match script {
            "first-root" => Self::Result,
            "provision-token" => Self::Nothing,
            "token-check" => Self::Metadata,
            _ => Self::Both,
        }
    }

    /// Whether metadata is read.
    #[must_use]
    pub fn comes_in(self) -> bool {
        matches!(self, Self::Both | Self::Metadata)
    }

    /// Whether a result leaves.
    #[must_use]
    pub fn leaves(self) -> bool {
        matches!(self, Self::Both | Self::Result)
    }
}

/// The section. What the plan leaves at its default is there as a comment, so that nobody has to know it.
pub(super) fn crossing(crossing: Crossing, transport: &Transport) -> String {
    let default = Transport::default();
    let mut text = "\n# How files cross the air gap: \"medium\" is a USB stick that the program mounts, reads and writes by\n\
                    # itself; \"qr\" is QR codes on the screen, a camera or a hand scanner; \"file\" is a directory of this\n\
                    # machine. Take out the `#` of what is used. `rootstage plan show` prints a line for each medium, with\n\
                    # room for its serial number and label.\n[transport]\n"
        .to_owned();
    let mut entry = |about: &str, set: bool, line: &str| {
        text.push_str(about);
        text.push_str(if set { "" } else { "# " });
        text.push_str(line);
        text.push('\n');
    };
    if crossing.comes_in() {
        let set = transport.incoming != default.incoming;
        let ways = if set {
            &transport.incoming
        } else {
            &vec![Way::Medium, Way::Qr]
        };
        entry(
            "# how metadata comes in; of several ways the room chooses\n",
            set,
            &format!("in = {}", list(ways)),
        );
    }
    if crossing.leaves() {
        let set = !transport.outgoing.is_empty();
        let ways = if set {
            &transport.outgoing
        } else {
            &vec![Way::Medium]
        };
        entry(
            "# how the result leaves, besides the ceremony directory; by all of these ways\n",
            set,
            &format!("out = {}", list(ways)),
        );
    }
    entry(
        "# a medium that stays inserted gets a copy of every record\n",
        transport.log,
        "log = true",
    );
    text
}

fn list(ways: &[Way]) -> String {
    let words: Vec<String> = ways
        .iter()
        .map(|way| format!("\"{}\"", way.name()))
        .collect();
    format!("[{}]", words.join(", "))
}
