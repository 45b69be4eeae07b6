//! Forms for ceremonies after the first: what the root that clients trust says already is in them;
//! what only people know is left empty, and each empty entry is a problem with its line.

mod form;

use std::fmt::Write as _;

use form::{Joins, form};

use super::{Comments, Crossing, OUTPUT, Outline, crossing, head, others, policy, quoted};
use crate::ceremony::import::LIMIT;
use crate::ceremony::plan::check::stamp;
use crate::ceremony::plan::{Mode, Transport};
use crate::ceremony::token::Algorithm;
use crate::digest::Sha256;
use crate::safe::safe;
use crate::tuf::key::KeyId;
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{MetadataError, Role, Root, Signed};
use crate::tuf::trusted::{NotTrusted, Trusted};

/// The root that clients trust, for a form.
#[derive(Clone, Debug)]
pub struct Published {
    path: String,
    sha256: Sha256,
    root: Root,
}

/// Why a form cannot be made from a file.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is no TUF metadata.
    #[error("it is no TUF metadata: {0}")]
    Metadata(#[from] MetadataError),
    /// It is a root that its own keys have not signed.
    #[error("no client can trust it: {0}")]
    NotTrusted(#[from] NotTrusted),
}

impl Published {
    /// Reads it; `path` is what the plan will say.
    ///
    /// # Errors
    /// Where it is no root, or not signed by its own keys.
    pub fn read(path: String, bytes: &[u8]) -> Result<Self, Unreadable> {
        let signed = Signed::parse(bytes)?;
        let root = Trusted::first(&signed)?.get().clone();
        let sha256 = Sha256::of(bytes);
        Ok(Self { path, sha256, root })
    }
}

/// Metadata that is to be signed, for a form.
#[derive(Clone, Debug)]
pub struct Staged {
    path: String,
    role: String,
    payload: Sha256,
    root: Option<Root>,
}

impl Staged {
    /// Reads it; `path` is what the plan will say.
    ///
    /// # Errors
    /// Where it is no metadata, or a root that cannot be read.
    pub fn read(path: String, bytes: Vec<u8>) -> Result<Self, Unreadable> {
        let file = Metadata::parse(bytes, LIMIT)?;
        let role = file.kind().to_owned();
        let root = if role == Role::Root.name() {
            Some(Root::parse(&file.to_signed()?.signed)?)
        } else {
            None
        };
        Ok(Self {
            path,
            role,
            payload: file.digest(),
            root,
        })
    }

    /// Whether it is the first root of all, which has no trusted root before it.
    fn is_first(&self) -> bool {
        self.root.as_ref().is_some_and(|root| root.version == 1)
    }
}

/// A plan to be filled in for a script after the first root. Without `trusted` everything is left
/// empty, for as many keyholders as the outline says.
pub fn template_after(
    mode: Mode,
    script: &str,
    outline: &Outline,
    trusted: Option<&Published>,
    staged: Option<&Staged>,
    transport: &Transport,
) -> String {
    let form = form(script);
    let mut text = head(mode, script, outline);
    let _ = writeln!(text, "{}", form.guide);
    if staged.is_some_and(Staged::is_first) {
        text.push_str(
            "# The staged root is a first one: there is no `[trusted]` root before it.\n\n",
        );
    } else {
        text.push_str(&trusted_part(trusted));
    }
    if script == "sign-staged" {
        text.push_str(&staged_part(staged));
    }
    text.push_str(
        "# Everybody who takes part. `id` is how the record names a person; initials are what each\n\
         # person types, so that no two may be the same. A keyholder's token is named by one text:\n\
         #   yubikey:SERIAL                                  (the number printed on the YubiKey)\n\
         #   pkcs11:token=LABEL;serial=SERIAL?module-path=/path/of/module.so   (RFC 7512)\n\
         #   file:tokens/NAME.age                                             (software key)\n\
         # `serial` is compared with what the token says of itself, where you give it. `key_label` is the\n\
         # label of the key on the token. `keyid` says that the key exists, and which one it is.\n\n",
    );
    text.push_str(&others());
    let keys = keys(trusted, staged);
    let mut kept = Vec::new();
    for (number, (keyid, key)) in (1..).zip(&keys) {
        match key {
            Some((fingerprint, algorithm)) => {
                text.push_str(&held(number, *keyid, *fingerprint, *algorithm));
            }
            // of a kind that no token here can use
            None => kept.push(*keyid),
        }
    }
    if keys.is_empty() {
        (1..=outline.keyholders).for_each(|number| text.push_str(&unknown(number)));
    }
    if form.joins == Joins::Somebody {
        text.push_str(
            "# Whose key is generated in the room: an entry without `keyid`.\n[[participant]]\n\
             id = \"keyholder-new\"\nname = \"\"      # fill in\ninitials = \"\"  # fill in\n\
             duty = \"keyholder\"\ntoken = \"\"     # fill in\n# spare = \"\"\n# serial = \"\"\n\
             # algorithm = \"ecdsa-p256\"\nkey_label = \"root-new\"\n\n",
        );
    }
    text.push_str(
        "# How many must be in the room before it begins. Without this table: one administrator,\n\
         # one witness, and every keyholder of this plan.\n\
         # [quorum]\n# administrator = 1\n# witness = 1\n\n",
    );
    if !matches!(script, "sign-staged" | "token-check") {
        text.push_str(&root_part(script, outline, trusted, &kept));
    }
    text.push_str(&policy(mode, outline, Comments::Yes));
    if script == "sign-staged" {
        text.push_str(
            "# true: signatures that are missing at the end are added at another place, or another day\n\
             signing_continues = false\n",
        );
    }
    text.push_str(OUTPUT);
    text.push_str(&crossing(Crossing::of(script), transport));
    text
}

fn trusted_part(trusted: Option<&Published>) -> String {
    let comment = "# The root that clients trust now, as a file beside this plan. Have its digest on paper from\n\
                   # another place than the file.\n[trusted]\n";
    match trusted {
        Some(trusted) => format!(
            "{comment}path = {}\nsha256 = \"{}\"\n\n",
            quoted(&trusted.path),
            trusted.sha256.hex()
        ),
        None => {
            format!("{comment}path = \"\"    # fill in\nsha256 = \"\"  # fill in: of the file\n\n")
        }
    }
}

fn staged_part(staged: Option<&Staged>) -> String {
    let mut text = "# What is to be signed. `payload` is the SHA-256 of its canonical content, which the people who\n\
                    # prepared it tell you by another way than the file; with it no other content is taken.\n\
                    # `also` names copies with signatures from other sites.\n[staged]\n"
        .to_owned();
    match staged {
        Some(staged) => {
            let _ = writeln!(
                text,
                "path = {}\nrole = {}{}\npayload = \"{}\"",
                quoted(&staged.path),
                quoted(&staged.role),
                if staged.role == Role::Targets.name() {
                    "  # for a delegated role its name, and `delegated_by`"
                } else {
                    ""
                },
                staged.payload.hex()
            );
        }
        None => text.push_str(
            "path = \"\"     # fill in\nrole = \"\"     # fill in: root, targets, snapshot, timestamp, or a \
             delegated role\npayload = \"\"  # fill in\n",
        ),
    }
    text.push_str("# also = []\n# delegated_by = \"\"\n# previous = \"\"   # targets: the version before, to show what changes\n\n");
    text
}

/// The keys of whoever may sign, each once, in the order of the root; without its fingerprint and
/// algorithm where no token here can hold such a key.
fn keys(
    trusted: Option<&Published>,
    staged: Option<&Staged>,
) -> Vec<(KeyId, Option<(Sha256, Algorithm)>)> {
    let role = match staged {
        Some(staged) => Role::ALL
            .into_iter()
            .find(|role| role.name() == staged.role),
        None => Some(Role::Root),
    };
    let mut found: Vec<(KeyId, Option<(Sha256, Algorithm)>)> = Vec::new();
    let old = trusted.map(|trusted| &trusted.root);
    let new = staged.and_then(|staged| staged.root.as_ref());
    for root in old.into_iter().chain(new) {
        let listed = role.and_then(|role| root.role(role));
        for id in listed.iter().flat_map(|keys| &keys.keyids) {
            if !found.iter().any(|(known, _)| known == id) {
                let public = root.keys.get(id).and_then(|key| key.public.as_ref().ok());
                let held = public.and_then(|key| Some((key.fingerprint(), key.algorithm()?)));
                found.push((*id, held));
            }
        }
    }
    found
}

/// A keyholder whose key exists.
fn held(number: u32, keyid: KeyId, fingerprint: Sha256, algorithm: Algorithm) -> String {
    let start: Vec<String> = fingerprint.groups().into_iter().take(4).collect();
    format!(
        "# The key with the fingerprint {} …\n[[participant]]\nid = \"keyholder-{number}\"\n\
         name = \"\"      # fill in\ninitials = \"\"  # fill in\nduty = \"keyholder\"\n\
         token = \"\"     # fill in\n# serial = \"\"\nalgorithm = \"{}\"\n\
         key_label = \"\" # fill in\nkeyid = \"{keyid}\"\n\n",
        start.join(" "),
        algorithm.name()
    )
}

/// A keyholder of whose key nothing is known.
fn unknown(number: u32) -> String {
    format!(
        "[[participant]]\nid = \"keyholder-{number}\"\nname = \"\"      # fill in\n\
         initials = \"\"  # fill in\nduty = \"keyholder\"\ntoken = \"\"     # fill in\n# serial = \"\"\n\
         algorithm = \"{}\"\nkey_label = \"\" # fill in\nkeyid = \"\"     # fill in\n\n",
        Algorithm::EcdsaP256.name()
    )
}

fn root_part(
    script: &str,
    outline: &Outline,
    trusted: Option<&Published>,
    kept: &[KeyId],
) -> String {
    let root = trusted.map(|trusted| &trusted.root);
    let before = root.and_then(|root| root.role(Role::Root));
    let version = root.map_or_else(
        || "0          # fill in: the next".to_owned(),
        |root| root.version.saturating_add(1).to_string(),
    );
    let threshold = before.map_or(outline.threshold, |keys| keys.threshold);
    let threshold = match script {
        "change-threshold" => format!("0        # fill in: it is {threshold} now"),
        _ => threshold.to_string(),
    };
    let expires = root.map_or(outline.expires, |root| root.expires);
    let expires = match (script, root) {
        ("renew-root", Some(root)) => format!(
            "\"\"         # fill in, as \"{}\"; now it is {}",
            stamp(outline.expires),
            safe(&root.expires_text)
        ),
        _ => format!("\"{}\"", stamp(expires)),
    };
    let snapshot = root.is_none_or(|root| root.consistent_snapshot);
    let mut text = format!(
        "# What is made. Version and settings follow from the root before. `expires` is UTC, and may be\n\
         # given a later date in every ceremony.\n\
         [root]\nversion = {version}\nthreshold = {threshold}\nexpires = {expires}\n\
         consistent_snapshot = {snapshot}\n\
         # Keys that stay, of people who are not here: {{ keyid = \"…\", name = \"…\" }}\n"
    );
    if kept.is_empty() {
        text.push_str("keep = []\n");
    } else {
        text.push_str("keep = [\n");
        for keyid in kept {
            let _ = writeln!(
                text,
                "    {{ keyid = \"{keyid}\", name = \"\" }}, # fill in: no token here can hold such a key"
            );
        }
        text.push_str("]\n");
    }
    text.push_str(match script {
        "replace-lost-key" => {
            "# Keys that leave without signing.\n\
             remove = [{ keyid = \"\", name = \"\", reason = \"lost\" }] # fill in\n"
        }
        "emergency-revocation" => {
            "# Keys that leave without signing.\n\
             remove = [{ keyid = \"\", name = \"\", reason = \"stolen\" }] # fill in\n"
        }
        "rotate-keyholder" => {
            "# Keys that leave without signing: { keyid = \"…\", name = \"…\", reason = \"retired\" }\n\
             remove = []\n"
        }
        _ => "",
    });
    text.push('\n');
    match script {
        "rotate-online-keys" => {
            text.push_str(
                "# Public keys of the roles that sign online, as PEM files beside this plan, and the SHA-256\n\
                 # of each file as its operator wrote it down.\n",
            );
            for role in [Role::Targets, Role::Snapshot, Role::Timestamp] {
                let keys = root.and_then(|root| root.role(role));
                let threshold = keys.map_or(1, |keys| keys.threshold);
                let _ = write!(
                    text,
                    "[root.role.{role}]\nthreshold = {threshold}\n\
                     keys = [{{ path = \"\", sha256 = \"\" }}] # fill in\n\n"
                );
            }
        }
        "emergency-revocation" => text.push_str(
            "# Where an online key must change as well, such a table for its role:\n\
             # [root.role.timestamp]\n# threshold = 1\n\
             # keys = [{ path = \"keys/timestamp.pem\", sha256 = \"…\" }]\n\n",
        ),
        _ => {}
    }
    text
}
