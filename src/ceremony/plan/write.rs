//! Writing plans: the form to fill in before the day, and the plan of a rehearsal.

mod crossing;
mod desk;
mod next;
mod one;
mod practice;
mod tokens;

use std::fmt::Write as _;

use time::OffsetDateTime;

use super::check::stamp;
use super::parse::{ONLINE_ROLES, REQUIRED_CHECKS};
use super::{Duty, Mode, Transport};
use crate::ceremony::scripts::rehearsal_of;

use crossing::crossing;

pub use crossing::Crossing;
pub use desk::{OneToken, one_token};
pub use next::{Published, Staged, Unreadable, template_after};
pub use one::{OneSignature, one_signature};
pub use practice::{Practice, Unfit, fits, practice, staged_root};
pub use tokens::template_of_tokens;

/// What is known of a plan before it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// What the ceremony is called.
    pub title: String,
    /// Where it is held.
    pub location: String,
    /// Number of keyholders.
    pub keyholders: u32,
    /// Signatures that a client demands.
    pub threshold: u32,
    /// When the root expires; fractions of a second are cut off.
    pub expires: OffsetDateTime,
}

/// A plan to be filled in, with a comment at every entry. Names, initials and tokens are left
/// empty: each is a problem with its line until somebody has filled it in.
pub fn template(mode: Mode, outline: &Outline, transport: &Transport) -> String {
    let mut text = head(mode, "first-root", outline);
    text.push_str(
        "# Everybody who takes part. `id` is how the record names a person; initials are what each\n\
         # person types, so that no two may be the same. A keyholder's token is named by one text:\n\
         #   yubikey:SERIAL                                  (the number printed on the YubiKey)\n\
         #   pkcs11:token=LABEL;serial=SERIAL?module-path=/path/of/module.so   (RFC 7512)\n\
         #   file:tokens/NAME.age                                             (software key)\n\
         # `serial` is compared with what the token says of itself, where you give it.\n\
         # `algorithm` is ecdsa-p256 (every TUF client), ed25519, or ecdsa-p384 (see [policy]).\n\
         # A key on a YubiKey wants PIN and touch each time, unless `pin_policy` and `touch_policy` say\n\
         # otherwise. `spare` is a token of the same kind that takes over where the first one is dead.\n\n",
    );
    text.push_str(&others());
    for number in 1..=outline.keyholders {
        let _ = write!(
            text,
            "[[participant]]\nid = \"keyholder-{number}\"\nname = \"\"      # fill in\ninitials = \
             \"\"  # fill in\nduty = \"keyholder\"\ntoken = \"\"     # fill in\n# spare = \"\"\n# serial = \"\"\n\
             # algorithm = \"ecdsa-p256\"\nkey_label = \"root-{number}\"\n\n"
        );
    }
    text.push_str(
        "# How many must be in the room before it begins. Without this table: one administrator,\n\
         # one witness, and every keyholder (a first root needs them all).\n\
         # [quorum]\n# administrator = 1\n# witness = 1\n\n",
    );
    root(&mut text, outline);
    text.push_str(&policy(mode, outline, Comments::Yes));
    text.push_str(OUTPUT);
    text.push_str(&crossing(Crossing::Result, transport));
    text
}

/// The plan of a rehearsal: software tokens in `tokens/`, people with names that nobody mistakes
/// for those of the day, public keys in `keys/`. For 1 to 20 keyholders.
pub fn rehearsal(outline: &Outline) -> String {
    let mut text = head(Mode::Rehearsal, "first-root", outline);
    text.push_str(&practice::others());
    for number in 1..=outline.keyholders {
        text.push_str(&practice::keyholder(number, "tokens", ""));
    }
    root(&mut text, outline);
    text.push_str(&policy(Mode::Rehearsal, outline, Comments::No));
    text
}

/// The first lines of a plan that follows `script`, or in a rehearsal the rehearsal of it.
fn head(mode: Mode, script: &str, outline: &Outline) -> String {
    let (mode, script) = match mode {
        Mode::Production => ("production", script.to_owned()),
        Mode::Rehearsal => ("rehearsal", rehearsal_of(script)),
    };
    format!(
        "# The plan of one ceremony: everything that is decided before the day. It is reviewed and\n\
         # its SHA-256 is written down; in the room that digest is read aloud before anything else.\n\
         # Check it with: rootstage plan check FILE\n\n\
         [plan]\ntitle = {}\nscript = \"{script}\"\nmode = \"{mode}\"\nlocation = {}\n\n",
        quoted(&outline.title),
        quoted(&outline.location)
    )
}

/// The people of a form who hold no key.
fn others() -> String {
    let mut text = String::new();
    for duty in [Duty::Administrator, Duty::Witness] {
        let id = duty.name();
        let _ = write!(
            text,
            "[[participant]]\nid = \"{id}\"\nname = \"\"      # fill in\ninitials = \"\"  # fill \
             in: two to four letters\nduty = \"{id}\"\n\n"
        );
    }
    text
}

/// The directories of a form to which the result is written.
const OUTPUT: &str = "\n# Mounted directories to which the signed metadata is written as well, such as \"/media/out\". Media that\n\
     # the program is to mount by itself are in [transport].\n[output]\ndirectories = []\n";

fn root(text: &mut String, outline: &Outline) {
    let _ = write!(
        text,
        "# What is signed. `threshold` is how many keyholders every later change will need;\n\
         # `expires` is UTC.\n\
         [root]\nversion = 1\nthreshold = {}\nexpires = \"{}\"\nconsistent_snapshot = true\n\n\
         # Public keys of the roles that sign online, as PEM files beside this plan. With `sha256`\n\
         # a file counts only if it is the very one that was reviewed.\n",
        outline.threshold,
        stamp(outline.expires)
    );
    for role in ONLINE_ROLES {
        text.push_str(&online(role));
    }
}

/// An online role with one key, in a file of its name.
fn online(role: &str) -> String {
    format!("[root.role.{role}]\nthreshold = 1\nkeys = [{{ path = \"keys/{role}.pem\" }}]\n\n")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comments {
    Yes,
    No,
}

fn policy(mode: Mode, outline: &Outline, comments: Comments) -> String {
    // Where every key is needed, a rehearsal says so by itself; in a real plan a person must.
    let no_spare = outline.threshold == outline.keyholders && mode == Mode::Rehearsal;
    let checks: Vec<String> = match mode {
        Mode::Production => REQUIRED_CHECKS
            .iter()
            .map(|id| format!("\"{id}\""))
            .collect(),
        Mode::Rehearsal => Vec::new(),
    };
    let entries = [
        (
            "expiry_min_days",
            "1".to_owned(),
            "the root may not expire sooner, in days",
        ),
        ("expiry_max_days", "3660".to_owned(), "nor later"),
        (
            "allow_p384",
            "false".to_owned(),
            "tuf-js and tough refuse P-384 keys",
        ),
        (
            "no_spare_acknowledged",
            no_spare.to_string(),
            "true: every key is needed, a lost one cannot be replaced, and you know it",
        ),
        (
            "required_checks",
            format!("[{}]", checks.join(", ")),
            "checks of the machine that must pass",
        ),
        (
            "clock_tolerance_minutes",
            "2".to_owned(),
            "between a watch and this machine",
        ),
    ];
    let mut text = "[policy]\n".to_owned();
    for (key, value, comment) in entries {
        // Bounds of the real plan are the defaults; a rehearsal takes any date that is asked for.
        let value = match (mode, key) {
            (Mode::Production, "expiry_min_days") => "30".to_owned(),
            (Mode::Production, "expiry_max_days") => "400".to_owned(),
            _ => value,
        };
        if comments == Comments::Yes {
            let _ = writeln!(text, "# {comment}");
        }
        let _ = writeln!(text, "{key} = {value}");
    }
    text
}

/// A TOML basic string (TOML 1.0, "String").
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(c);
            }
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests;
