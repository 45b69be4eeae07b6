use super::{files, line, plain_name, shown};
use crate::ceremony::medium::Way;
use crate::ceremony::testing::at;

#[test]
fn nothing_leaves_before_signatures_are_counted() {
    let state = at("write");
    for way in [Way::File, Way::Medium, Way::Qr] {
        assert_eq!(files(&state, way), []);
    }
    assert_eq!(shown(&state), None);
}

#[test]
fn names_and_lines_are_what_envelopes_take() {
    assert_eq!(plain_name("root.json"), "root.json");
    assert_eq!(plain_name("../a b.rse"), "role-abrse.rse");
    assert_eq!(plain_name("-\u{202e}x.json"), "role-xjson.json");
    assert_eq!(line("A title"), Some("A title".to_owned()));
    assert_eq!(line(""), None);
    assert!(line(&"ä".repeat(80)).is_some_and(|line| line.len() <= 100));
}
