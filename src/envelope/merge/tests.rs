use super::{Choice, Input, MergeError, Merged, Part, PartError, Side, merge};
use crate::envelope::signatures::SignatureList;
use crate::envelope::{Draft, Envelope, Kind, Payload};
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{RootSpec, Signature, Signed};
use crate::tuf::testing::{IDS, NOW, Pair, data, golden_spec, signed_by, spec};
use crate::tuf::threshold::Verdict;
use crate::tuf::trusted::Trusted;

fn file(name: &str, signed: &Signed) -> Input {
    Input {
        name: name.to_owned(),
        part: Part::of_file(signed.to_file()).unwrap(),
    }
}

fn list(name: &str, signed: &Signed) -> Input {
    let metadata = Metadata::parse(signed.to_file(), 1 << 20).unwrap();
    Input {
        name: name.to_owned(),
        part: Part::Signatures(SignatureList::of(&metadata).unwrap()),
    }
}

fn placeholder(signed: &mut Signed, id: &str) {
    signed.put(Signature {
        keyid: id.parse().unwrap(),
        sig: String::new(),
    });
}

fn verdict(merged: &Merged, standing: usize, id: &str) -> Verdict {
    let tally = &merged.standings[standing].tally;
    let found = tally.verdicts().iter().find(|(key, _)| key.hex() == id);
    found.unwrap().1.clone()
}

fn is_valid(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Counted { .. })
}

#[test]
fn two_sites_sign_the_same_root() {
    let (a, b) = (Pair::golden(0), Pair::golden(1));
    let spec = golden_spec();
    let inputs = [
        file("a.json", &signed_by(&spec, &[&a])),
        list("b.rse", &signed_by(&spec, &[&b])),
    ];
    let merged = merge(&inputs, None).unwrap();
    assert_eq!((merged.role.as_str(), merged.version), ("root", 1));
    assert_eq!(merged.is_complete(), Some(true));
    assert_eq!(merged.standings[0].side, Side::Itself);
    assert!(merged.standings[0].missing.is_empty());
    assert_eq!(merged.signatures[1].from, ["b.rse"]);
    let signed = Signed::parse(&merged.file).unwrap();
    Trusted::first(&signed).unwrap();
    // the same whichever way round the signatures come
    let turned = merge(&[inputs[1].clone(), inputs[0].clone()], None).unwrap();
    assert_eq!((turned.base.as_str(), turned.file), ("a.json", merged.file));
}

#[test]
fn three_sites_and_who_is_missing() {
    let keys: Vec<Pair> = (0..4).map(Pair::golden).collect();
    let spec = spec(1, &[&keys[0], &keys[1], &keys[2], &keys[3]], 4);
    let staged = signed_by(&spec, &[]);
    let site = |i: usize| list(&format!("site-{i}.rse"), &signed_by(&spec, &[&keys[i]]));
    let two = merge(&[file("root.json", &staged), site(0), site(1)], None).unwrap();
    assert_eq!(two.is_complete(), Some(false));
    let missing: Vec<_> = two.standings[0].missing.iter().map(|w| w.keyid).collect();
    assert_eq!(
        missing,
        [keys[2].public().key_id(), keys[3].public().key_id()]
    );
    let all = [
        file("root.json", &staged),
        site(0),
        site(1),
        site(2),
        site(3),
    ];
    let merged = merge(&all, None).unwrap();
    assert_eq!(merged.is_complete(), Some(true));
    assert_eq!(merged.standings[0].tally.count(), 4);
    Trusted::first(&Signed::parse(&merged.file).unwrap()).unwrap();
    // a merge of merges adds nothing
    let again = Input {
        name: "merged".to_owned(),
        part: Part::of_file(merged.file.clone()).unwrap(),
    };
    assert_eq!(merge(&[again, site(2)], None).unwrap().file, merged.file);
}

#[test]
fn another_payload_is_refused_with_both_hashes() {
    let (a, b) = (Pair::golden(0), Pair::golden(1));
    let one = signed_by(&golden_spec(), &[&a]);
    let other_spec = RootSpec {
        consistent_snapshot: false,
        ..golden_spec()
    };
    let other = signed_by(&other_spec, &[&b]);
    for inputs in [
        [file("a.json", &one), file("b\u{1b}.json", &other)],
        [file("a.json", &one), list("b\u{1b}.rse", &other)],
    ] {
        let error = merge(&inputs, None).unwrap_err();
        let MergeError::OtherPayload {
            first_payload,
            other_payload,
            ..
        } = &error
        else {
            panic!("{error}");
        };
        let said = error.to_string();
        for digest in [first_payload, other_payload] {
            assert!(said.contains(&digest.groups().join(" ")), "{said}");
            assert!(said.contains(&digest.words()[..4].join(" ")), "{said}");
        }
        assert!(
            said.contains("a.json") && said.contains("b\\u{1b}"),
            "{said}"
        );
    }
}

#[test]
fn placeholders_give_way() {
    let (a, b) = (Pair::golden(0), Pair::golden(1));
    let spec = golden_spec();
    let mut staged = signed_by(&spec, &[]);
    placeholder(&mut staged, IDS[0]);
    placeholder(&mut staged, IDS[1]);
    let inputs = [
        file("root.json", &staged),
        list("a.rse", &signed_by(&spec, &[&a])),
    ];
    let merged = merge(&inputs, None).unwrap();
    let choices: Vec<_> = merged.signatures.iter().map(|s| s.choice).collect();
    assert_eq!(
        choices,
        [Choice::ReplacesPlaceholder, Choice::PlaceholderOnly]
    );
    assert_eq!(merged.signatures[0].from, ["a.rse"]);
    assert_eq!(merged.signatures[0].differing, [""; 0]);
    assert_eq!(verdict(&merged, 0, IDS[1]), Verdict::Empty);
    assert_eq!(merged.is_complete(), Some(false));
    // and never come back
    let signed = signed_by(&spec, &[&a, &b]);
    let kept = merge(&[file("s", &signed), file("p", &staged)], None).unwrap();
    assert_eq!(kept.file, signed.to_file());
}

#[test]
fn of_two_signatures_under_one_key_the_valid_one_is_kept() {
    let (a, b) = (Pair::golden(0), Pair::golden(1));
    let spec = golden_spec();
    let good = signed_by(&spec, &[&a]);
    let forged = |by: &Pair, text: &[u8]| {
        let mut signed = signed_by(&spec, &[]);
        signed.put(Signature::new(IDS[0].parse().unwrap(), &by.sign(text)));
        signed
    };
    let (bad, worse) = (forged(&b, b"x"), forged(&b, b"y"));
    for order in [[&bad, &good], [&good, &bad]] {
        let inputs = [file("1", order[0]), file("2", order[1])];
        let merged = merge(&inputs, None).unwrap();
        let chosen = &merged.signatures[0];
        assert_eq!(chosen.choice, Choice::OnlyValid);
        assert_eq!(chosen.signature, good.signatures[0]);
        assert_eq!((chosen.from.len(), chosen.differing.len()), (1, 1));
        assert!(is_valid(&verdict(&merged, 0, IDS[0])));
    }
    let merged = merge(&[file("1", &bad), file("2", &worse)], None).unwrap();
    assert_eq!(merged.signatures[0].choice, Choice::NoneValid);
    assert_eq!(merged.signatures[0].signature, bad.signatures[0]);
    assert_eq!(merged.signatures[0].differing, ["2"]);
    assert_eq!(merged.file, bad.to_file());
    assert!(matches!(verdict(&merged, 0, IDS[0]), Verdict::Invalid(_)));
    // both valid: s and n - s make two signatures of one ECDSA signature
    let mut twin = good.clone();
    let bytes = good.signatures[0].bytes().unwrap();
    let signature = p256::ecdsa::Signature::from_der(&bytes).unwrap();
    let (r, s) = signature.split_scalars();
    let turned = p256::ecdsa::Signature::from_scalars(*r, -*s).unwrap();
    twin.put(Signature::new(
        IDS[0].parse().unwrap(),
        turned.to_der().as_bytes(),
    ));
    let merged = merge(&[file("1", &good), file("2", &twin)], None).unwrap();
    assert_eq!(merged.signatures[0].choice, Choice::FirstOfValid);
    assert_eq!(merged.signatures[0].signature, good.signatures[0]);
    // the same bytes in capitals are the same signature
    let mut capitals = good.clone();
    capitals.signatures[0].sig.make_ascii_uppercase();
    let merged = merge(&[file("1", &good), file("2", &capitals)], None).unwrap();
    assert_eq!(merged.signatures[0].choice, Choice::Only);
    assert_eq!(merged.signatures[0].from, ["1", "2"]);
}

#[test]
fn signatures_of_strangers_are_kept_and_named() {
    let (a, stranger) = (Pair::golden(0), Pair::golden(7));
    let spec = golden_spec();
    let mut one = signed_by(&spec, &[&stranger]);
    let id = stranger.public().key_id();
    let merged = merge(
        &[file("1", &signed_by(&spec, &[&a])), list("2", &one)],
        None,
    )
    .unwrap();
    assert_eq!(verdict(&merged, 0, &id.hex()), Verdict::UnknownKey);
    assert!(merged.file.windows(64).any(|w| w == id.hex().as_bytes()));
    // two that differ: nobody can judge
    let first = file("1", &one);
    one.put(Signature::new(id, b"other"));
    let merged = merge(&[first, list("2", &one)], None).unwrap();
    assert_eq!(merged.signatures[0].choice, Choice::NotJudged);
}

#[test]
fn the_old_root_is_asked_as_well() {
    let (a, b, c) = (Pair::golden(0), Pair::golden(1), Pair::golden(2));
    let old = signed_by(&spec(1, &[&a, &b], 2), &[&a, &b]);
    let trusted = Trusted::first(&old).unwrap();
    let next = spec(2, &[&b, &c], 2);
    let inputs = [
        file("root.json", &signed_by(&next, &[&c])),
        list("b.rse", &signed_by(&next, &[&b])),
    ];
    let merged = merge(&inputs, Some(&trusted)).unwrap();
    let [own, under_old] = merged.standings.as_slice() else {
        panic!("two sides");
    };
    assert!(own.tally.met() && !under_old.tally.met());
    assert_eq!((under_old.side, under_old.root_version), (Side::Trusted, 1));
    assert_eq!(under_old.missing.len(), 1);
    assert_eq!(under_old.missing[0].keyid, a.public().key_id());
    assert_eq!(merged.is_complete(), Some(false));
    // of two under a key that only the old root knows, its judgement counts
    let mut bad = signed_by(&next, &[&b, &c]);
    bad.put(Signature::new(a.public().key_id(), &b.sign(b"x")));
    let inputs = [file("bad", &bad), list("a", &signed_by(&next, &[&a]))];
    let merged = merge(&inputs, Some(&trusted)).unwrap();
    assert_eq!(merged.is_complete(), Some(true));
    trusted.next(&Signed::parse(&merged.file).unwrap()).unwrap();
}

#[test]
fn targets_stand_under_the_trusted_root_only() {
    let (a, b) = (Pair::golden(0), Pair::golden(1));
    let trusted = Trusted::first(&signed_by(&golden_spec(), &[&a, &b])).unwrap();
    let mut targets = Signed::unsigned(serde_json::json!({
        "_type": "targets", "spec_version": "1.0.34", "version": 3,
        "expires": "2027-11-23T00:00:00Z", "targets": {},
    }));
    let (bytes, _) = crate::tuf::root::payload(&targets.signed).unwrap();
    let staged = file("targets.json", &targets);
    targets.put(Signature::new(a.public().key_id(), &a.sign(&bytes)));
    let inputs = [staged, list("a.rse", &targets)];
    assert_eq!(merge(&inputs, None).unwrap().is_complete(), None);
    let merged = merge(&inputs, Some(&trusted)).unwrap();
    assert_eq!((merged.version, merged.is_complete()), (3, Some(true)));
}

#[test]
fn inputs_without_metadata_or_with_wrong_labels() {
    let a = Pair::golden(0);
    let signed = signed_by(&golden_spec(), &[&a]);
    assert_eq!(
        merge(&[list("1", &signed)], None),
        Err(MergeError::NoMetadata)
    );
    for (role, version) in [("targets", 1), ("root", 2)] {
        let mut wrong = list("2", &signed);
        let Part::Signatures(list) = &mut wrong.part else {
            unreachable!()
        };
        (list.role, list.version) = (role.to_owned(), version);
        let error = merge(&[file("1", &signed), wrong], None).unwrap_err();
        assert!(matches!(error, MergeError::Mislabelled { .. }), "{error}");
        assert!(error.to_string().contains("2 says"), "{error}");
    }
    let mut no_version = signed;
    no_version.signed["version"] = serde_json::json!("1");
    let error = merge(&[file("1", &no_version)], None).unwrap_err();
    assert!(matches!(error, MergeError::Unreadable { .. }));
}

#[test]
fn envelopes_bring_what_their_kind_says() {
    let signed = signed_by(&golden_spec(), &[&Pair::golden(0)]);
    let envelope = |kind, name: &str, bytes: Vec<u8>| {
        Envelope::pack(Draft {
            kind,
            ceremony: None,
            created: NOW,
            from: None,
            note: None,
            payloads: vec![Payload {
                name: name.to_owned(),
                bytes,
            }],
        })
        .unwrap()
    };
    let root = || envelope(Kind::StagedRole, "root.json", signed.to_file());
    let part = Part::of_envelope(&root()).unwrap();
    assert_eq!(part, file("x", &signed).part);
    let Part::Signatures(list) = list("x", &signed).part else {
        unreachable!()
    };
    let carried = envelope(Kind::Signatures, "signatures.json", list.to_bytes());
    assert_eq!(Part::of_envelope(&carried), Ok(Part::Signatures(list)));
    assert_eq!(
        Part::of_envelope(&envelope(Kind::Transcript, "t", Vec::new())),
        Err(PartError::Kind(Kind::Transcript))
    );
    let not = envelope(Kind::SignedRole, "root.json", b"{}".to_vec());
    assert!(matches!(
        Part::of_envelope(&not),
        Err(PartError::Contents(_))
    ));
}

/// Real roots: taking all signatures away and merging them back leaves every other byte as it was
/// published.
#[test]
fn published_roots_stay_byte_for_byte() {
    let mut trusted: Option<Trusted<crate::tuf::root::Root>> = None;
    for version in 1..=10 {
        let Some(bytes) = data(&format!("sigstore/root-history/{version}.root.json")) else {
            return;
        };
        let published = Metadata::parse(bytes.clone(), 512_000).unwrap();
        let input = Input {
            name: "published".to_owned(),
            part: Part::of_file(bytes.clone()).unwrap(),
        };
        let alone = merge(std::slice::from_ref(&input), trusted.as_ref()).unwrap();
        assert_eq!(alone.file, bytes, "version {version}");
        assert_eq!(alone.is_complete(), Some(true), "version {version}");
        // a copy without signatures, which gets them back
        let text = String::from_utf8(bytes.clone()).unwrap();
        let signed = published.signed_text();
        let bare = format!("{{\n\t\"signed\": {signed},\n \"signatures\" : [ ]\n}}\n");
        let bare = Input {
            name: "bare".to_owned(),
            part: Part::of_file(bare.into_bytes()).unwrap(),
        };
        let merged = merge(&[bare, input], trusted.as_ref()).unwrap();
        assert_eq!(merged.is_complete(), Some(true), "version {version}");
        let out = String::from_utf8(merged.file.clone()).unwrap();
        assert!(out.starts_with(&format!("{{\n\t\"signed\": {signed},\n \"signatures\" : [")));
        assert!(out.ends_with("]\n}\n") && text.contains(signed));
        let result = Signed::parse(&merged.file).unwrap();
        trusted = Some(match trusted {
            None => Trusted::first(&result).unwrap(),
            Some(before) => before.next(&result).unwrap(),
        });
    }
}
