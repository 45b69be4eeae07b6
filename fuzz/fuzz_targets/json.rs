//! JSON: what is read has a canonical form that reads the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::canonical;

fuzz_target!(|bytes: &[u8]| {
    let Ok(value) = canonical::parse(bytes, 1 << 20) else {
        return;
    };
    if let Ok(line) = canonical::line(&value) {
        assert_eq!(
            canonical::parse(line.as_bytes(), 1 << 20).expect("canonical"),
            value
        );
        assert!(!line.contains('\n'));
    }
    let _ = canonical::olpc(&value);
});
