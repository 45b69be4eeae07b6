//! The keys: who holds each, on what, what it is called, and who vouches for it.

use std::fmt::Write as _;

use super::Audit;
use super::markup::{Table, code, facts, hex, mark, paragraph, prose, spoken, text};
use crate::attestation::verdict::{Outcome, Verdict};
use crate::ceremony::attested;
use crate::ceremony::plan::{KeyPlan, Participant, Place};
use crate::ceremony::state::HeldKey;
use crate::ceremony::token::TokenKind;
use crate::transcript::audit::{ATTESTED, EVIDENCE, KEY_IDS, POSSESSION};
use crate::tuf::key::PublicKey;

pub fn section(page: &mut String, audit: &Audit<'_>) {
    audit.checked_by(page, &[POSSESSION, KEY_IDS, EVIDENCE, ATTESTED]);
    let plan = &audit.state.procedure.plan;
    if plan.keys().next().is_none() {
        paragraph(page, "", "No key is in the hands of anybody in the plan.");
        return;
    }
    overview(page, audit);
    for (person, key) in plan.keys() {
        one(page, audit, person, key);
    }
}

fn overview(page: &mut String, audit: &Audit<'_>) {
    let heads = [
        "Holder",
        "Token",
        "Serial",
        "Key",
        "What becomes of it",
        "Attestation",
    ];
    let caption = "All keys at a glance; each one in full below";
    let mut table = Table::open(page, "keys", caption, &heads);
    for (person, key) in audit.state.procedure.plan.keys() {
        let held = audit.state.keys.get(&key.name);
        let kind = held.map_or(key.token.kind(), |held| Some(held.token.kind));
        let serial = held.map(|held| held.token.serial.as_str());
        table.row(&[
            format!(
                "<a href=\"#key-{}\">{}</a>",
                text(&key.name.0),
                text(&person.name_with(key))
            ),
            kind.map_or("unknown", kind_words).to_owned(),
            serial.map_or_else(|| "not in hand".to_owned(), code),
            key.algorithm.name().to_owned(),
            becomes(key.place, held).to_owned(),
            attestation_in_short(audit, key, held),
        ]);
    }
    table.close();
}

fn kind_words(kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::YubiKey => "YubiKey",
        TokenKind::Pkcs11 => "PKCS#11 token",
        TokenKind::File => "software key, in an encrypted file",
    }
}

fn becomes(place: Place, held: Option<&HeldKey>) -> &'static str {
    match place {
        Place::Joins if held.is_some() => "generated in this ceremony",
        Place::Joins => "was to be generated in this ceremony, and was not",
        Place::Stays(_) => "existed before and stays",
        Place::Leaves(_) => "existed before; signs once more and leaves",
    }
}

fn attestation_in_short(audit: &Audit<'_>, key: &KeyPlan, held: Option<&HeldKey>) -> String {
    if held.and_then(|held| held.evidence.as_ref()).is_none() {
        return "none was asked for".to_owned();
    }
    if audit.withheld.is_some() {
        return "withheld; the rule attestation.verdict says how it was judged".to_owned();
    }
    let verdict = attested::on_record(audit.state, &key.name);
    let required = attested::required(&audit.state.procedure.plan, key);
    match verdict.map(|verdict| verdict.unmet(required).len()) {
        None => "not judged".to_owned(),
        Some(_) if required.is_empty() => "shown; the plan demands none".to_owned(),
        Some(0) => format!("{} what the plan demands", mark("good", "PROVED")),
        Some(_) => format!("{} what the plan demands", mark("bad", "NOT PROVED")),
    }
}

fn one(page: &mut String, audit: &Audit<'_>, person: &Participant, key: &KeyPlan) {
    let _ = writeln!(
        page,
        "<article id=\"key-{0}\">\n<h3>Key of {1}</h3>",
        text(&key.name.0),
        text(&person.name_with(key))
    );
    let held = audit.state.keys.get(&key.name);
    let mut rows = vec![
        ("Token in the plan", code(&key.token.0)),
        ("What becomes of it", becomes(key.place, held).to_owned()),
    ];
    match held {
        None => rows.push((
            "In hand",
            "<b>No token of it was in hand in this ceremony.</b>".to_owned(),
        )),
        Some(held) => in_hand(&mut rows, key, held),
    }
    if let (Some(held), true) = (held, key.place == Place::Joins) {
        rows.push(("Possession", possession(audit, key, held)));
    }
    let caption = format!("Key and token of {}", text(&person.name));
    facts(page, &caption, &rows);
    let shown = attested::on_record(audit.state, &key.name).filter(|_| audit.withheld.is_none());
    if let Some(verdict) = shown {
        let required = attested::required(&audit.state.procedure.plan, key);
        attestation(page, &verdict, required);
    }
    page.push_str("</article>\n");
}

/// What the token said of itself is text from outside; id and fingerprint are computed from the key.
fn in_hand(rows: &mut Vec<(&str, String)>, key: &KeyPlan, held: &HeldKey) {
    let token = &held.token;
    let said: Vec<String> = [
        kind_words(token.kind).to_owned(),
        text(&token.manufacturer),
        text(&token.model),
        match token.firmware.as_str() {
            "" => String::new(),
            firmware => format!("firmware {}", text(firmware)),
        },
        match token.label.as_str() {
            "" => String::new(),
            label => format!("label \"{}\"", text(label)),
        },
    ]
    .into_iter()
    .filter(|part| !part.is_empty())
    .collect();
    rows.push(("Token, in its own words", said.join(", ")));
    rows.push(("Serial number", code(&token.serial)));
    match PublicKey::from_pem(&held.public_pem) {
        Err(_) => rows.push((
            "Public key",
            "<b class=\"bad\">cannot be read</b>".to_owned(),
        )),
        Ok(public) => {
            rows.push(("Kind of key", text(public.kind_name())));
            rows.push(("Key id", hex(&public.key_id().digest())));
            // published metadata may list a key under an id of its own
            if let Some(listed) = key.place.keyid().filter(|id| *id != public.key_id()) {
                rows.push(("Listed under the id", hex(&listed.digest())));
            }
            rows.push((
                "Fingerprint, SHA-256 of the public key",
                spoken(&public.fingerprint()),
            ));
        }
    }
    let shown = held.evidence.as_ref().map(|evidence| &evidence.key);
    if let Some(made) = shown.or(held.generated.as_ref()) {
        rows.push(("Policies, in the token's words", policies(made, key)));
    }
}

fn policies(made: &crate::ceremony::token::TokenKey, key: &KeyPlan) -> String {
    let mut said = Vec::new();
    if let Some(piv) = &made.piv {
        said.push(format!("slot {}", piv.slot));
        if let Some(policies) = piv.policies {
            said.push(format!(
                "PIN {}, touch {}",
                policies.pin.name(),
                policies.touch.name()
            ));
        }
        said.extend(piv.generated.map(|inside| {
            if inside {
                "generated on the token".to_owned()
            } else {
                "<b class=\"bad\">imported</b>".to_owned()
            }
        }));
    } else {
        let holds = &made.attributes;
        let attributes = [
            (holds.local, "generated on the token"),
            (holds.sensitive, "sensitive"),
            (holds.always_sensitive, "always was"),
            (!holds.extractable && holds.local, "not extractable"),
            (holds.never_extractable, "never was"),
            (holds.always_authenticate, "PIN for each signature"),
        ];
        let holding = attributes.into_iter().filter(|(holds, _)| *holds);
        said.extend(holding.map(|(_, words)| words.to_owned()));
    }
    if let Some(planned) = key.policies {
        said.push(format!(
            "the plan says PIN {}, touch {}",
            planned.pin.name(),
            planned.touch.name()
        ));
    }
    if said.is_empty() {
        "it says nothing of them".to_owned()
    } else {
        said.join(", ")
    }
}

fn possession(audit: &Audit<'_>, key: &KeyPlan, held: &HeldKey) -> String {
    if audit.withheld.is_some() {
        return "withheld; the rule keys.possession says how it was judged".to_owned();
    }
    let Some(signature) = &held.possession else {
        return mark("bad", "NOT PROVED");
    };
    let proved = || {
        let public = PublicKey::from_pem(&held.public_pem).ok()?;
        let signature = data_encoding::HEXLOWER.decode(signature.as_bytes()).ok()?;
        let text = audit.state.possession_text(&key.name)?;
        public.verify(&text, &signature).ok()
    };
    match proved() {
        Some(()) => format!(
            "{} by a signature of the token that verifies",
            mark("good", "PROVED")
        ),
        None => format!(
            "{}: the signature on record does not verify",
            mark("bad", "NOT PROVED")
        ),
    }
}

fn attestation(page: &mut String, verdict: &Verdict, required: &[String]) {
    let heads = ["Check", "Result", "What was found"];
    let caption = "Attestation: what the token's certificates prove, judged again";
    let mut table = Table::open(page, "checks", caption, &heads);
    for check in &verdict.checks {
        let demanded = required.iter().any(|id| id == check.id);
        let class = match (check.outcome, demanded) {
            (Outcome::Pass, _) => "good",
            (Outcome::Warn, _) => "warn",
            (Outcome::Fail, _) | (Outcome::NotProved, true) => "bad",
            (Outcome::NotProved, false) => "plain",
        };
        let demanded = if demanded {
            "<br>demanded by the plan"
        } else {
            ""
        };
        table.row(&[
            code(check.id),
            format!("{}{demanded}", mark(class, check.outcome.word())),
            prose(&check.sentence),
        ]);
    }
    table.close();
    if verdict.chain.is_empty() {
        paragraph(
            page,
            "",
            "There is no chain of certificates to a trusted root: what is said above are the token's own words.",
        );
        return;
    }
    let heads = ["Certificate", "Issuer", "Valid", "SHA-256"];
    let mut table = Table::open(
        page,
        "chain",
        "The certificates, from the key's to the trusted root",
        &heads,
    );
    for link in &verdict.chain {
        table.row(&[
            text(&link.subject),
            text(&link.issuer),
            format!("{} to {}", text(&link.from), text(&link.to)),
            hex(&link.sha256),
        ]);
    }
    table.close();
}
