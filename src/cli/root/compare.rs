//! `root diff`: what a new root changes.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};
use time::OffsetDateTime;
use unicode_width::UnicodeWidthStr as _;

use super::file::{self, Names, RootFile};
use super::text::{WIDTH, findings, named, paragraph};
use crate::cli::{Failure, print, print_json};
use crate::tuf::diff::{Change, Diff, Mark, diff};
use crate::tuf::policy::{Level, Policy};

impl super::Diff {
    pub fn run(&self, now: OffsetDateTime) -> Result<(), Failure> {
        let names = Names::read(self.manner.holders.as_deref())?;
        let (old, new) = (file::root(&self.old)?, file::root(&self.new)?);
        let holders = names.holders([&old.root, &new.root]);
        let diff = diff(
            Some(&old.root),
            &new.root,
            &holders,
            &Policy::default(),
            now,
        );
        if self.manner.json {
            print_json(&document(&old, &new, &diff));
        } else {
            print(&lines(&old, &new, &diff));
        }
        if diff.may_be_signed() {
            Ok(())
        } else {
            Err(Failure::not_so(""))
        }
    }
}

pub(super) fn lines(old: &RootFile, new: &RootFile, diff: &Diff) -> String {
    let mut text = String::new();
    named(&mut text, "old  ", old);
    named(&mut text, "new  ", new);
    changes(&mut text, diff);
    text.push_str("\nKEYS IN FULL (key: SHA-256 of the public key)\n");
    let mut seen = BTreeSet::new();
    for key in &diff.keys {
        let ids: BTreeSet<_> = key.old_ids.iter().chain(&key.new_ids).collect();
        if !seen.insert((key.fingerprint, ids)) {
            continue;
        }
        paragraph(&mut text, "  ", &format!("key{}", key.whose()));
        if let Some(fingerprint) = key.fingerprint {
            let _ = writeln!(text, "    key     {}", fingerprint.hex());
        }
        let same = key.mark == Mark::Kept;
        for id in &key.new_ids {
            let _ = writeln!(
                text,
                "    {}{}",
                if same { "id      " } else { "new id  " },
                id.hex()
            );
        }
        for id in key.old_ids.iter().filter(|_| !same) {
            let _ = writeln!(text, "    old id  {}", id.hex());
        }
    }
    text.push_str("\nFINDINGS\n");
    if findings(&mut text, &diff.findings, Level::Info) == 0 {
        text.push_str("none\n");
    }
    let stops = diff.findings.iter().filter(|f| f.level == Level::Stop);
    let verdict = match stops.count() {
        0 => "Nothing was found for which this root must not be signed.".to_owned(),
        1 => "One finding says that this root must not be signed.".to_owned(),
        more => format!("{more} findings say that this root must not be signed."),
    };
    text.push('\n');
    paragraph(
        &mut text,
        "",
        &format!("{verdict} Signatures were not looked at: rootstage root verify does that."),
    );
    text
}

/// One line for each thing that the new root says.
pub fn changes(text: &mut String, diff: &Diff) {
    text.push_str("\nWHAT CHANGES (= kept, + added, - removed, ~ changed)\n");
    for change in &diff.changes {
        row(text, change);
    }
}

fn row(text: &mut String, change: &Change) {
    let sign = match change.mark {
        Mark::Kept => '=',
        Mark::Added => '+',
        Mark::Removed => '-',
        Mark::Changed => '~',
    };
    let first = format!("{sign} ");
    let said = match change.mark {
        Mark::Changed => format!("{}: {} -> {}", change.what, change.old, change.new),
        Mark::Removed => format!("{}: {}", change.what, change.old),
        Mark::Kept | Mark::Added => format!("{}: {}", change.what, change.new),
    };
    if change.mark == Mark::Changed && said.width() + first.width() > WIDTH {
        paragraph(text, &first, &change.what);
        paragraph(text, "    old  ", &change.old);
        paragraph(text, "    new  ", &change.new);
    } else {
        paragraph(text, &first, &said);
    }
}

fn document(old: &RootFile, new: &RootFile, diff: &Diff) -> Value {
    let side = |file: &RootFile| {
        json!({
            "file": file.name,
            "version": file.root.version,
            "payload": file.file.digest(),
        })
    };
    json!({
        "old": side(old),
        "new": side(new),
        "may_be_signed": diff.may_be_signed(),
        "changes": diff.changes,
        "keys": diff.keys,
        "findings": diff.findings,
    })
}
