//! What every day has on which something crosses: the root as the online side stages it, envelopes, and
//! the steps that go beyond the script.

use std::fs;

use rootstage::envelope::{Draft, Envelope, Kind, Payload};
use time::macros::datetime;

use super::{IMPORTED, script};
use crate::room::Room;

const MEDIA: &str = r#"[[act.step]]
id = "media"
kind = "bind-media"
title = "Media"
by = ["administrator", "witness"]
minutes = 1
say = "Compare."
"#;

const EXPORT: &str = r#"[[act.step]]
id = "export"
kind = "export"
title = "What leaves"
by = ["administrator", "witness"]
minutes = 1
say = "Compare."
"#;

/// The script of staged metadata, with the steps in which media get their roles and results leave; a day
/// without media passes the first one over.
pub fn with_crossing() -> Vec<u8> {
    let mut text = String::from_utf8(script(IMPORTED, None)).unwrap();
    for (step, before) in [(MEDIA, "trusted"), (EXPORT, "head")] {
        let place = format!("[[act.step]]\nid = \"{before}\"\n");
        assert!(text.contains(&place), "{text}");
        text = text.replacen(&place, &format!("{step}{place}"), 1);
    }
    text.into_bytes()
}

/// The root that clients trust, from the ceremony that made it.
pub fn trusted(room: &Room) -> Vec<u8> {
    fs::read(room.home.path().join("ceremony/metadata/1.root.json")).unwrap()
}

/// The next root as the online side stages it.
pub fn staged(room: &Room, expires: &str) -> Vec<u8> {
    let mut file: serde_json::Value = serde_json::from_slice(&trusted(room)).unwrap();
    file["signed"]["version"] = 2.into();
    file["signed"]["expires"] = expires.into();
    file["signatures"] = serde_json::json!([]);
    serde_json::to_vec(&file).unwrap()
}

/// An envelope with these bytes under each of these names.
pub fn packed(kind: Kind, names: &[&str], bytes: &[u8]) -> Vec<u8> {
    let payload = |name: &&str| Payload {
        name: (*name).to_owned(),
        bytes: bytes.to_vec(),
    };
    let draft = Draft {
        kind,
        ceremony: None,
        created: datetime!(2026-11-30 09:00 UTC),
        from: Some("Online desk".to_owned()),
        note: Some("for Tuesday".to_owned()),
        payloads: names.iter().map(payload).collect(),
    };
    Envelope::pack(draft).unwrap().to_file().unwrap()
}
