//! What a rehearsal needs before it begins: a plan, keys of online roles, passphrases of no value.

use std::path::{Path, PathBuf};

use p256::pkcs8::{EncodePublicKey as _, LineEnding};
use time::Duration;

use super::plan::salted;
use super::{Failure, front, now};
use crate::answers::Wanted;
use crate::ceremony::plan::{self, KeyPlan, Outline, ParticipantId, Plan, Practice};
use crate::ceremony::scripts;
use crate::digest::Sha256;
use crate::directory::{self, MakeWorld};
use crate::secret::Secret;
use crate::tuf::key::KeyId;
use crate::world::METADATA;

/// Validity of a root that a rehearsal makes, in days.
const DAYS: i64 = 365;
/// The same of the root before: it is about to expire, as on the day when it is renewed.
const DAYS_BEFORE: i64 = 60;

/// A directory beside the caller, named for the time.
pub fn default_directory() -> PathBuf {
    directory_named("rehearsal")
}

/// A directory beside the caller, named so and for the time.
pub fn directory_named(what: &str) -> PathBuf {
    let now = now();
    PathBuf::from(format!(
        "{what}-{:04}{:02}{:02}-{:02}{:02}{:02}",
        now.year(),
        u8::from(now.month()),
        now.day(),
        now.hour(),
        now.minute(),
        now.second()
    ))
}

fn outline(title: String, keyholders: u32, threshold: u32, days: i64) -> Outline {
    Outline {
        title,
        location: "anywhere".to_owned(),
        keyholders,
        threshold,
        expires: now() + Duration::days(days),
    }
}

/// The plan of a rehearsal of a first root.
pub fn plan(keyholders: u32, threshold: u32) -> Result<String, Failure> {
    let title = "Rehearsal of a first root".to_owned();
    salted(&plan::rehearsal(&outline(
        title, keyholders, threshold, DAYS,
    )))
}

/// Refuses what cannot be rehearsed with so many keyholders.
pub fn fits(script: &str, keyholders: u32, threshold: u32) -> Result<(), Failure> {
    let outline = outline(String::new(), keyholders, threshold, DAYS);
    plan::fits(script, &outline).map_err(|unfit| match unfit {
        plan::Unfit::OnYubiKeys => Failure::call(format!(
            "{script} cannot be rehearsed by `rehearse`: {unfit}. Nothing was started."
        )),
        _ => Failure::call(format!(
            "{script} cannot be rehearsed with --keyholders {keyholders} --threshold {threshold}: {unfit}. \
             Nothing was started."
        )),
    })
}

/// The root before, and what is known of it.
pub struct Before {
    dir: PathBuf,
    keyholders: u32,
    threshold: u32,
    keys: Vec<KeyId>,
    root: Vec<u8>,
}

/// Makes the root before, by a rehearsal without people in a directory of its own within `dir`.
pub fn before(
    dir: &Path,
    keyholders: u32,
    threshold: u32,
    world: MakeWorld<'_>,
) -> Result<Before, Failure> {
    let place = dir.join("before");
    let title = "The root before: rehearsal of a first root".to_owned();
    let plan = plan::rehearsal(&outline(title, keyholders, threshold, DAYS_BEFORE));
    let plan = salted(&plan)?;
    let script = scripts::bytes_of(&scripts::rehearsal_of("first-root")).unwrap_or_default();
    let procedure = directory::procedure(plan.as_bytes(), script)?;
    let files = prepare(&place, &procedure.plan)?;
    let plan = plan.as_bytes();
    let driver = directory::open_with(&place, plan, script, &files, &place, now, world)?;
    let state = front::closed_rehearsal(driver, &place)?;
    let enrolled = |(_, key): (_, &KeyPlan)| {
        let held = state.keys.get(&key.name);
        held.and_then(|held| held.enrolled.map(|(keyid, _)| keyid))
    };
    let keys = state.procedure.plan.keys().filter_map(enrolled).collect();
    let root = super::read(&place.join(METADATA).join("1.root.json"))?;
    Ok(Before {
        dir: dir.to_owned(),
        keyholders,
        threshold,
        keys,
        root,
    })
}

impl Before {
    /// The plan of the rehearsal of `script` after it, and the files of it, not yet written.
    pub fn plan_of(&self, script: &str) -> Result<(String, Vec<(PathBuf, String)>), Failure> {
        let title = format!("Rehearsal of {script}");
        let outline = outline(title, self.keyholders, self.threshold, DAYS);
        let failed = |error: &dyn std::fmt::Display| {
            Failure::surroundings(format!("{}: {error}", self.dir.display()))
        };
        let mut files = Vec::new();
        let mut staged = None;
        if script == "sign-staged" {
            let made = plan::staged_root(&self.root, outline.expires);
            let (bytes, payload) = made.map_err(|error| failed(&error))?;
            let place = self.dir.join("staged");
            std::fs::create_dir_all(&place).map_err(|error| failed(&error))?;
            let text = String::from_utf8(bytes).map_err(|error| failed(&error))?;
            files.push((place.join("root.json"), text));
            staged = Some(payload);
        }
        let plan = plan::practice(&Practice {
            script,
            outline: &outline,
            keys: &self.keys,
            trusted: Sha256::of(&self.root),
            staged,
        });
        Ok((salted(&plan.map_err(|error| failed(&error))?)?, files))
    }
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

/// The secret of a keyholder in a rehearsal without people; a PUK is nobody's there, as its tokens are
/// files.
pub fn secret(holder: &ParticipantId, wanted: Wanted) -> Result<Secret, String> {
    match wanted {
        Wanted::Pin => passphrase(holder),
        Wanted::Puk => Err("a rehearsal with YubiKeys needs an answers file".to_owned()),
    }
}

/// Of no use to anyone: a rehearsal's keys are worth nothing.
pub fn passphrase(holder: &ParticipantId) -> Result<Secret, String> {
    Secret::copied_from(&format!("rehearsal of {holder}")).ok_or_else(|| "too long".to_owned())
}
