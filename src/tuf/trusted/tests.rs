use super::{NotTrusted, Side, Trusted, tally};
use crate::tuf::root::{Root, Signed};
use crate::tuf::testing::{NOW, PAYLOAD, Pair, data, golden_spec, signed_by, spec};

fn keys() -> [Pair; 4] {
    [
        Pair::golden(0),
        Pair::golden(1),
        Pair::golden(2),
        Pair::ed25519(),
    ]
}

fn first() -> Trusted<Root> {
    let [a, b, ..] = keys();
    Trusted::first(&signed_by(&golden_spec(), &[&a, &b])).unwrap()
}

#[test]
fn a_first_root_is_signed_by_its_own_keys() {
    let [a, b, ..] = keys();
    assert_eq!(
        (first().get().version, first().payload().hex().as_str()),
        (1, PAYLOAD)
    );
    assert!(first().is_current(NOW));
    assert!(!first().is_current(first().get().expires));
    let refused = Trusted::first(&signed_by(&golden_spec(), &[&a])).unwrap_err();
    assert!(matches!(
        refused,
        NotTrusted::Threshold {
            side: Side::New,
            ..
        }
    ));
    assert_eq!(
        refused.to_string(),
        "root version 1 is signed by 1 of the 2 keys needed from those it names itself"
    );
    let mut changed = signed_by(&golden_spec(), &[&a, &b]);
    changed.signed["version"] = 2.into();
    assert!(matches!(
        Trusted::first(&changed),
        Err(NotTrusted::Threshold { version: 2, .. })
    ));
}

#[test]
fn the_next_root_is_signed_by_both_sides() {
    let [a, b, c, d] = keys();
    let new = spec(2, &[&c, &d], 2);
    assert_eq!(
        first()
            .next(&signed_by(&new, &[&a, &b, &c, &d]))
            .unwrap()
            .get()
            .version,
        2
    );
    let only_new = first().next(&signed_by(&new, &[&a, &c, &d])).unwrap_err();
    assert!(
        matches!(&only_new, NotTrusted::Threshold { side: Side::Old, tally, .. } if tally.count() == 1)
    );
    let only_old = first().next(&signed_by(&new, &[&a, &b, &c])).unwrap_err();
    assert!(matches!(
        only_old,
        NotTrusted::Threshold {
            side: Side::New,
            ..
        }
    ));
    // the two sides of a threshold board
    let half = signed_by(&new, &[&a, &c, &d]);
    assert_eq!(tally(first().get(), &half).unwrap().count(), 1);
    assert!(
        tally(&Root::parse(&half.signed).unwrap(), &half)
            .unwrap()
            .met()
    );
}

#[test]
fn versions_go_up_by_exactly_one() {
    let [a, b, ..] = keys();
    for version in [1, 3, u64::from(u32::MAX)] {
        let refused = first()
            .next(&signed_by(&spec(version, &[&a, &b], 2), &[&a, &b]))
            .unwrap_err();
        assert_eq!(
            refused,
            NotTrusted::Version {
                expected: 2,
                got: version
            }
        );
    }
}

#[test]
fn what_is_not_a_root_is_not_trusted() {
    assert!(matches!(
        Trusted::first(&Signed::unsigned(serde_json::json!({}))),
        Err(NotTrusted::Unreadable(_))
    ));
}

/// Ten roots as Sigstore published them: hex points, fractions in times, key ids of go-tuf, keys
/// that changed their spelling, empty placeholders.
#[test]
fn the_published_history_of_sigstore_is_accepted() {
    let mut trusted: Option<Trusted<Root>> = None;
    for version in 1..=10 {
        let Some(file) = data(&format!("sigstore/root-history/{version}.root.json")) else {
            return;
        };
        let signed = Signed::parse(&file).unwrap();
        let next = match &trusted {
            None => Trusted::first(&signed),
            Some(before) => before.next(&signed),
        };
        let next = next.unwrap_or_else(|refused| panic!("version {version}: {refused}"));
        assert!(
            next.get().keys.values().all(|key| key.public.is_ok()),
            "version {version}"
        );
        assert_eq!(next.get().wrong_ids(), [], "version {version}");
        trusted = Some(next);
    }
    assert_eq!(trusted.unwrap().get().version, 10);
}
