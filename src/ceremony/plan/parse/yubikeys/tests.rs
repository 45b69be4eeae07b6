use time::macros::datetime;

use crate::ceremony::plan::{KeyPlan, Outline, Plan, rehearsal};
use crate::ceremony::token::piv::{KeyPolicies, PinPolicy, TouchPolicy};

const SOFTWARE: &str = "token = \"file:tokens/keyholder-1.age\"";
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

fn read(changes: &[(&str, &str)]) -> Result<Plan, String> {
    let mut text = rehearsal(&Outline {
        title: "Rehearsal".to_owned(),
        location: "Room 1".to_owned(),
        keyholders: 3,
        threshold: 2,
        expires: datetime!(2027-06-30 12:00 UTC),
    });
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    Plan::parse(text.as_bytes()).map_err(|problems| problems.in_file("p"))
}

/// The key of the first keyholder, on a `YubiKey`, with these lines below its token.
fn key(more: &str) -> Result<KeyPlan, String> {
    let token = format!("token = \"yubikey:18158855\"\n{more}");
    let plan = read(&[(SOFTWARE, &token), ("key_label = \"root-1\"\n", "")])?;
    Ok(plan.keys().next().unwrap().1.clone())
}

#[test]
fn a_yubikey_is_strict_and_named_by_its_serial_where_the_plan_says_no_more() {
    let key = key("").unwrap();
    assert_eq!(key.serial.as_deref(), Some("18158855"));
    assert_eq!(key.label, "keyholder-1");
    assert_eq!(key.policies, Some(KeyPolicies::STRICT));
    assert_eq!(key.spare, None);
    assert!(key.is_provisioned());
}

#[test]
fn what_the_plan_says_of_a_yubikey_is_taken() {
    let key = key(
        "serial = \"18158855\"\npin_policy = \"once\"\ntouch_policy = \"cached\"\nspare = \"yubikey:7/9a\"\n\
         key_label = \"mine\"",
    )
    .unwrap();
    assert_eq!(
        key.policies,
        Some(KeyPolicies {
            pin: PinPolicy::Once,
            touch: TouchPolicy::Cached
        })
    );
    assert_eq!(key.label, "mine");
    let spare = key.spare.unwrap();
    assert_eq!(spare.token.0, "yubikey:7/9a");
    assert_eq!(spare.serial.as_deref(), Some("7"));
}

#[test]
fn what_does_not_fit_a_yubikey_is_told() {
    for (more, says) in [
        ("serial = \"1\"", "is named by the serial \"18158855\""),
        ("pin_policy = \"match-once\"", "must be one of"),
        ("touch_policy = \"sometimes\"", "must be one of"),
        ("spare = \"yubikey:18158855/9a\"", "is taken at line"),
        ("spare = \"file:other.age\"", "the same kind"),
        ("spare = \"tpm:1\"", "has no token kind `tpm`"),
    ] {
        let told = key(more).unwrap_err();
        assert!(told.contains(says), "{more}: {told}");
    }
    let id = "0".repeat(64);
    let told = key(&format!("keyid = \"{id}\"\nspare = \"yubikey:7\"")).unwrap_err();
    assert!(told.contains("for a key that is made here"), "{told}");
}

#[test]
fn one_yubikey_has_one_holder_whatever_the_slots() {
    let told = read(&[
        (SOFTWARE, "token = \"yubikey:5/9a\""),
        (
            "token = \"file:tokens/keyholder-2.age\"",
            "token = \"yubikey:5/9c\"",
        ),
    ])
    .unwrap_err();
    assert!(told.contains("The serial \"5\" is taken at line"), "{told}");
    let told = read(&[
        (SOFTWARE, "token = \"yubikey:5\"\nspare = \"yubikey:6\""),
        (
            "token = \"file:tokens/keyholder-2.age\"",
            "token = \"yubikey:6\"",
        ),
    ])
    .unwrap_err();
    assert!(told.contains("The serial \"6\" is taken at line"), "{told}");
}

#[test]
fn other_tokens_have_no_policies_and_need_their_label_but_may_have_a_spare() {
    for key in ["pin_policy = \"always\"", "touch_policy = \"always\""] {
        let told = read(&[(SOFTWARE, &format!("{SOFTWARE}\n{key}"))]).unwrap_err();
        assert!(told.contains("is for keys on a YubiKey"), "{told}");
    }
    let spare = format!("{SOFTWARE}\nspare = \"file:tokens/spare.age\"");
    let plan = read(&[(SOFTWARE, &spare)]).unwrap();
    let key = plan.keys().next().unwrap().1;
    assert_eq!(key.policies, None);
    assert_eq!(key.spare.as_ref().unwrap().serial, None);
    let told = read(&[(
        "duty = \"witness\"",
        "duty = \"witness\"\nspare = \"file:x\"",
    )])
    .unwrap_err();
    assert!(told.contains("is for keyholders"), "{told}");
}

#[test]
fn provisioning_is_read_and_every_slip_in_it_is_told() {
    let plan = |table: &str| {
        read(&[(
            "clock_tolerance_minutes = 2",
            &format!("clock_tolerance_minutes = 2\n{table}"),
        )])
    };
    let policy = plan("").unwrap().policy.provisioning;
    assert_eq!((policy.pin_tries, policy.puk_tries), (3, 3));
    let policy = plan(&format!(
        "[policy.provisioning]\npin_tries = 8\npuk_tries = 5\nescrow = [\"{RECIPIENT}\"]"
    ))
    .unwrap()
    .policy
    .provisioning;
    assert_eq!((policy.pin_tries, policy.puk_tries), (8, 5));
    assert_eq!(policy.escrow, [RECIPIENT]);
    let slip = RECIPIENT.replace("hyww", "hywx");
    let twice = format!("escrow = [\"{RECIPIENT}\", \"{RECIPIENT}\"]");
    for (entry, says) in [
        ("pin_tries = 1", "from 2 to 255"),
        ("puk_tries = 256", "from 2 to 255"),
        ("tries = 3", "has no key `tries`"),
        (twice.as_str(), "is named twice"),
        (&format!("escrow = [\"{slip}\"]"), "a letter of it is wrong"),
        ("escrow = [\"AGE-SECRET-KEY-1\"]", "is a secret key"),
        (
            "escrow = [\"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4\"]",
            "no age recipient",
        ),
    ] {
        let told = plan(&format!("[policy.provisioning]\n{entry}")).unwrap_err();
        assert!(told.contains(says), "{entry}: {told}");
    }
}

#[test]
fn the_plan_tells_people_what_it_says_of_yubikeys() {
    let plan = read(&[(SOFTWARE, "token = \"yubikey:5\"\nspare = \"yubikey:6\"")]).unwrap();
    let lines: Vec<String> = plan
        .parameters()
        .into_iter()
        .map(|(label, value)| format!("{label}: {value}"))
        .collect();
    for line in [
        "YubiKey key: Ada Keyholder: PIN always, touch always",
        "Spare token: Ada Keyholder: yubikey:6",
        "Tries of PIN and PUK: 3 and 3",
        "Management keys: on the tokens, behind the PIN; no copies",
        "YubiKeys must prove: none; what they show is written down all the same",
    ] {
        assert!(
            lines.iter().any(|found| found == line),
            "{line}: {lines:#?}"
        );
    }
    let software = read(&[]).unwrap().parameters();
    assert!(
        software
            .iter()
            .all(|(label, _)| !label.contains("PIN") && label != "YubiKey key")
    );
}
