//! Whole days, as they lie on the auditor's desk.

use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use rootstage::ceremony::plan::KeyName;
use rootstage::tuf::root::Signed;

use crate::Desk;
use crate::room::{Room, plan};
use crate::yubikeys::YubiKey;
use crate::yubikeys::certificates::Device;

/// The plan with paper as the only seal, so that a forger need not have tokens.
pub fn on_paper(plan: &str) -> String {
    format!("{plan}\n[seal]\nby = \"paper\"\n")
}

/// Three keyholders, of whom two must sign; no seal but the head on paper.
pub fn paper() -> Desk {
    Desk::of(Room::with_plan(&on_paper(&plan(3, 2))))
}

/// A first root on software tokens, sealed, which leaves as files as well.
pub fn first() -> Desk {
    let plan = plan(2, 2).replacen("[policy]", "[transport]\nout = [\"file\"]\n\n[policy]", 1);
    Desk::of(Room::with_plan(&plan))
}

/// A first root; the first keyholder's key is in a `YubiKey` whose maker vouches for it, as the plan demands.
pub fn attested(plan: &str) -> Room {
    let plan = plan.replace(
        "token = \"file:tokens/keyholder-1.age\"",
        "token = \"yubikey:1001\"",
    );
    let mut room = Room::prepared(&(plan + ATTESTATION));
    let device = Device::default();
    let between = device.between().concat();
    fs::write(room.home.path().join("between.pem"), between).unwrap();
    fs::write(room.home.path().join("root.pem"), device.root()).unwrap();
    let mut card = YubiKey::factory();
    card.attests = Some(|_| ());
    room.drawer.lock().unwrap().insert(1001, card);
    room.begin().unwrap();
    room
}

const ATTESTATION: &str = "\n[policy.attestation]\nrequired = [\"attestation.chain\", \"attestation.key\"]\n\
                           intermediates = [\"between.pem\"]\ntest_roots = [\"root.pem\"]\n";

/// Content from outside, signed with the keys of a root that exists, one of them attested; with a seal, and
/// with a finding that two people accepted.
pub fn rotation() -> Desk {
    Desk::of(rotated(""))
}

/// The same, with more in the plan.
pub fn rotated(more: &str) -> Room {
    let mut before = attested(&plan(2, 2));
    before.to_the_end().audits_clean();
    let home = Arc::clone(&before.home);
    let bytes = fs::read(before.dir().join("metadata/1.root.json")).unwrap();
    fs::write(home.path().join("trusted.json"), &bytes).unwrap();
    let mut signed = Signed::parse(&bytes).unwrap().signed;
    signed["version"] = 2.into();
    // far beyond the policy's bound
    signed["expires"] = "2048-01-01T00:00:00Z".into();
    let staged = serde_json::json!({ "signed": signed, "signatures": [] });
    fs::write(home.path().join("root.json"), staged.to_string()).unwrap();
    let mut text = "[plan]\ntitle = \"A story\"\nscript = \"short\"\nmode = \"rehearsal\"\nlocation = \"Room 1\"\n\n\
         [[participant]]\nid = \"administrator\"\nname = \"Val Administrator\"\ninitials = \"VA\"\nduty = \
         \"administrator\"\n\n[[participant]]\nid = \"witness\"\nname = \"Wim Witness\"\ninitials = \"WW\"\nduty = \
         \"witness\"\n\n"
        .to_owned();
    for (number, initials, token) in [
        (1, "AK", "yubikey:1001"),
        (2, "BK", "file:tokens/keyholder-2.age"),
    ] {
        let name = KeyName(format!("keyholder-{number}"));
        let (keyid, _) = before.state().keys[&name].enrolled.unwrap();
        let (_, key) = before.planned().key(&name).unwrap();
        let label = key.label.clone();
        let _ = write!(
            text,
            "[[participant]]\nid = \"{}\"\nname = \"{initials} Keyholder\"\ninitials = \"{initials}\"\nduty = \
             \"keyholder\"\ntoken = \"{token}\"\nkey_label = \"{label}\"\nkeyid = \"{}\"\n\n",
            name.0,
            keyid.hex()
        );
    }
    text.push_str(
        "[trusted]\npath = \"trusted.json\"\n\n[staged]\npath = \"root.json\"\nrole = \"root\"\n\n[transport]\nout = \
         [\"file\"]\n\n[policy]\nexpiry_min_days = 1\nexpiry_max_days = 3660\n",
    );
    text.push_str(ATTESTATION);
    text.push_str(more);
    let mut room = Room::later_prepared(&home, "second", &text, &script());
    room.drawer = Arc::clone(&before.drawer);
    room.begin().unwrap();
    room
}

/// The short script of the stories, for content from outside, with attestations and a seal.
fn script() -> Vec<u8> {
    let step = |id: &str, kind: &str, by: &str, more: &str| {
        format!(
            "[[act.step]]\nid = \"{id}\"\nkind = \"{kind}\"\ntitle = \"{id}\"\nby = [{by}]\nminutes = 1\n{more}say = \
             \"Go on.\"\n"
        )
    };
    let of_key = "each = \"key\"\n";
    let both = "\"administrator\", \"witness\"";
    let text = include_str!("../stories/rotation.toml")
        .replace("#CONTENT", &step("import", "import-staged", both, ""));
    let mut parts: Vec<String> = text
        .split("[[act.step]]")
        .map(|part| part.replace("\n[[act]]\nid = \"content\"\ntitle = \"Content\"\n", "\n"))
        .collect();
    parts.retain(|part| !part.contains("each = \"new-key\"") || part.contains("\"findings\""));
    let text = parts.join("[[act.step]]");
    let attest = format!(
        "{}\n[[act]]\nid = \"content\"\ntitle = \"Content\"\n",
        step("attest", "attest-key", "\"holder\"", of_key)
    );
    let import = "[[act.step]]\nid = \"import\"";
    let text = text.replacen(import, &format!("{attest}{import}"), 1);
    let head = "[[act.step]]\nid = \"head\"";
    let export = step("export", "export", "\"administrator\"", "");
    let seal = step("seal", "seal", "\"holder\"", of_key);
    text.replacen(head, &format!("{export}{seal}{head}"), 1)
        .into_bytes()
}
