//! `repo gen-key`.

use clap::Args;
use serde_json::json;

use super::Where;
use super::asked::{self, NewFiles};
use super::passphrases::Sources;
use crate::ceremony::token::{Algorithm, TokenName};
use crate::cli::{Failure, notice, print, print_json};
use crate::repo::keys::{Home, Keyring};
use crate::repo::words::command;
use crate::repo::{Place, RepoError, staging};
use crate::safe::safe;
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::root::Role;

/// Arguments of `repo gen-key`.
#[derive(Debug, Args)]
pub struct GenKey {
    /// The role: targets, snapshot, timestamp, or a delegated one.
    #[arg(value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    place: Where,
    /// The kind of key: `ecdsa-p256`, `ed25519`.
    #[arg(long, value_name = "KIND", default_value = "ecdsa-p256")]
    algorithm: String,
    /// Keep it on this token instead of a file in `keys/` (a PKCS#11 URI).
    #[arg(long, value_name = "NAME", requires = "label")]
    token: Option<String>,
    /// Its label on the token. A key that is there already is used.
    #[arg(long, value_name = "LABEL")]
    label: Option<String>,
    /// Write the key file in the clear: whoever reads the file has the key.
    #[arg(long, conflicts_with = "token")]
    insecure_plaintext: bool,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl GenKey {
    pub fn run(&self) -> Result<(), Failure> {
        let place = Place::locked(&self.place.dir)?;
        let algorithm = Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == self.algorithm)
            .ok_or_else(|| {
                Failure::call(format!(
                    "{} is no kind of key. Nothing was changed. Use ecdsa-p256 or ed25519.",
                    safe(&self.algorithm)
                ))
            })?;
        let top = Role::ALL.into_iter().find(|role| role.name() == self.role);
        if top == Some(Role::Root) {
            return Err(RepoError::refused(
                "keys of role root are not made here: they would lie on a machine with a network.",
                format!(
                    "Make them in a ceremony (rootstage plan new), or stage a root with keys that exist: {}",
                    command(&place, "stage-root --root-key FILE --expires 365d")
                ),
            )
            .into());
        }
        let new_files = if self.insecure_plaintext {
            NewFiles::InTheClear
        } else {
            NewFiles::Encrypted
        };
        // whether a root can list it, before a key is made that nobody lists
        let mut draft = match top {
            Some(_) => Some(staging::draft(&place)?),
            None => None,
        };
        let home = match (&self.token, &self.label) {
            (Some(token), Some(label)) => Home::Token(TokenName(token.clone()), label.clone()),
            _ => Home::File,
        };
        let mut passphrases = asked::passphrases(&self.sources)?.writing(new_files);
        let object =
            Keyring::new(&place, &mut passphrases).generate(&self.role, algorithm, &home)?;
        let unusable = |what: &str| {
            RepoError::surroundings(
                format!("the key that was made cannot be used: {what}."),
                "Look at the file in keys/.",
            )
        };
        let keyid = KeyId::of(&object).map_err(|error| unusable(&error.to_string()))?;
        let public = PublicKey::from_tuf(&object).map_err(|error| unusable(&error.to_string()))?;
        let dropped = match (top, &mut draft) {
            (Some(role), Some(draft)) => staging::list_key(&place, draft, role, &object)?,
            _ => 0,
        };
        if dropped > 0 {
            notice(&format!(
                "The staged root had {dropped} signatures over its content before: they no longer fit and were dropped."
            ));
        }
        let file = match home {
            Home::File => place.keys().join(format!("{}.json", self.role)),
            Home::Token(..) => place.keys().join(format!("{}.tokens.json", self.role)),
        };
        let next = match (&draft, top) {
            (Some(draft), _) => match draft.missing().first() {
                Some(missing) => format!("{missing}: the root is not complete yet"),
                None => command(&place, "stage-root --expires 365d -o root.rse"),
            },
            _ => command(
                &place,
                &format!("delegate {} --path \"PATTERN\" --expires 90d", self.role),
            ),
        };
        if self.json {
            print_json(&json!({
                "role": self.role,
                "kind": public.kind_name(),
                "keyid": keyid.hex(),
                "fingerprint": public.fingerprint().hex(),
                "file": file,
                "root_version": draft.as_ref().map(crate::tuf::repository::RootDraft::version),
                "signatures_dropped": dropped,
            }));
            return Ok(());
        }
        print(&format!(
            "Made a key of role {}: {}\n  key id       {}\n  fingerprint  {}\n  kept in      {}",
            self.role,
            public.kind_name(),
            keyid.hex(),
            public.fingerprint().hex(),
            file.display()
        ));
        if let Some(draft) = &draft {
            print(&format!(
                "Root version {} is staged with it. Its expiry is still {}: gen-key never touches it.",
                draft.version(),
                safe(draft.expires())
            ));
        }
        print(&format!("Next: {next}"));
        Ok(())
    }
}
