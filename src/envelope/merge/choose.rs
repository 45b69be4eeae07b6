//! Which of several signatures under one key id is kept.

use super::standing::Judge;
use crate::tuf::key::KeyId;
use crate::tuf::root::Signature;
use crate::tuf::threshold::Verdict;

/// A signature and where it comes from.
pub(super) struct Candidate<'a> {
    pub input: &'a str,
    pub signature: &'a Signature,
}

/// The signature that was kept under one key id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The signature.
    pub signature: Signature,
    /// Names of the inputs that have it.
    pub from: Vec<String>,
    /// Names of the inputs that have another one under the same key id, which was not kept.
    pub differing: Vec<String>,
    /// Why this one.
    pub choice: Choice,
}

/// Why a signature was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// There is no other under this key id.
    Only,
    /// It takes the place of an empty placeholder.
    ReplacesPlaceholder,
    /// There is nothing but a placeholder.
    PlaceholderOnly,
    /// Of several it is the only valid one.
    OnlyValid,
    /// Several are valid; it is the first of them.
    FirstOfValid,
    /// None is valid; it is the first.
    NoneValid,
    /// Several differ, and their key is not known; it is the first.
    NotJudged,
}

/// Chooses. `candidates` has at least one, in the order of the inputs.
pub(super) fn choose(
    keyid: KeyId,
    candidates: &[Candidate<'_>],
    judges: &[Judge<'_>],
    payload: &[u8],
) -> Chosen {
    let mut different: Vec<&Signature> = Vec::new();
    for candidate in candidates {
        let signature = candidate.signature;
        if !signature.sig.is_empty() && !different.iter().any(|other| is_same(other, signature)) {
            different.push(signature);
        }
    }
    let had_placeholder = candidates.iter().any(|one| one.signature.sig.is_empty());
    let (kept, choice) = match different.as_slice() {
        [] => (None, Choice::PlaceholderOnly),
        [only] if had_placeholder => (Some(*only), Choice::ReplacesPlaceholder),
        [only] => (Some(*only), Choice::Only),
        several => among(several, judges, payload),
    };
    let signature = kept.cloned().unwrap_or(Signature {
        keyid,
        sig: String::new(),
    });
    let having = |same: bool| -> Vec<String> {
        candidates
            .iter()
            .filter(|one| {
                let is_placeholder = one.signature.sig.is_empty() && !signature.sig.is_empty();
                !is_placeholder && is_same(one.signature, &signature) == same
            })
            .map(|one| one.input.to_owned())
            .collect()
    };
    Chosen {
        from: having(true),
        differing: having(false),
        signature,
        choice,
    }
}

fn among<'a>(
    several: &[&'a Signature],
    judges: &[Judge<'_>],
    payload: &[u8],
) -> (Option<&'a Signature>, Choice) {
    let mut is_judged = false;
    let mut valid = Vec::new();
    for signature in several {
        for verdict in judges.iter().filter_map(|j| j.verdict(payload, signature)) {
            match verdict {
                Verdict::Counted { .. } | Verdict::SameKeyAgain { .. } => {
                    is_judged = true;
                    valid.push(*signature);
                    break;
                }
                Verdict::Invalid(_) | Verdict::Empty => is_judged = true,
                Verdict::UnknownKey | Verdict::UnusableKey(_) => {}
            }
        }
    }
    let first = several.first().copied();
    match valid.as_slice() {
        [] if is_judged => (first, Choice::NoneValid),
        [] => (first, Choice::NotJudged),
        [only] => (Some(only), Choice::OnlyValid),
        [first_valid, ..] => (Some(first_valid), Choice::FirstOfValid),
    }
}

/// Whether two signatures are the same bytes: hex in either case is the same.
fn is_same(a: &Signature, b: &Signature) -> bool {
    a.sig.eq_ignore_ascii_case(&b.sig)
}
