//! A plan: read or refused with problems; what is accepted says the same when it is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::ceremony::plan::Plan;
use rootstage::ceremony::plan::check;
use rootstage::ceremony::procedure::Procedure;

fuzz_target!(|bytes: &[u8]| {
    match Plan::parse(bytes) {
        Ok(plan) => {
            let _ = check::files(&plan, &|_| Ok(bytes.to_vec()));
            if let Ok(script) = check::script_of(&plan, None) {
                let _ = check::against_script(&plan, &script);
                let _ = Procedure::new(script, plan);
            }
        }
        Err(problems) => assert!(!problems.to_string().is_empty()),
    }
});
