use super::markup::{code, lines, prose, text};
use super::times::{clock, day, length};
use crate::digest::Sha256;

#[test]
fn text_from_outside_is_text() {
    assert_eq!(text("<b>&\"'"), "&lt;b&gt;&amp;&quot;&#39;");
    assert_eq!(text("a\u{202e}b\u{0}"), "a\\u{202e}b\\u{0}");
    assert_eq!(code("a.b<c"), "<code>a.<wbr>b&lt;c</code>");
    assert_eq!(lines("a\n<b>"), "a<br>&lt;b&gt;");
}

#[test]
fn digests_in_sentences_are_shown_in_groups() {
    let digest = Sha256::of(b"x");
    let shown = prose(&format!("<it> is {digest}; not {digest}0."));
    assert!(
        shown.starts_with("&lt;it&gt; is <code class=\"hex\">"),
        "{shown}"
    );
    assert_eq!(shown.matches(&digest.groups().join(" ")).count(), 1);
    assert!(shown.ends_with(&format!("; not {digest}0.")));
}

#[test]
fn times_are_read_by_people() {
    let begun = "2026-12-01T23:59:58.500Z";
    assert_eq!(day(begun), "2026-12-01");
    assert_eq!(clock(begun, begun), "23:59:58");
    assert_eq!(
        clock("2026-12-02T00:00:01.000Z", begun),
        "<span class=\"day\">2026-12-02</span> 00:00:01"
    );
    assert_eq!(clock("<never>", begun), "&lt;never&gt;");
    assert_eq!(length(42), "42 s");
    assert_eq!(length(725), "12 min 5 s");
    assert_eq!(length(7380), "2 h 3 min");
    assert_eq!(length(3600), "1 h");
}
