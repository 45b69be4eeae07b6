//! What lies beside the transcript in a copy: the script and the seal, where they may.

use std::path::Path;

use crate::ceremony::plan::{Disclosure, PublishPlan};
use crate::ceremony::scripts;
use crate::cli::{Failure, read};
use crate::digest::Sha256;
use crate::directory::SCRIPT;
use crate::transcript::redact::{Class, Found, Gate, Needle, Place};
use crate::transcript::seal::FILE as SEAL;

/// The seal, where it may be published.
pub fn seal(
    dir: &Path,
    says: Disclosure,
    publish: &PublishPlan,
    gate: &Gate,
    left_out: &mut Vec<String>,
) -> Result<Option<Vec<u8>>, Failure> {
    let path = dir.join(SEAL);
    if !path.exists() {
        return Ok(None);
    }
    let bytes = read(&path)?;
    let without = |why: &str| {
        format!(
            "WITHOUT THE SEAL: {why}. The copy has the head alone, which people in the room must vouch for."
        )
    };
    if says == Disclosure::Full && publish.disclosure() == Disclosure::Public {
        left_out.push(without(
            "its statement names people and tokens (`seal.statement`)",
        ));
        return Ok(None);
    }
    let envelope: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
    let payload = envelope
        .as_ref()
        .and_then(|envelope| envelope.get("payload"))
        .and_then(serde_json::Value::as_str)
        .and_then(|payload| data_encoding::BASE64.decode(payload.as_bytes()).ok());
    let Some(payload) = payload else {
        left_out.push(without("it cannot be read"));
        return Ok(None);
    };
    let look = |bytes: &[u8]| gate.find(&String::from_utf8_lossy(bytes), Place::File);
    if let Some(Found(needle)) = look(&bytes).or_else(|| look(&payload)) {
        left_out.push(without(&format!("it has {}", needle.of)));
        return Ok(None);
    }
    Ok(Some(bytes))
}

/// The script: one that ships with this program says nothing of this ceremony. The digest of one that is withheld
/// confirms a guess, as the rest of it can be known: it is withheld as well.
pub fn script(
    dir: &Path,
    gate: &mut Gate,
    left_out: &mut Vec<String>,
) -> Result<Option<Vec<u8>>, Failure> {
    let bytes = read(&dir.join(SCRIPT))?;
    let shipped = scripts::shipped()
        .iter()
        .any(|(_, shipped)| *shipped == bytes);
    let own = [scripts::one_signature(), scripts::one_token()].contains(&bytes.as_slice());
    if shipped || own {
        return Ok(Some(bytes));
    }
    let text = String::from_utf8_lossy(&bytes);
    let Some(Found(needle)) = gate.find(&text, Place::Record) else {
        return Ok(Some(bytes));
    };
    left_out.push(format!(
        "WITHOUT THE SCRIPT: it has {}. Whoever guesses that could compare the script's SHA-256, so that every \
         record that has this digest is without its body. For the next ceremony, write duties and ids into the \
         script, not names.",
        needle.of
    ));
    gate.seek(Needle {
        text: Sha256::of(&bytes).hex(),
        of: "the digest of the script, which is withheld".to_owned(),
        class: Class::Digest,
    });
    Ok(None)
}
