//! A metadata file: what is added to it changes the list of signatures and nothing else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::tuf::metadata::Metadata;
use rootstage::tuf::root::{Signature, payload};

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = Metadata::parse(bytes.to_vec(), 1 << 20) else {
        return;
    };
    assert_eq!(file.countersigned(&[]), bytes);
    assert_eq!(file.countersigned(file.signatures()), bytes);
    let signed = file.to_signed().expect("what was read can be read again");
    let (expected, digest) = payload(&signed.signed).expect("a canonical form");
    assert_eq!(file.payload(), expected);
    assert_eq!(file.digest(), digest);
    let _ = file.findings().iter().map(ToString::to_string).count();
    let mut more: Vec<Signature> = file.signatures().iter().take(1).cloned().collect();
    for signature in &mut more {
        signature.sig.push('0');
    }
    for id in ["ab", "cd"] {
        let keyid = id.repeat(32).parse().expect("a key id");
        more.push(Signature::new(keyid, b"\x01"));
    }
    let longer = file.countersigned(&more);
    let again = Metadata::parse(longer, 2 << 20).expect("what was written can be read");
    assert_eq!(again.payload(), file.payload());
    assert_eq!(again.signed_text(), file.signed_text());
    assert!(
        more.iter()
            .all(|signature| again.signatures().contains(signature))
    );
    for signature in file.signatures().iter().skip(1) {
        assert!(
            again.signatures().contains(signature)
                || more.iter().any(|other| other.keyid == signature.keyid)
        );
    }
});
