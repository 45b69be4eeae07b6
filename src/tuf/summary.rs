//! A root as lines for people: everything it says, then the very bytes that are signed.
//!
//! Lines have at most [`WIDTH`] columns. Text from the root or the plan is shown through
//! [`crate::safe::safe`].

use std::fmt::Write as _;

use time::OffsetDateTime;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::key::{Holders, KeyId};
use super::root::{ListedKey, MetadataError, Role, Root, payload};
use crate::digest::Sha256;
use crate::safe::safe;

/// Most columns in a line: what is left of 80 inside a frame.
pub const WIDTH: usize = 74;

/// What people read before they sign: version, expiry with the days from `now`, roles, keys with
/// their holders and fingerprints, members that this version does not know, and at the end the
/// canonical payload itself with its digest.
pub fn review_lines(
    signed: &serde_json::Value,
    holders: &Holders,
    now: OffsetDateTime,
) -> Result<Vec<String>, MetadataError> {
    let (bytes, digest) = payload(signed)?;
    let mut lines = Lines(outline(
        &Root::parse(signed)?,
        bytes.len(),
        digest,
        holders,
        now,
    ));
    lines.blank();
    // a raw newline shows as \n; read from the left it cannot be mistaken, since the payload itself
    // has a backslash only before `"` or another backslash
    lines.wrapped("", &safe(&String::from_utf8_lossy(&bytes)));
    Ok(lines.0)
}

/// The same without the payload, of which `bytes` and `digest` are the length and SHA-256.
pub fn outline(
    root: &Root,
    bytes: usize,
    digest: Sha256,
    holders: &Holders,
    now: OffsetDateTime,
) -> Vec<String> {
    let mut lines = Lines::default();
    lines.field("TUF root", &format!("version {}", root.version));
    lines.field(
        "expires",
        &format!(
            "{} ({})",
            safe(&root.expires_text),
            from_now(root.expires, now)
        ),
    );
    lines.field(
        "consistent snapshot",
        if root.consistent_snapshot {
            "yes"
        } else {
            "no"
        },
    );
    lines.field("TUF specification", &safe(&root.spec_version));
    for role in Role::ALL {
        lines.role(root, role, holders);
    }
    lines.blank();
    lines.text(&format!(
        "KEYS ({}), each once: its id, and SHA-256 of the public key",
        root.keys.len()
    ));
    for (id, key) in &root.keys {
        lines.key(*id, key, holders);
    }
    if !root.unknown.is_empty() {
        lines.blank();
        lines.text("MEMBERS THAT THIS VERSION DOES NOT KNOW (they are signed, too)");
        for path in &root.unknown {
            lines.wrapped("  ", path);
        }
    }
    lines.blank();
    lines.text(&format!(
        "WHAT IS SIGNED: {bytes} bytes of canonical JSON, SHA-256"
    ));
    lines.digest("  ", digest);
    lines.0
}

/// "in 365 days", "3 days ago", "in less than a day".
pub fn from_now(expires: OffsetDateTime, now: OffsetDateTime) -> String {
    let (left, days) = (expires - now, (expires - now).whole_days());
    match (left.is_positive(), days.unsigned_abs()) {
        (true, 0) => "in less than a day".to_owned(),
        (true, 1) => "in 1 day".to_owned(),
        (true, days) => format!("in {days} days"),
        (false, 0) => "expired less than a day ago".to_owned(),
        (false, 1) => "expired 1 day ago".to_owned(),
        (false, days) => format!("expired {days} days ago"),
    }
}

#[derive(Default)]
struct Lines(Vec<String>);

impl Lines {
    fn blank(&mut self) {
        self.0.push(String::new());
    }

    fn text(&mut self, text: &str) {
        self.wrapped("", text);
    }

    fn field(&mut self, name: &str, value: &str) {
        self.wrapped("", &format!("{name:<21}{value}"));
    }

    /// Text that is already safe, broken wherever a line is full.
    fn wrapped(&mut self, indent: &str, text: &str) {
        let mut line = indent.to_owned();
        let mut width = indent.width();
        for c in text.chars() {
            let wide = c.width().unwrap_or(0);
            if width + wide > WIDTH {
                self.0.push(std::mem::replace(&mut line, indent.to_owned()));
                width = indent.width();
            }
            line.push(c);
            width += wide;
        }
        self.0.push(line);
    }

    /// All 64 digits: two lines of eight groups.
    fn digest(&mut self, indent: &str, digest: Sha256) {
        for half in digest.groups().chunks(8) {
            self.0.push(format!("{indent}{}", half.join(" ")));
        }
    }

    fn role(&mut self, root: &Root, role: Role, holders: &Holders) {
        let Some(keys) = root.role(role) else { return };
        self.blank();
        self.text(&format!(
            "{}: {} of {}",
            role.name().to_uppercase(),
            keys.threshold,
            keys.keyids.len()
        ));
        for id in &keys.keyids {
            let who = root.keys.get(id).map_or_else(
                || "NOT LISTED IN THIS ROOT".to_owned(),
                |key| described(key, holders),
            );
            self.wrapped("  ", &who);
            self.digest("    id  ", id.digest());
        }
    }

    fn key(&mut self, id: KeyId, key: &ListedKey, holders: &Holders) {
        self.wrapped("  ", &described(key, holders));
        self.digest("    id  ", id.digest());
        if id != key.computed {
            self.wrapped(
                "    ",
                "THIS IS NOT ITS ID: strict clients reject the root; it must be",
            );
            self.digest("        ", key.computed.digest());
        }
        match &key.public {
            Ok(public) => self.digest("    key ", public.fingerprint()),
            Err(why) => self.wrapped("    ", &format!("cannot be checked here: {why}")),
        }
    }
}

/// Holder and kind of key.
fn described(key: &ListedKey, holders: &Holders) -> String {
    let mut text = String::new();
    match &key.public {
        Ok(public) => {
            let holder = holders
                .get(&public.fingerprint())
                .map(|holder| safe(holder));
            let _ = write!(
                text,
                "{} ({})",
                holder.as_deref().unwrap_or("no holder named"),
                public.kind_name()
            );
        }
        Err(_) => text.push_str("a key of a kind not known here"),
    }
    text
}

#[cfg(test)]
mod tests;
