//! What a rehearsal needs before it begins: a plan, keys of online roles, passphrases of no value.

use std::path::{Path, PathBuf};

use p256::pkcs8::{EncodePublicKey as _, LineEnding};
use time::Duration;

use super::{Failure, now};
use crate::ceremony::plan::{self, Outline, ParticipantId, Plan};
use crate::secret::Secret;

/// A directory beside the caller, named for the time.
pub fn default_directory() -> PathBuf {
    let now = now();
    PathBuf::from(format!(
        "rehearsal-{:04}{:02}{:02}-{:02}{:02}{:02}",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second()
    ))
}

/// The plan of a rehearsal.
pub fn plan(keyholders: u32, threshold: u32) -> String {
    plan::rehearsal(&Outline {
        title: "Rehearsal of a first root".to_owned(),
        location: "anywhere".to_owned(),
        keyholders,
        threshold,
        expires: now() + Duration::days(365),
    })
}

/// The files of the online roles' keys, not yet written, and the directories that `plan` needs in
/// `dir`. The private halves are dropped at once: nothing is ever signed with them.
pub fn prepare(dir: &Path, plan: &Plan) -> Result<Vec<(PathBuf, String)>, Failure> {
    let failed = |path: &Path, error: &dyn std::fmt::Display| {
        Failure::surroundings(format!("{}: {error}", path.display()))
    };
    for sub in ["keys", "tokens"] {
        let path = dir.join(sub);
        std::fs::create_dir_all(&path).map_err(|error| failed(&path, &error))?;
    }
    let mut files = Vec::new();
    for file in plan.online_key_paths() {
        let path = dir.join(&file);
        let key = random_key().map_err(|error| failed(&path, &error))?;
        let pem = key
            .public_key()
            .to_public_key_pem(LineEnding::LF)
            .map_err(|error| failed(&path, &error))?;
        files.push((path, pem));
    }
    Ok(files)
}

fn random_key() -> Result<p256::SecretKey, getrandom::Error> {
    loop {
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes)?;
        // All but one in 2^32 draws are valid scalars.
        if let Ok(key) = p256::SecretKey::from_slice(&*bytes) {
            return Ok(key);
        }
    }
}

/// Of no use to anyone: a rehearsal's keys are worth nothing.
pub fn passphrase(holder: &ParticipantId) -> Result<Secret, String> {
    Secret::copied_from(&format!("rehearsal of {holder}")).ok_or_else(|| "too long".to_owned())
}
