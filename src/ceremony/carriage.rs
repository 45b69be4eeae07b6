//! What leaves a ceremony, and in which form: it follows from the state.
//!
//! Content that came from outside goes back as the signatures alone, in an envelope that is small
//! enough for one QR code, and whole; a root that was made here leaves whole. Envelopes bear the time
//! at which the signatures were counted, so that the same ceremony always gives the same bytes.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::assembly::{self, MetadataFile};
use super::medium::Way;
use super::state::State;
use crate::envelope::limits::{MAX_FROM, MAX_NAME, check_name};
use crate::envelope::signatures::{self, SignatureList};
use crate::envelope::{Draft, Envelope, Kind, Payload};
use crate::qr;
use crate::safe::safe;
use crate::tuf::metadata::Metadata;

/// The envelope that holds signatures alone.
pub const SIGNATURES: &str = "signatures.rse";

/// The files that leave by this way; none before the signatures were counted.
pub fn files(state: &State, way: Way) -> Vec<MetadataFile> {
    if !state.counted {
        return Vec::new();
    }
    let plain = assembly::metadata_files(state);
    let Some(whole) = plain.first() else {
        return Vec::new();
    };
    let outside = state.payload.as_ref().is_some_and(|it| it.file.is_some());
    let list = signatures_of(state, whole).filter(|_| outside);
    match way {
        // what crosses as QR codes is the least that says everything
        Way::Qr => list.or_else(|| signed(state, whole)).into_iter().collect(),
        Way::File => list.into_iter().chain(signed(state, whole)).collect(),
        Way::Medium => {
            let envelopes = list.into_iter().chain(signed(state, whole));
            let envelopes: Vec<MetadataFile> = envelopes.collect();
            plain.into_iter().chain(envelopes).collect()
        }
    }
}

/// Whether QR codes can carry a file.
pub fn fits_qr(file: &MetadataFile) -> bool {
    (1..=qr::MAX_FILE).contains(&file.bytes.len())
}

/// The file that the screen shows as QR codes at the open question, where it shows one.
pub fn shown(state: &State) -> Option<MetadataFile> {
    let carried = state.asking.as_ref()?.carries.as_ref()?;
    let files = files(state, Way::Qr).into_iter();
    let mut same = files.filter(|file| file.digest() == *carried);
    same.next()
}

/// All signatures, without what they are over; `None` where there are none.
fn signatures_of(state: &State, whole: &MetadataFile) -> Option<MetadataFile> {
    let metadata = Metadata::parse(whole.bytes.clone(), super::import::LIMIT).ok()?;
    let list = SignatureList::of(&metadata).ok()?;
    packed(
        state,
        SIGNATURES.to_owned(),
        Kind::Signatures,
        Payload {
            name: signatures::FILE_NAME.to_owned(),
            bytes: list.to_bytes(),
        },
    )
}

/// The whole file with its signatures.
fn signed(state: &State, whole: &MetadataFile) -> Option<MetadataFile> {
    let stem = whole.name.strip_suffix(".json").unwrap_or(&whole.name);
    let payload = Payload {
        name: plain_name(&whole.name),
        bytes: whole.bytes.clone(),
    };
    let name = plain_name(&format!("{stem}.rse"));
    packed(state, name, Kind::SignedRole, payload)
}

fn packed(state: &State, name: String, kind: Kind, payload: Payload) -> Option<MetadataFile> {
    let opening = state.opening.as_ref();
    let draft = Draft {
        kind,
        ceremony: opening.map(|opening| opening.ceremony.clone()),
        created: OffsetDateTime::parse(&state.counted_at, &Rfc3339).ok()?,
        from: line(&state.procedure.plan.title),
        note: state
            .rehearsal()
            .then(|| "REHEARSAL: nothing here counts".to_owned()),
        payloads: vec![payload],
    };
    let bytes = Envelope::pack(draft).and_then(|envelope| envelope.to_file());
    bytes.ok().map(|bytes| MetadataFile { name, bytes })
}

/// A text of the plan as a line of a manifest; `None` where nothing is left of it.
fn line(text: &str) -> Option<String> {
    let mut shown = safe(text);
    while shown.len() > MAX_FROM {
        shown.pop();
    }
    (!shown.is_empty() && safe(&shown) == shown).then_some(shown)
}

/// The name where it is one that means the same file everywhere; else one that is.
fn plain_name(name: &str) -> String {
    if check_name(name).is_ok() {
        return name.to_owned();
    }
    let ending = match name.rsplit_once('.') {
        Some((_, "rse")) => ".rse",
        _ => ".json",
    };
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(MAX_NAME / 2)
        .collect();
    format!("role-{plain}{ending}")
}

#[cfg(test)]
mod tests;
