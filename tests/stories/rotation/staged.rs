//! Content from outside: signed as it came, pinned, withdrawn, brought together.

use std::fs;

use rootstage::ceremony::command::Command;
use rootstage::ceremony::refusal::Refusal;
use rootstage::driver::Stop;
use rootstage::tuf::key::KeyId;
use rootstage::tuf::root::Signed;

use super::{
    ASSEMBLED, Holder, IMPORTED, first, keyid, next_root, plan, result, script, staged_part,
    trust_file,
};
use crate::room::{Room, failing};

/// Root 2 as the online side stages it: nothing but the expiry changes.
fn stage(room: &Room, expires: &str) -> Vec<u8> {
    let bytes = fs::read(room.home.path().join("trusted.json")).unwrap();
    let mut signed = Signed::parse(&bytes).unwrap().signed;
    signed["version"] = 2.into();
    signed["expires"] = expires.into();
    signed["x-kept"] = "as it came".into();
    let file = serde_json::json!({ "signed": signed, "signatures": [] });
    // compact, and in another order than ours
    let text = serde_json::to_vec(&file).unwrap();
    fs::write(room.home.path().join("root.json"), &text).unwrap();
    text
}

#[test]
fn staged_content_is_signed_as_it_came() {
    let (room, one) = first();
    let came = stage(&room, "2028-01-01T00:00:00Z");
    let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
    let mut room = room.later(
        "staged",
        &plan(&staged_part(""), &holders, ""),
        &script(IMPORTED, None),
    );
    room.to_the_end().audits_clean();
    let two = one.next(&result(&room, "2.root.json")).unwrap();
    assert_eq!(two.get().unknown, ["x-kept"]);
    let written = fs::read(room.dir().join("metadata/root.json")).unwrap();
    let signed = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let at = text.find("\"signed\":").unwrap();
        text[at..].to_owned()
    };
    assert_eq!(
        signed(&written),
        signed(&came),
        "only the signatures changed"
    );
    assert_eq!(fs::read_dir(room.dir().join("in")).unwrap().count(), 2);
}

#[test]
fn content_is_pinned_by_the_plan() {
    let (room, one) = first();
    stage(&room, "2028-01-01T00:00:00Z");
    let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
    let pin = format!("payload = \"{}\"", "5".repeat(64));
    let text = plan(&staged_part(&pin), &holders, "");
    let mut room = room.later("staged", &text, &script(IMPORTED, None));
    room.until("import", "again");
    let words = room.words();
    assert!(words.contains(&"5".repeat(64)), "both digests: {words}");
    assert!(
        words.contains("Signatures over one are none over the other"),
        "{words}"
    );
}

#[test]
fn a_version_that_does_not_come_next_is_not_taken() {
    let (room, one) = first();
    stage(&room, "2028-01-01T00:00:00Z");
    let path = room.home.path().join("root.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"version\":2", "\"version\":3")).unwrap();
    let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
    let mut room = room.later(
        "staged",
        &plan(&staged_part(""), &holders, ""),
        &script(IMPORTED, None),
    );
    room.until("import", "again");
    assert!(room.words().contains("comes version 2"), "{}", room.words());
    // the right file in its place goes on
    fs::write(&path, text).unwrap();
    room.to_the_end().audits_clean();
}

#[test]
fn two_sites_sign_their_own_copies_on_two_days() {
    let (room, one) = first();
    stage(&room, "2028-01-01T00:00:00Z");
    // a placeholder of a key that nobody knows here
    let path = room.home.path().join("root.json");
    let unknown = "7".repeat(64);
    let blank = format!("\"signatures\":[{{\"keyid\":\"{unknown}\",\"sig\":\"\"}}]");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"signatures\":[]", &blank)).unwrap();
    let continues = "signing_continues = true";
    let text = plan(&staged_part(""), &[Holder::stays(1, one.get())], continues);
    let mut north = room.later("north", &text, &script(IMPORTED, None));
    north.until("verify", "verified");
    assert!(
        north.ask().title.contains("STILL MISSING"),
        "{}",
        north.ask().title
    );
    north.to_the_end();
    assert_eq!(failing(&north.audit()), [""; 0]);
    assert!(!north.dir().join("metadata/2.root.json").exists());

    // the northern site knows that key, and its signature takes the place of the placeholder
    let text = fs::read_to_string(north.dir().join("metadata/root.json")).unwrap();
    let filled = text.replace("\"sig\":\"\"", "\"sig\":\"abcd\"");
    fs::write(room.home.path().join("north.json"), filled).unwrap();
    let also = staged_part("also = [\"north.json\"]");
    let text = plan(&also, &[Holder::stays(2, one.get())], "");
    let mut south = room.later("south", &text, &script(IMPORTED, None));
    south.to_the_end().audits_clean();
    let signed = result(&south, "2.root.json");
    one.next(&signed).unwrap();
    let kept = signed
        .signatures
        .iter()
        .find(|sig| sig.keyid.hex() == unknown);
    assert_eq!(kept.map(|sig| sig.sig.as_str()), Some("abcd"));

    // a copy of other content is refused with both digests
    stage(&room, "2028-01-02T00:00:00Z");
    let mut other = room.later("other", &text, &script(IMPORTED, None));
    other.until("import", "again");
    let words = other.words();
    assert!(words.contains("north.json holds other content"), "{words}");
}

#[test]
fn what_stops_a_ceremony_takes_two_people() {
    let (room, one) = first();
    // an expiry far beyond the policy's bound
    stage(&room, "2048-01-01T00:00:00Z");
    let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
    let mut room = room.later(
        "staged",
        &plan(&staged_part(""), &holders, ""),
        &script(IMPORTED, None),
    );
    room.until("findings", "root.expiry-long");
    assert_eq!(room.ask().seats.len(), 2);
    assert!(matches!(
        room.skip(&["VA", "WW"]),
        Err(Refusal::NotSkippable { .. })
    ));
    assert!(matches!(
        room.types(&["ACCEPT"]),
        Err(Stop::Refused(Refusal::PhraseDiffers { .. }))
    ));
    room.to_the_end().audits_clean();
    let state = room.state();
    assert!(state.accepted.contains("root.expiry-long"));
}

#[test]
fn withdrawn_content_is_kept_as_defunct() {
    let (room, one) = first();
    let before = stage(&room, "2028-01-01T00:00:00Z");
    let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
    let mut room = room.later(
        "staged",
        &plan(&staged_part(""), &holders, ""),
        &script(IMPORTED, None),
    );
    room.until("sign.keyholder-2", "consent");
    let old = room.state().payload.clone().unwrap();
    stage(&room, "2028-02-02T00:00:00Z");
    let withdraw = |initials: &[&str]| Command::Withdraw {
        initials: initials.iter().map(|&text| text.to_owned()).collect(),
        reason: "the wrong date".to_owned(),
    };
    assert!(matches!(
        room.submit(withdraw(&["VA", "VA"]), None),
        Err(Stop::Refused(Refusal::SamePersonTwice { .. }))
    ));
    room.submit(withdraw(&["VA", "WW"]), None).unwrap();
    room.until("import", "imported");
    assert_ne!(room.ask().digest.as_ref().unwrap().sha256, old.sha256);
    assert!(room.state().signatures.is_empty());
    assert!(room.state().approved.is_empty());
    // a power cut changes nothing of it
    room.power_cut();
    room.resume().unwrap();
    room.to_the_end().audits_clean();
    let two = one.next(&result(&room, "2.root.json")).unwrap();
    assert_eq!(two.get().expires_text, "2028-02-02T00:00:00Z");
    let defunct = result(&room, "defunct-1.root.json");
    assert_eq!(defunct.signatures.len(), 1, "what was signed of it is kept");
    assert_eq!(defunct.signed, Signed::parse(&before).unwrap().signed);
    fs::remove_file(room.dir().join("metadata/defunct-1.root.json")).unwrap();
    assert_eq!(failing(&room.audit()), ["root.files"]);
}

#[test]
fn content_made_here_or_pinned_is_not_withdrawn() {
    let (room, one) = first();
    let holders = [
        Holder::stays(1, one.get()),
        Holder::stays(2, one.get()),
        Holder::stays(3, one.get()),
    ];
    let text = plan(&next_root(2, 2, ""), &holders, "");
    let mut room = room.later("second", &text, &script(ASSEMBLED, None));
    room.until("sign.keyholder-2", "consent");
    let withdraw = Command::Withdraw {
        initials: vec!["VA".to_owned(), "WW".to_owned()],
        reason: "no".to_owned(),
    };
    assert!(matches!(
        room.submit(withdraw, None),
        Err(Stop::Refused(Refusal::OutOfPlace { because, .. })) if because.contains("another plan")
    ));
}

#[test]
fn another_key_under_the_planned_label_signs_nothing() {
    let (room, one) = first();
    stage(&room, "2028-01-01T00:00:00Z");
    let holders = [
        Holder::stays(1, one.get()),
        // the plan says that the key of the third is on the token of the second
        Holder {
            keyid: Some(keyid(one.get(), 3)),
            ..Holder::stays(2, one.get())
        },
    ];
    let mut room = room.later(
        "staged",
        &plan(&staged_part(""), &holders, ""),
        &script(IMPORTED, None),
    );
    room.until("sign.keyholder-2", "secret");
    room.go_on();
    assert!(
        room.words().contains("is not the one that is listed"),
        "{}",
        room.words()
    );
    assert_eq!(room.state().signatures.len(), 1);
}

#[test]
fn the_trusted_root_is_the_one_of_the_plan() {
    let (room, one) = first();
    let holders = [Holder::stays(1, one.get())];
    let parts = next_root(2, 1, "").replace(
        "path = \"trusted.json\"",
        &format!("path = \"trusted.json\"\nsha256 = \"{}\"", "7".repeat(64)),
    );
    let mut room = room.later(
        "second",
        &plan(&parts, &holders, "no_spare_acknowledged = true"),
        &script(ASSEMBLED, None),
    );
    room.until("trusted", "again");
    assert!(
        room.words().contains("is not the one in the plan"),
        "{}",
        room.words()
    );
}

/// `targets.json` of this version with these targets, unsigned; `delegations` may be null.
fn targets(room: &Room, version: u64, names: &[&str], delegations: &serde_json::Value) {
    let listed: serde_json::Map<String, serde_json::Value> = names
        .iter()
        .map(|name| {
            let hashes = serde_json::json!({ "sha256": "ab".repeat(32) });
            (
                (*name).to_owned(),
                serde_json::json!({ "length": 7, "hashes": hashes }),
            )
        })
        .collect();
    let mut signed = serde_json::json!({
        "_type": "targets", "spec_version": "1.0.34", "version": version,
        "expires": "2027-06-01T00:00:00Z", "targets": listed,
    });
    if !delegations.is_null() {
        signed["delegations"] = delegations.clone();
    }
    let file = serde_json::json!({ "signed": signed, "signatures": [] });
    fs::write(room.home.path().join("targets.json"), file.to_string()).unwrap();
}

#[test]
fn targets_and_a_role_they_delegate_to_are_signed_by_the_keyholders() {
    let (room, one) = first();
    // root 2 gives the targets role to the first keyholder
    let pem = room
        .state()
        .keys
        .values()
        .next()
        .unwrap()
        .public_pem
        .clone();
    fs::write(room.home.path().join("first.pem"), pem).unwrap();
    let role = "[root.role.targets]\nthreshold = 1\nkeys = [{ path = \"first.pem\" }]\n";
    let holders = [1, 2, 3].map(|number| Holder::stays(number, one.get()));
    let text = plan(&next_root(2, 2, role), &holders, "");
    let mut second = room.later("second", &text, &script(ASSEMBLED, None));
    second.to_the_end();
    let two = one.next(&trust_file(&second, "2.root.json")).unwrap();

    let part = |more: &str| {
        format!(
            "[trusted]\npath = \"trusted.json\"\n\n[staged]\npath = \"targets.json\"\nrole = \"targets\"\n{more}\n"
        )
    };
    let signer = || [Holder::stays(1, two.get())];
    targets(&room, 1, &["a", "b"], &serde_json::Value::Null);
    let text = plan(&part(""), &signer(), "");
    let mut third = room.later("third", &text, &script(IMPORTED, None));
    third.until("findings", "seen");
    let remarks = |room: &Room| -> Vec<String> {
        let document = room.ask().document.as_ref().unwrap();
        document
            .remarks
            .iter()
            .map(|remark| remark.rule.clone())
            .collect()
    };
    assert!(remarks(&third).contains(&"metadata.not-compared".to_owned()));
    third.to_the_end();
    assert_eq!(failing(&third.audit()), [""; 0]);
    // that it is no root keeps nobody from asking whose keys judge it
    let known = |bytes: Vec<u8>| {
        let trusted = vec![("root.json".to_owned(), bytes)];
        rootstage::directory::audit(&third.dir(), None, trusted).unwrap()
    };
    let of_day =
        |room: &Room, name: &str| fs::read(room.dir().join("metadata").join(name)).unwrap();
    for bytes in [of_day(&second, "2.root.json"), of_day(&room, "1.root.json")] {
        let audited = known(bytes);
        assert_eq!(failing(&audited), [""; 0]);
        let of_rule =
            |found: &&rootstage::transcript::audit::Finding| found.rule.id == "root.trusted";
        let found = audited.findings.iter().find(of_rule).unwrap();
        assert!(found.sentence.contains("the content is no root; version 2"));
        assert_eq!(found.verdict, rootstage::transcript::audit::Verdict::Pass);
    }
    let mut strangers = Room::open(2, 2);
    strangers.to_the_end();
    let audited = known(of_day(&strangers, "1.root.json"));
    assert_eq!(failing(&audited), ["root.trusted"]);
    fs::copy(
        third.dir().join("metadata/targets.json"),
        room.home.path().join("before.json"),
    )
    .unwrap();

    // version 2 delegates to a role of the second keyholder, and drops a target
    let bytes = fs::read(room.home.path().join("trusted.json")).unwrap();
    let published: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let id = keyid(two.get(), 2);
    let delegations = serde_json::json!({
        "keys": { id.clone(): published["signed"]["keys"][&id] },
        "roles": [{ "name": "team", "keyids": [id], "threshold": 1, "terminating": false, "paths": ["team/*"] }],
    });
    targets(&room, 2, &["a"], &delegations);
    let text = plan(&part("previous = \"before.json\""), &signer(), "");
    let mut fourth = room.later("fourth", &text, &script(IMPORTED, None));
    fourth.until("findings", "seen");
    let seen = remarks(&fourth);
    for rule in ["targets.removed", "targets.delegations"] {
        assert!(seen.contains(&rule.to_owned()), "{seen:?}");
    }
    let changes = fourth.ask().document.clone().unwrap().changes;
    let rows: Vec<&str> = changes.iter().map(|change| change.what.as_str()).collect();
    assert!(
        rows.contains(&"target b") && rows.contains(&"delegation to team"),
        "{rows:?}"
    );
    fourth.to_the_end();
    assert_eq!(failing(&fourth.audit()), [""; 0]);
    let written = fs::read(fourth.dir().join("metadata/targets.json")).unwrap();
    fs::write(room.home.path().join("delegator.json"), &written).unwrap();

    // a version before that nobody signed, one that delegates and that nobody signed, another role
    let unsigned = fs::read(room.home.path().join("targets.json")).unwrap();
    fs::write(room.home.path().join("unsigned.json"), unsigned).unwrap();
    let staged_root = part("").replace("role = \"targets\"", "role = \"root\"");
    let of_nobody = part("delegated_by = \"unsigned.json\"").replace("= \"targets\"", "= \"team\"");
    for (number, (text, says)) in [
        (
            part("previous = \"unsigned.json\""),
            "the version before, is not signed",
        ),
        (of_nobody, "unsigned.json: "),
        (
            staged_root,
            "of the type \"targets\"; the plan says that it is for the role root",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let text = plan(&text, &signer(), "");
        let mut refused = room.later(&format!("refused-{number}"), &text, &script(IMPORTED, None));
        refused.until("import", "again");
        assert!(refused.words().contains(says), "{}", refused.words());
        assert!(refused.words().contains("nothing was signed"));
    }

    // the delegated role is judged by the key that targets name for it
    targets(&room, 1, &["team/x"], &serde_json::Value::Null);
    let team =
        part("delegated_by = \"delegator.json\"").replace("role = \"targets\"", "role = \"team\"");
    let text = plan(&team, &[Holder::stays(2, two.get())], "");
    let mut fifth = room.later("fifth", &text, &script(IMPORTED, None));
    fifth.to_the_end();
    assert_eq!(failing(&fifth.audit()), [""; 0]);
    assert_eq!(fifth.state().judges[0].name, "team in targets 2");

    // going back is a stop
    targets(&room, 1, &["a", "b"], &serde_json::Value::Null);
    fs::write(room.home.path().join("before.json"), &written).unwrap();
    let text = plan(&part("previous = \"before.json\""), &signer(), "");
    let mut back = room.later("back", &text, &script(IMPORTED, None));
    back.until("findings", "metadata.version");
    let path = room.home.path().join("targets.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        text.replace("sha256", "sha512")
            .replace(&"ab".repeat(32), &"ab".repeat(64)),
    )
    .unwrap();
    let text = plan(&part(""), &signer(), "");
    room.later("sha512", &text, &script(IMPORTED, None))
        .until("findings", "targets.no-sha256");
    assert!(
        back.words().contains("refuse to go back"),
        "{}",
        back.words()
    );
}

#[test]
fn one_key_under_two_ids_signs_once_and_stands_twice() {
    let (room, one) = first();
    let old = keyid(one.get(), 1);
    // the online side has added a member to a key object and kept the id: the id is wrong now
    stage(&room, "2028-01-01T00:00:00Z");
    let path = room.home.path().join("root.json");
    let mut file: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    file["signed"]["keys"][&old]["x-owner"] = "Ada".into();
    fs::write(&path, file.to_string()).unwrap();
    let holders = [1, 2].map(|number| Holder::stays(number, one.get()));
    let mut second = room.later(
        "second",
        &plan(&staged_part(""), &holders, ""),
        &script(IMPORTED, None),
    );
    second.until("findings", "root.key-id");
    second.to_the_end();
    let two = one.next(&trust_file(&second, "2.root.json")).unwrap();
    let [(listed, right)] = two.get().wrong_ids()[..] else {
        panic!("{:?}", two.get().wrong_ids())
    };
    assert_eq!(listed.hex(), old);

    // the next root writes it anew; the token signs once, and the signature stands under both ids
    let kept = keyid(two.get(), 3);
    let more = format!("key_ids = \"recompute\"\nkeep = [{{ keyid = \"{kept}\", name = \"C\" }}]");
    let holders = [1, 2].map(|number| Holder::stays(number, two.get()));
    let mut third = second.later(
        "third",
        &plan(&next_root(3, 2, &more), &holders, ""),
        &script(ASSEMBLED, None),
    );
    third.until("review.keyholder-1", "review");
    let signers = third.ask().document.clone().unwrap().signers.join("\n");
    assert!(
        signers.contains("has to stand in the file under 2 ids"),
        "{signers}"
    );
    third.to_the_end().audits_clean();
    let signed = result(&third, "3.root.json");
    let three = two.next(&signed).unwrap();
    assert!(three.get().wrong_ids().is_empty());
    let under = |id: KeyId| {
        let mut found = signed.signatures.iter().filter(|sig| sig.keyid == id);
        found.next().map(|sig| sig.sig.clone()).expect("an entry")
    };
    assert_eq!(under(listed), under(right));
    assert_eq!(signed.signatures.len(), 3);
}
