use serde_json::json;
use time::Duration;

use super::{History, Source, history};
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{RootSpec, Signed};
use crate::tuf::signature::MAX_ROOT_BYTES;
use crate::tuf::testing::{NOW, Pair, data, signed_by, spec};
use crate::tuf::verdicts::Found;

fn source(name: &str, bytes: Vec<u8>) -> Source {
    Source {
        name: name.to_owned(),
        file: Metadata::parse(bytes, MAX_ROOT_BYTES),
    }
}

/// A root of these keys, threshold 2, signed by those.
fn made(version: u64, keys: [u32; 3], signed: &[u32]) -> Source {
    let name = format!("{version}.root.json");
    source(
        &name,
        signed_file(&made_spec(version, keys), signed).to_file(),
    )
}

fn made_spec(version: u64, keys: [u32; 3]) -> RootSpec {
    let keys = keys.map(Pair::golden);
    spec(version, &keys.each_ref(), 2)
}

fn signed_file(spec: &RootSpec, by: &[u32]) -> Signed {
    let by: Vec<_> = by.iter().map(|i| Pair::golden(*i)).collect();
    signed_by(spec, &by.iter().collect::<Vec<_>>())
}

fn seen(sources: Vec<Source>) -> History {
    history(sources, &[].into(), NOW)
}

#[test]
fn a_chain_in_any_order() {
    let chain = seen(vec![
        made(3, [2, 3, 4], &[2, 3]),
        made(1, [0, 1, 2], &[0, 1]),
        made(2, [1, 2, 3], &[1, 2, 9]),
    ]);
    assert!(chain.holds());
    assert_eq!(chain.checks(), (5, 5));
    assert_eq!(
        chain.sentences(),
        [
            "All 5 checks hold: versions 1 to 3 follow one another without a gap.",
            "Version 3, the last of these, expires on 2027-11-23, in 365 days.",
        ]
    );
    let second = &chain.links[1];
    assert_eq!((second.keys_in.len(), second.keys_out.len()), (1, 1));
    let verdicts: Vec<_> = second.own.signatures.iter().map(|s| s.verdict).collect();
    assert_eq!(verdicts, [Found::Valid, Found::Valid, Found::UnknownKey]);
}

#[test]
fn after_a_broken_link_it_goes_on() {
    let chain = seen(vec![
        made(1, [0, 1, 2], &[0, 1]),
        made(2, [0, 1, 2], &[0, 1]),
        // its own keys only
        made(3, [3, 4, 5], &[3, 4]),
        made(4, [3, 4, 5], &[3, 4]),
        // the old side only
        made(5, [6, 7, 8], &[3, 4]),
        made(6, [6, 7, 8], &[6, 7]),
    ]);
    assert!(!chain.holds());
    assert_eq!(chain.checks(), (9, 11));
    assert_eq!(chain.stretches(), [(1, 2), (3, 4), (6, 6)]);
    let said = chain.sentences();
    assert_eq!(
        said[1],
        "Version 3 does not follow version 2: it is signed by 0 of the 2 keys of that one that are needed."
    );
    assert_eq!(
        said[2],
        "Version 5 is signed by 0 of the 2 of its own keys that are needed."
    );
}

#[test]
fn gaps_doubles_and_what_is_no_root() {
    let mut other = made_spec(2, [0, 1, 2]);
    other.expires += Duration::DAY;
    let chain = seen(vec![
        made(2, [0, 1, 2], &[0, 1]),
        made(5, [0, 1, 2], &[0, 1]),
        source(
            "again\u{202e}",
            signed_file(&made_spec(2, [0, 1, 2]), &[]).to_file(),
        ),
        source("fork", signed_file(&other, &[0, 1]).to_file()),
        source("no.json", b"[]".to_vec()),
        source(
            "targets.json",
            json!({"signed": {"_type": "targets"}, "signatures": []})
                .to_string()
                .into_bytes(),
        ),
    ]);
    assert!(!chain.holds());
    assert_eq!(chain.gaps, [(3, 4)]);
    assert_eq!(chain.links[1].before, None);
    assert_eq!(chain.checks(), (2, 2));
    let said = chain.sentences();
    for part in [
        "In themselves these hold: version 2; version 5.",
        "Versions 3 to 4 are not among the files",
        "again\\u{202e} is version 2 once more",
        "fork is another version 2 with OTHER CONTENT",
        "no.json is not a root that can be read",
        "targets.json is not a root that can be read: `_type` is targets, expected root.",
    ] {
        assert!(
            said.iter().any(|line| line.contains(part)),
            "{part}: {said:#?}"
        );
    }
    // a chain that begins late is said once, not at every gap
    let first: Vec<_> = chain
        .links
        .iter()
        .map(|link| link.findings.iter().any(|f| f.rule == "root.first-version"))
        .collect();
    assert_eq!(first, [true, false]);
    assert!(!seen(vec![]).holds());
}

#[test]
fn the_published_history() {
    let files: Vec<_> = (1..=15)
        .map_while(|v| {
            let name = format!("sigstore/root-history/{v}.root.json");
            data(&name).map(|bytes| source(&name, bytes))
        })
        .collect();
    if files.is_empty() {
        return;
    }
    let count = files.len();
    let chain = seen(files);
    assert!(chain.holds(), "{:#?}", chain.sentences());
    assert_eq!(chain.checks(), (2 * count - 1, 2 * count - 1));
    assert_eq!(
        (chain.links[0].own.signed, chain.links[0].own.threshold),
        (5, 3)
    );
    assert_eq!(chain.links[2].own.signed, 3, "the lowest");
    assert!(chain.links.iter().all(|link| link.own.signed >= 3));
}
