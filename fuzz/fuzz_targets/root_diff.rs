//! Two roots: comparing them, and saying who must sign, never fails and never shows raw text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::safe::safe;
use rootstage::tuf::diff::diff;
use rootstage::tuf::key::Holders;
use rootstage::tuf::policy::{Policy, Rule};
use rootstage::tuf::root::{Root, Signed, payload};
use rootstage::tuf::rotation::signers;

// two files, one after a byte of zeros (which no JSON holds).
fuzz_target!(|bytes: &[u8]| {
    let mut files = bytes.splitn(2, |byte| *byte == 0);
    let read = |file: Option<&[u8]>| {
        let signed = Signed::parse(file?).ok()?;
        let root = Root::parse(&signed.signed).ok()?;
        Some((signed, root))
    };
    let (Some((_, old)), Some((signed, new))) = (read(files.next()), read(files.next())) else {
        return;
    };
    let holders = Holders::new();
    let now = time::OffsetDateTime::UNIX_EPOCH;
    let diff = diff(Some(&old), &new, &holders, &Policy::default(), now);
    for row in &diff.changes {
        for text in [&row.what, &row.old, &row.new] {
            assert_eq!(safe(text), *text);
        }
    }
    for finding in &diff.findings {
        assert_eq!(safe(&finding.sentence), finding.sentence);
        let rule = Rule::of(finding.rule).expect("a rule of the table");
        assert!(rule.levels.contains(&finding.level));
    }
    let (bytes, _) = payload(&signed.signed).expect("what was read has a canonical form");
    let standing = signers(Some(&old), &new, &bytes, &signed.signatures, &holders);
    for sentence in standing.sentences() {
        assert_eq!(safe(&sentence), sentence);
    }
});
