//! The people of a plan: who they are, what they hold, how many of them must be there.

use std::collections::BTreeMap;

use super::{key_id, yubikeys};
use crate::ceremony::plan::{Duty, KeyName, KeyPlan, Participant, ParticipantId, Place, Spare};
use crate::ceremony::token::{Algorithm, TokenKind, TokenName};
use crate::ceremony::token_name;
use crate::ceremony::toml_reader::{Found, Reading, Section};

/// Longest name, in characters: it fits a line of the board.
const NAME: usize = 40;
/// Longest label of a key object; PKCS#11 sets no bound, tokens stop at 32 to 128.
const LABEL: usize = 32;
/// Longest serial number (`CK_TOKEN_INFO` has 16 bytes; software tokens use file names).
const SERIAL: usize = 64;
/// Longest name of a token.
const TOKEN: usize = 1024;

/// What a keyholder's table has and nobody else's may.
const KEY_KEYS: [&str; 9] = [
    "token",
    "serial",
    "algorithm",
    "key_label",
    "keyid",
    "leaves",
    "pin_policy",
    "touch_policy",
    "spare",
];

/// Everyone in the plan who could be read.
pub(super) fn read(reading: &Reading<'_>, top: &Section<'_, '_>) -> Vec<Found<Participant>> {
    let tables = top.sections("participant");
    if tables.is_empty() && !top.has("participant") {
        let sentence = "The plan has nobody in it: it needs `[[participant]]` for each person.";
        reading.add(0, "participant", sentence);
    }
    let mut taken = Taken::default();
    tables
        .iter()
        .filter_map(|table| {
            let person = read_one(reading, table, &mut taken);
            table.finish();
            person.map(|value| Found {
                value,
                line: table.line,
                key: table.key("x").trim_end_matches(".x").to_owned(),
            })
        })
        .collect()
}

fn read_one(
    reading: &Reading<'_>,
    table: &Section<'_, '_>,
    taken: &mut Taken,
) -> Option<Participant> {
    let id = table.id("id");
    taken.claim(reading, "id", id.as_ref());
    let name = table.line_of_text("name", NAME);
    taken.claim(reading, "name", name.as_ref());
    let initials = table.text("initials").and_then(|text| {
        let letters = text.value.bytes().all(|b| b.is_ascii_alphabetic());
        if letters && (2..=4).contains(&text.value.len()) {
            return Some(text);
        }
        let sentence = format!(
            "`{}` is {:?}; initials are two to four letters from A to Z, as every keyboard has them.",
            text.key, text.value
        );
        reading.add(text.line, text.key, sentence);
        None
    });
    let upper = initials
        .clone()
        .map(|found| found.map(|text| text.to_ascii_uppercase()));
    taken.claim(reading, "initials", upper.as_ref());
    let duty = table
        .one_of("duty", &Duty::ALL.map(|duty| (duty.name(), duty)))?
        .value;
    let owner = id.as_ref().map(|id| id.value.clone()).unwrap_or_default();
    let keys = if duty == Duty::Keyholder {
        let own = read_key(reading, table, taken, KeyName(owner.clone()));
        // Its old token: it signs once more, so that the roots before accept the new one.
        let old = table.optional_section("old").and_then(|old| {
            let key = read_key(reading, &old, taken, KeyName(format!("{owner}.old")));
            old.finish();
            let key = key?;
            match key.place {
                Place::Joins => {
                    old.add(format!(
                        "`{}` needs `keyid`: an old key is one that the trusted root lists.",
                        old.key("keyid").trim_end_matches(".keyid")
                    ));
                    None
                }
                Place::Stays(id) | Place::Leaves(id) => Some(KeyPlan {
                    place: Place::Leaves(id),
                    ..key
                }),
            }
        });
        old.into_iter().chain(own).collect()
    } else {
        if table.has("old") {
            table.add(format!("`{}` is for keyholders.", table.key("old")));
            let _ = table.optional_section("old");
        }
        for key in KEY_KEYS {
            if table.has(key) {
                let _ = (key != "leaves").then(|| table.optional_text(key));
                let _ = (key == "leaves").then(|| table.optional_flag(key));
                table.add(format!(
                    "`{}` is for keyholders; this person is a {}.",
                    table.key(key),
                    duty.name()
                ));
            }
        }
        Vec::new()
    };
    Some(Participant {
        // What could not be read is a problem already; the duty is enough for counting heads.
        id: ParticipantId(id.map(|id| id.value).unwrap_or_default()),
        name: name.map(|name| name.value).unwrap_or_default(),
        initials: initials.map(|initials| initials.value).unwrap_or_default(),
        duty,
        keys,
    })
}

fn read_key(
    reading: &Reading<'_>,
    table: &Section<'_, '_>,
    taken: &mut Taken,
    name: KeyName,
) -> Option<KeyPlan> {
    let written = table.line_of_text("token", TOKEN);
    let given = table
        .optional_text("serial")
        .and_then(|serial| table.one_line(serial, SERIAL));
    let named = written
        .clone()
        .and_then(|written| known_token(reading, written));
    let kind = named.as_ref().and_then(TokenName::kind);
    let serial = claim_token(reading, taken, written.as_ref(), given);
    let label = match kind {
        // A slot is a name of its own: the label is for people.
        Some(TokenKind::YubiKey) | None if !table.has("key_label") => Some(name.0.clone()),
        _ => table
            .line_of_text("key_label", LABEL)
            .map(|label| label.value),
    };
    let policies = yubikeys::policies(reading, table, kind);
    let spare = read_spare(reading, table, taken, kind);
    let algorithms = Algorithm::ALL.map(|algorithm| (algorithm.name(), algorithm));
    let algorithm = match table.optional_text("algorithm") {
        Some(text) => table.choose(text, &algorithms).map(|found| found.value),
        None => Some(Algorithm::EcdsaP256),
    };
    let given = table.optional_text("keyid");
    let keyid = given.as_ref().map(|hex| key_id(reading, hex));
    taken.claim(reading, "keyid", given.as_ref());
    let leaves = table.optional_flag("leaves");
    let place = match (keyid, leaves) {
        (None, Some(leaves)) if leaves.value => {
            let sentence = format!(
                "`{}` is set, but the key has no `keyid`: only a key of the trusted root can leave.",
                leaves.key
            );
            reading.add(leaves.line, leaves.key, sentence);
            None
        }
        (None, _) => Some(Place::Joins),
        (Some(None), _) => None,
        (Some(Some(id)), Some(leaves)) if leaves.value => Some(Place::Leaves(id)),
        (Some(Some(id)), _) => Some(Place::Stays(id)),
    };
    if let (Some((line, _)), Some(Place::Stays(_) | Place::Leaves(_))) = (&spare, place) {
        let sentence = format!(
            "`{}` is for a key that is made here; a key that exists is on its own token only.",
            table.key("spare")
        );
        reading.add(*line, table.key("spare"), sentence);
    }
    Some(KeyPlan {
        name,
        place: place?,
        token: named?,
        serial,
        algorithm: algorithm?,
        label: label?,
        policies,
        spare: spare.map(|(_, spare)| spare),
    })
}

/// Takes the token for one key, and gives its serial number: the one that stands in the name of a
/// `YubiKey`, otherwise the one that is given.
fn claim_token(
    reading: &Reading<'_>,
    taken: &mut Taken,
    written: Option<&Found<String>>,
    given: Option<Found<String>>,
) -> Option<String> {
    let inside = written.and_then(|written| {
        let named = token_name::yubikey(&TokenName(written.value.clone()))?;
        Some(written.clone().map(|_| named.serial.to_string()))
    });
    let Some(inside) = inside else {
        taken.claim(reading, "token", written);
        taken.claim(reading, "serial", given.as_ref());
        return given.map(|serial| serial.value);
    };
    // Whatever the slot: one YubiKey has one PIN, and so one holder.
    taken.claim(reading, "serial", Some(&inside));
    if let Some(given) = given.filter(|given| given.value != inside.value) {
        let sentence = format!(
            "`{}` is {:?}, but the token is named by the serial {:?}.",
            given.key, given.value, inside.value
        );
        reading.add(given.line, given.key, sentence);
    }
    Some(inside.value)
}

/// The spare token of a key, and the line where it stands.
fn read_spare(
    reading: &Reading<'_>,
    table: &Section<'_, '_>,
    taken: &mut Taken,
    kind: Option<TokenKind>,
) -> Option<(u32, Spare)> {
    let written = table
        .optional_text("spare")
        .and_then(|spare| table.one_line(spare, TOKEN))?;
    let named = known_token(reading, written.clone())?;
    if kind.is_some() && named.kind() != kind {
        let sentence = format!(
            "`{}` is {:?}; the spare is a token of the same kind as the one whose place it takes.",
            written.key, named.0
        );
        reading.add(written.line, written.key.clone(), sentence);
    }
    let serial = claim_token(reading, taken, Some(&written), None);
    Some((
        written.line,
        Spare {
            token: named,
            serial,
        },
    ))
}

fn known_token(reading: &Reading<'_>, found: Found<String>) -> Option<TokenName> {
    let name = TokenName(found.value);
    if name.kind().is_none() {
        let sentence = match name.0.split_once(':') {
            Some((kind, _)) => format!(
                "This binary has no token kind `{}`: it has `yubikey`, `pkcs11` and `file`.",
                kind.escape_debug()
            ),
            None => format!(
                "`{}` is {:?}; a token is named `yubikey:SERIAL`, `pkcs11:…` (RFC 7512) or \
                 `file:PATH`.",
                found.key, name.0
            ),
        };
        reading.add(found.line, found.key, sentence);
        return None;
    }
    if let Err(problem) = crate::ceremony::token_name::check_name(&name) {
        reading.add(found.line, found.key, format!("{problem}."));
        return None;
    }
    Some(name)
}

/// How many of each duty must be there: one administrator, every keyholder, one witness, where
/// the plan does not say otherwise.
pub(super) fn quorum(
    reading: &Reading<'_>,
    section: Option<Section<'_, '_>>,
    people: &[Found<Participant>],
) -> BTreeMap<Duty, u32> {
    let mut quorum = BTreeMap::new();
    for duty in Duty::ALL {
        let listed = people.iter().filter(|p| p.value.duty == duty).count();
        let listed = u32::try_from(listed).unwrap_or(u32::MAX);
        let wanted = match duty {
            Duty::Keyholder => listed,
            Duty::Administrator | Duty::Witness => listed.min(1),
            Duty::Auditor => 0,
        };
        let given = section
            .as_ref()
            .and_then(|s| s.optional_number(duty.name(), 0..=1000));
        let number = given
            .as_ref()
            .map_or(wanted, |n| u32::try_from(n.value).unwrap_or(wanted));
        if let Some(given) = given
            && number > listed
        {
            let sentence = format!(
                "`{}` is {number}, but the plan lists {listed} people with the duty {}.",
                given.key,
                duty.name()
            );
            reading.add(given.line, given.key, sentence);
        }
        quorum.insert(duty, number);
    }
    if let Some(section) = section {
        section.finish();
    }
    quorum
}

/// What is taken already: names, initials, tokens; and where.
#[derive(Default)]
struct Taken(BTreeMap<(&'static str, String), u32>);

impl Taken {
    fn claim(&mut self, reading: &Reading<'_>, what: &'static str, found: Option<&Found<String>>) {
        let Some(found) = found else { return };
        let place = (what, found.value.clone());
        if let Some(line) = self.0.get(&place) {
            let sentence = format!(
                "The {what} {:?} is taken at line {line}; no two people may share it.",
                found.value
            );
            reading.add(found.line, found.key.clone(), sentence);
        } else {
            self.0.insert(place, found.line);
        }
    }
}
