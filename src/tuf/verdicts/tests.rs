use super::{Found, standing};
use crate::tuf::root::{Role, Root, Signature, payload};
use crate::tuf::testing::{Pair, golden_spec};

#[test]
fn each_signature_has_its_word() {
    let built = golden_spec().build().unwrap();
    let (bytes, _) = payload(&built).unwrap();
    let root = Root::parse(&built).unwrap();
    let [a, b, c] = [0, 1, 2].map(Pair::golden);
    let holders = [(a.public().fingerprint(), "Ada\u{7}".to_owned())].into();
    let empty = Signature {
        keyid: b.public().key_id(),
        sig: String::new(),
    };
    let seen = |signature| {
        let standing = standing(&root, Role::Root, &bytes, &[signature], &holders);
        let judged = standing.signatures[0].clone();
        assert!(!standing.met);
        assert!(!judged.words.ends_with('.') && !judged.verdict.word().is_empty());
        judged
    };
    let good = seen(Signature::new(a.public().key_id(), &a.sign(&bytes)));
    assert_eq!(good.verdict, Found::Valid);
    assert_eq!(good.holder.as_deref(), Some("Ada\\u{7}"));
    let wrong = seen(Signature::new(a.public().key_id(), &b.sign(&bytes)));
    assert_eq!(wrong.verdict, Found::Invalid);
    let raw = seen(Signature::new(a.public().key_id(), &[1; 64]));
    assert!(raw.words.contains("raw"), "{}", raw.words);
    assert_eq!(seen(empty).verdict, Found::Empty);
    let stranger = seen(Signature::new(c.public().key_id(), &c.sign(&bytes)));
    assert_eq!(stranger.verdict, Found::UnknownKey);
    assert_eq!(stranger.key, None);
}
