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
use crate::token::check_name;
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::root::Role;

/// Arguments of `repo gen-key`.
///
/// The key is kept before the staged root lists it: stopped in between, `repo stage-root` lists it (where
/// the role has no other), or calling again makes another one.
///
/// The document of `--json`: `role`, `kind` (such as `ecdsa-p256`), `keyid` and `fingerprint` (SHA-256 of
/// the public key) in hex, `file`, `encrypted` (of a key file; null for a token), `root_version` of the
/// staged root that lists the key (null for a delegated role), `signatures_dropped` from that root.
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
        let algorithm = self.algorithm()?;
        let home = self.home()?;
        let place = Place::locked(&self.place.dir)?;
        let top = self.top_level(&place)?;
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
        let mut passphrases = asked::passphrases(&self.sources)?.writing(new_files);
        let mut keyring = Keyring::new(&place, &mut passphrases);
        let object = keyring.generate(&self.role, algorithm, &home)?;
        let encrypted = match home {
            Home::File => keyring.is_encrypted(&self.role)?,
            Home::Token(..) => None,
        };
        if let Some(words) = said_of_file(encrypted, new_files) {
            notice(words);
        }
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
                Some(missing) => format!(
                    "{missing}. When every online role has its key: {}",
                    command(&place, "export public-keys -o online-keys")
                ),
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
                "encrypted": encrypted,
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

    /// The top-level role; none where it is a delegated one. Root is refused.
    fn top_level(&self, place: &Place) -> Result<Option<Role>, RepoError> {
        let top = Role::ALL.into_iter().find(|role| role.name() == self.role);
        if top != Some(Role::Root) {
            return Ok(top);
        }
        Err(RepoError::refused(
            "keys of role root are not made here: they would lie on a machine with a network.",
            format!(
                "Make them in a ceremony (rootstage plan new), or stage a root with keys that exist: {}",
                command(place, "stage-root --root-key FILE --expires 365d")
            ),
        ))
    }

    fn algorithm(&self) -> Result<Algorithm, Failure> {
        let algorithm = Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == self.algorithm);
        match algorithm {
            Some(Algorithm::EcdsaP384) => Err(Failure::call(
                "two of the clients in use refuse keys of kind ecdsa-p384. Nothing was changed. Use ecdsa-p256 or \
                 ed25519.",
            )),
            Some(algorithm) => Ok(algorithm),
            None => Err(Failure::call(format!(
                "{} is no kind of key. Nothing was changed. Use ecdsa-p256 or ed25519.",
                safe(&self.algorithm)
            ))),
        }
    }

    /// Where the key is to live. A file is named by its whole path: later calls may be made elsewhere.
    fn home(&self) -> Result<Home, Failure> {
        let (Some(token), Some(label)) = (&self.token, &self.label) else {
            return Ok(Home::File);
        };
        let mut name = TokenName(token.clone());
        let absolute = token.strip_prefix("file:").map(std::path::absolute);
        if let Some(Ok(path)) = absolute {
            name = TokenName(format!("file:{}", path.display()));
        }
        check_name(&name).map_err(|problem| {
            Failure::call(format!("{}: {problem}. Nothing was changed.", safe(token)))
        })?;
        Ok(Home::Token(name, label.clone()))
    }
}

/// What people should know of the key file, by whether it is encrypted now and what the call asked for.
fn said_of_file(encrypted: Option<bool>, new_files: NewFiles) -> Option<&'static str> {
    match (encrypted?, new_files) {
        (true, NewFiles::InTheClear) => Some(
            "The key file was encrypted already, and stays so: the new key is under the same passphrase.",
        ),
        (true, NewFiles::Encrypted) => None,
        (false, _) => Some("The key file is in the clear: whoever reads it has the key."),
    }
}
