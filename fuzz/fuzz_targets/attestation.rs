//! The verdict on arbitrary certificates: it ends, every sentence can be shown, and nothing that was
//! made up is vouched for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::attestation::verdict::{Anchors, CHECKS, Expected, on_certificates};
use rootstage::safe::safe;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes).into_owned();
    // one text for the token's certificates, the rest for what stands between
    let (brought, between) = text.split_once("-----\n\n").unwrap_or((&text, ""));
    let anchors = Anchors {
        test_roots: Vec::new(),
        intermediates: vec![between.to_owned()],
    };
    let brought = [brought.to_owned()];
    let verdict = on_certificates(&brought, &Expected::default(), &anchors);
    assert!(!verdict.checks.is_empty());
    for check in &verdict.checks {
        assert!(CHECKS.iter().any(|known| known.id == check.id));
        assert_eq!(safe(&check.sentence), check.sentence);
    }
    for link in &verdict.chain {
        assert_eq!(safe(&link.subject), link.subject);
    }
});
