//! Text that every copy has, whatever the ceremony: a word of it says nothing of anybody.

use time::Duration;

use crate::ceremony::chronicle::Chronicle;
use crate::ceremony::plan::{self, Outline, Plan};
use crate::ceremony::procedure::Procedure;
use crate::ceremony::script::Script;
use crate::ceremony::scripts;
use crate::ceremony::state::State;
use crate::digest::Sha256;
use crate::document::{self, Audit};
use crate::transcript::audit::{CATALOGUE, Finding, Verdict};
use crate::transcript::redact::{Beside, Gate, veil};

/// Words of records and of metadata.
const WORDS: &str = "actor at body digest kind mono node salt seq step rootstage root targets snapshot timestamp \
    signed signatures keyid keyids keys keyval public keytype scheme ecdsa ed25519 rsa sha256 expires version \
    threshold roles spec_version consistent_snapshot name names path paths delegations meta length hashes";

/// The shipped scripts, a report on nobody's ceremony, and the words of the formats.
pub fn text() -> String {
    let mut text = WORDS.to_owned();
    for (_, bytes) in scripts::shipped() {
        text.push('\n');
        text.push_str(&String::from_utf8_lossy(bytes));
    }
    text.push('\n');
    text.push_str(&report().unwrap_or_default());
    text.push_str(&super::readme::text(&super::readme::About {
        rehearsal: true,
        ceremony: "",
        records: 0,
        withheld: 0,
        what: "",
        head: Sha256([0; 32]),
        script: true,
        seal: true,
    }));
    text
}

fn report() -> Option<String> {
    let plan = plan::rehearsal(&Outline {
        title: String::from("Rehearsal"),
        location: String::from("anywhere"),
        keyholders: 1,
        threshold: 1,
        expires: time::OffsetDateTime::UNIX_EPOCH + Duration::days(1),
    });
    let plan = Plan::parse(plan.as_bytes()).ok()?;
    let script = Script::parse(scripts::bytes_of(&plan.script)?).ok()?;
    let state = State::new(Procedure::new(script, plan).into());
    let findings: Vec<Finding> = CATALOGUE
        .iter()
        .map(|rule| Finding {
            rule: *rule,
            verdict: Verdict::Pass,
            sentence: rule.sentence.to_owned(),
        })
        .collect();
    let veiled = veil(
        &state,
        &Chronicle::default(),
        &findings,
        &findings,
        &Gate::default(),
        Beside {
            script: true,
            seal: false,
        },
    );
    Some(document::html(&Audit {
        state: &veiled.state,
        chronicle: &veiled.chronicle,
        findings: &veiled.findings,
        chain_holds: true,
        withheld: Some(""),
    }))
}
