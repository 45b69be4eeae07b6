//! Keys, roots, scripts and plans of the played ceremonies.

use std::collections::BTreeMap;

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature as EcdsaSignature, SigningKey};
use p256::pkcs8::EncodePublicKey as _;
use rootstage::ceremony::judge::Judge;
use rootstage::ceremony::state::HeldKey;
use rootstage::ceremony::token::{PinState, TokenIdentity, TokenKind};
use rootstage::digest::Sha256;
use rootstage::tuf::key::PublicKey;
use rootstage::tuf::root::{
    KeyEntry, ListedKey, Role, RoleKeys, RoleSpec, RootSpec, Signature, Signed, payload,
};
use time::OffsetDateTime;
use time::macros::datetime;

/// The key pair of this name.
pub fn pair(name: &str) -> SigningKey {
    SigningKey::from_slice(&Sha256::of(name.as_bytes()).0).unwrap()
}

pub fn public(name: &str) -> PublicKey {
    let der = pair(name).verifying_key().to_public_key_der().unwrap();
    PublicKey::from_spki_der(der.as_bytes()).unwrap()
}

pub fn sign(name: &str, message: &[u8]) -> Vec<u8> {
    let signature: EcdsaSignature = pair(name).sign(message);
    signature.to_der().as_bytes().to_vec()
}

/// A key in hand, enrolled.
pub fn held(name: &str) -> HeldKey {
    let key = public(name);
    HeldKey {
        token: TokenIdentity {
            kind: TokenKind::Pkcs11,
            serial: format!("00{name}"),
            label: name.to_owned(),
            manufacturer: "Maker".to_owned(),
            model: "Model".to_owned(),
            firmware: "5.7".to_owned(),
            piv: None,
            beside: Vec::new(),
            pin: PinState::default(),
        },
        public_pem: key.spki_pem(),
        generated: None,
        possession: None,
        evidence: None,
        enrolled: Some((key.key_id(), key.fingerprint())),
    }
}

/// A first root's own keys.
pub fn judge(names: &[&str], threshold: u32) -> Judge {
    let keys = names.iter().map(|name| {
        let key = public(name);
        let listed = ListedKey {
            computed: key.key_id(),
            raw: key.to_tuf(),
            public: Ok(key.clone()),
        };
        (key.key_id(), listed)
    });
    Judge {
        name: "root 1".to_owned(),
        keys: keys.collect(),
        role: RoleKeys {
            keyids: names.iter().map(|name| public(name).key_id()).collect(),
            threshold,
        },
    }
}

/// A root by these keys, signed by some of them.
pub fn root(
    version: u64,
    holders: &[&str],
    threshold: u32,
    expires: OffsetDateTime,
    by: &[&str],
) -> String {
    let role = |names: &[&str], threshold: u32| RoleSpec {
        keys: names
            .iter()
            .map(|name| KeyEntry {
                key: public(name),
                note: String::new(),
            })
            .collect(),
        threshold,
    };
    let spec = RootSpec {
        version,
        expires,
        consistent_snapshot: true,
        roles: BTreeMap::from([
            (Role::Root, role(holders, threshold)),
            (Role::Targets, role(&["targets"], 1)),
            (Role::Snapshot, role(&["snapshot"], 1)),
            (Role::Timestamp, role(&["timestamp"], 1)),
        ]),
    };
    let signed = spec.build().unwrap();
    let (bytes, _) = payload(&signed).unwrap();
    let signatures = by
        .iter()
        .map(|name| Signature::new(public(name).key_id(), &sign(name, &bytes)));
    let signatures = signatures.collect();
    let file = Signed { signed, signatures }.to_file();
    String::from_utf8(file).unwrap()
}

/// The root that clients trust: Ada, Ben, Chidi and Eve, of whom two sign.
pub fn trusted() -> String {
    let holders = ["ada.old", "ben", "chidi", "eve"];
    root(
        1,
        &holders,
        2,
        datetime!(2027-02-01 12:00 UTC),
        &["ada.old", "ben"],
    )
}

pub const SCRIPT: &str = include_str!("played.toml");

pub fn script(signing: &str) -> String {
    SCRIPT.replace("# HERE\n", signing)
}

/// The root is made here.
pub const MADE: &str = r#"
[[act.step]]
id = "new"
kind = "present-token"
title = "New token presented"
by = ["holder", "witness"]
each = "new-key"
minutes = 1
say = "{holder}, please connect your new token."

[[act.step]]
id = "generate"
kind = "generate-key"
title = "Key generated"
by = ["holder", "witness"]
each = "new-key"
minutes = 1
say = "{holder}, the token now makes a key."

[[act.step]]
id = "show"
kind = "show-key"
title = "Public key compared"
by = ["holder", "witness"]
each = "new-key"
minutes = 1
say = "Compare the key with the paper."

[[act.step]]
id = "prove"
kind = "prove-possession"
title = "Possession proved"
by = ["holder", "witness"]
each = "new-key"
minutes = 1
say = "The token shows that it can sign."

[[act.step]]
id = "assemble"
kind = "assemble-root"
title = "Root assembled"
by = []
minutes = 1
say = "The new root follows from the plan."
"#;

/// The root comes from outside.
pub const STAGED: &str = r#"
[[act.step]]
id = "import"
kind = "import-staged"
title = "Staged root imported"
by = ["administrator", "witness"]
minutes = 1
say = """
The administrator connects the stick with the staged root. Nothing of it is trusted before its \
digest was compared with the paper that came with it."""
"#;

pub const PEOPLE: &str = r#"
[plan]
title = "Second root of Example Corp"
script = "rotation-rehearsal"
mode = "rehearsal"
location = "Vault 2"

[trusted]
path = "in/1.root.json"

[[participant]]
id = "dora"
name = "Dora Dean"
initials = "DD"
duty = "administrator"

[[participant]]
id = "wim"
name = "Wim Winter"
initials = "WW"
duty = "witness"

[quorum]
keyholder = 1

[policy]
expiry_min_days = 30
expiry_max_days = 400
no_spare_acknowledged = false
allow_p384 = false
required_checks = []
clock_tolerance_minutes = 2

[output]
directories = []
"#;

pub fn keyholder(id: &str, name: &str, initials: &str, existing: bool) -> String {
    let keyid = if existing {
        format!("keyid = \"{}\"\n", public(id).key_id().hex())
    } else {
        String::new()
    };
    format!(
        "\n[[participant]]\nid = \"{id}\"\nname = \"{name}\"\ninitials = \"{initials}\"\nduty = \"keyholder\"\n\
         token = \"pkcs11:token={id};serial=00{id}?module-path=/m.so\"\nkey_label = \"root-{id}\"\n{keyid}"
    )
}

/// Ada changes her token, Ben stays, Chidi's is lost, Fay joins, Eve stays and is not here.
pub fn rotation() -> String {
    let id = |name: &str| public(name).key_id().hex();
    let mut plan = PEOPLE.to_owned();
    plan += &keyholder("ada", "Ada Adams", "AA", false);
    let more = format!(
        "[participant.old]\ntoken = \"pkcs11:token=ada-old;serial=00ada.old?module-path=/m.so\"\nkey_label = \"root\"\nkeyid = \"{}\"\n",
        id("ada.old")
    );
    plan += &more;
    plan += &keyholder("ben", "Ben Brown", "BB", true);
    plan += &keyholder("fay", "Fay Fox", "FF", false);
    let more = format!(
        "\n[root]\nversion = 2\nthreshold = 3\nexpires = \"2027-11-23T00:00:00Z\"\nconsistent_snapshot = true\n\
         keep = [{{ keyid = \"{}\", name = \"Eve Early\" }}]\n\
         remove = [{{ keyid = \"{}\", name = \"Chidi Clark\", reason = \"lost\" }}]\n",
        id("eve"),
        id("chidi")
    );
    plan += &more;
    plan
}

/// A root from another site, which Ben and Eve have signed: its threshold is one.
pub fn staged_root() -> String {
    let holders = ["ben", "chidi", "eve"];
    root(
        2,
        &holders,
        1,
        datetime!(2030-11-23 0:00 UTC),
        &["eve", "ben"],
    )
}

pub fn staged(more: &str) -> String {
    let mut plan = PEOPLE.to_owned();
    plan += &keyholder("ben", "Ben Brown", "BB", true);
    plan += &keyholder("chidi", "Chidi Clark", "CC", true);
    plan + "\n[staged]\npath = \"in/root.json\"\nrole = \"root\"\n" + more
}

/// Thirteen keys join, two sign once more and leave.
pub fn many_keys() -> String {
    let mut plan = PEOPLE.to_owned();
    for (number, letter) in ('A'..='M').enumerate() {
        plan += &keyholder(
            &format!("holder-{number}"),
            &format!("{letter}lex {letter}. Keyholder"),
            &format!("{letter}K"),
            false,
        );
    }
    for name in ["ada.old", "ben"] {
        let who = if name == "ben" {
            "Ben Brown"
        } else {
            "Ada Adams"
        };
        let both = keyholder(name, who, if name == "ben" { "BB" } else { "AA" }, true);
        plan += &(both.replace("id = \"ada.old\"\nname", "id = \"ada\"\nname") + "leaves = true\n");
    }
    let id = |name: &str| public(name).key_id().hex();
    let more = format!(
        "\n[root]\nversion = 2\nthreshold = 7\nexpires = \"2027-11-23T00:00:00Z\"\nconsistent_snapshot = true\n\
         remove = [{{ keyid = \"{}\", name = \"Chidi Clark\", reason = \"retired\" }}, {{ keyid = \"{}\", name = \"Eve Early\", reason = \"retired\" }}]\n",
        id("chidi"),
        id("eve")
    );
    plan += &more;
    plan
}
