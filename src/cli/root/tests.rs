//! What people read, on the published history, at a time that does not move.

use unicode_width::UnicodeWidthStr as _;

use super::file::RootFile;
use super::text::{WIDTH, paragraph};
use super::{chain, compare, verify};
use crate::tuf::diff::diff;
use crate::tuf::history::{Source, history};
use crate::tuf::key::Holders;
use crate::tuf::metadata::Metadata;
use crate::tuf::policy::Policy;
use crate::tuf::root::Root;
use crate::tuf::signature::MAX_ROOT_BYTES;
use crate::tuf::testing::{NOW, data};

fn root(version: u64) -> Option<RootFile> {
    let name = format!("{version}.root.json");
    let bytes = data(&format!("sigstore/root-history/{name}"))?;
    let file = Metadata::parse(bytes, MAX_ROOT_BYTES).unwrap();
    let root = Root::parse(&file.to_signed().unwrap().signed).unwrap();
    Some(RootFile { name, file, root })
}

/// Names for the five keys of the first root, none of which is the real one.
fn holders(first: &RootFile) -> Holders {
    let names = ["Ada", "Ben", "Chidi", "Dana", "Eve"];
    let keys = first.root.keys.values();
    let keys = keys.filter_map(|key| Some(key.public.as_ref().ok()?.fingerprint()));
    keys.zip(names.map(str::to_owned)).collect()
}

fn fits(text: &str) {
    for line in text.lines() {
        assert!(line.width() <= WIDTH, "{line}");
        assert_eq!(line, line.trim_end());
    }
}

#[test]
fn a_difference() {
    let (Some(first), Some(old), Some(new)) = (root(1), root(4), root(5)) else {
        return;
    };
    let holders = holders(&first);
    let diff = diff(
        Some(&old.root),
        &new.root,
        &holders,
        &Policy::default(),
        NOW,
    );
    let text = compare::lines(&old, &new, &diff);
    fits(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn a_verification() {
    let (Some(first), Some(old), Some(new)) = (root(1), root(4), root(5)) else {
        return;
    };
    let holders = holders(&first);
    let text = verify::lines(&verify::of_root(&new, &[old], &holders), NOW);
    fits(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn a_chain() {
    let roots: Vec<_> = (1..=5).map_while(root).collect();
    let [first, ..] = roots.as_slice() else {
        return;
    };
    let holders = holders(first);
    let sources = roots.into_iter().map(|root| Source {
        name: root.name,
        file: Ok(root.file),
    });
    let text = chain::lines(&history(sources.collect(), &holders, NOW));
    fits(&text);
    insta::assert_snapshot!(text);
}

#[test]
fn paragraphs() {
    let mut text = String::new();
    paragraph(&mut text, "- ", &"word ".repeat(30));
    paragraph(&mut text, "", &"z".repeat(100));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("- word") && lines[1].starts_with("  word"));
    assert_eq!(lines[2].len(), 100, "a long word is not cut");
}
