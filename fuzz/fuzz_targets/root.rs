//! A root file: what is trusted is what was signed, and survives a round trip.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::tuf::root::Signed;
use rootstage::tuf::trusted::Trusted;

fuzz_target!(|bytes: &[u8]| {
    let Ok(signed) = Signed::parse(bytes) else {
        return;
    };
    let again = Signed::parse(&signed.to_file()).expect("what was written can be read");
    assert_eq!(again.signed, signed.signed);
    if let Ok(trusted) = Trusted::first(&signed) {
        let _ = trusted.next(&again);
    }
});
