//! Reading a script: TOML, all problems at once.

use super::check;
use super::{Act, Answerer, Each, Script, Step};
use crate::ceremony::plan::{Duty, Mode};
use crate::ceremony::problem::Problems;
use crate::ceremony::steps;
use crate::ceremony::suggest::{did_you_mean, list, nearest};
use crate::ceremony::toml_reader::{Found, Reading, Section};
use crate::digest::Sha256;
use crate::tuf::diff::Class;

/// Longest title, in characters: one line of a screen of 80 columns.
const TITLE: usize = 64;
/// Longest text to read out, in characters: about two minutes of reading.
const SAY: usize = 2400;
/// Largest time budget of one step, in minutes.
const MINUTES: u64 = 240;

/// The words for the two modes.
pub(crate) const MODES: [(&str, Mode); 2] = [
    ("production", Mode::Production),
    ("rehearsal", Mode::Rehearsal),
];

/// The words for what a root may change of the one before; its version always changes.
pub(crate) const CHANGES: [(&str, Class); 8] = [
    ("expiry", Class::Expiry),
    ("root-keys", Class::RootKeys),
    ("root-threshold", Class::RootThreshold),
    ("online-keys", Class::OnlineKeys),
    ("online-thresholds", Class::OnlineThresholds),
    ("consistent-snapshot", Class::ConsistentSnapshot),
    ("specification", Class::Specification),
    ("other", Class::Other),
];

/// The words for those who answer.
const ANSWERERS: [(&str, Answerer); 6] = [
    ("administrator", Answerer::Duty(Duty::Administrator)),
    ("keyholder", Answerer::Duty(Duty::Keyholder)),
    ("witness", Answerer::Duty(Duty::Witness)),
    ("auditor", Answerer::Duty(Duty::Auditor)),
    ("holder", Answerer::Holder),
    ("anyone", Answerer::Anyone),
];

impl Answerer {
    /// The word for it in scripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Duty(duty) => duty.name(),
            Self::Holder => "holder",
            Self::Anyone => "anyone",
        }
    }
}

impl Script {
    /// Reads a script, or tells everything that is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problems> {
        let reading = Reading::new(bytes)?;
        let script = read(&reading, Sha256::of(bytes));
        if let Some(script) = &script {
            for problem in check::order(script) {
                reading.add(problem.line, problem.key, problem.sentence);
            }
        }
        match script {
            Some(script) if reading.clean() => Ok(script),
            _ => Err(reading.into_problems()),
        }
    }
}

/// What could be read. Keys that could not be read are on record as problems; `None` only where
/// too little is left for the checks of order to make sense.
fn read(reading: &Reading<'_>, digest: Sha256) -> Option<Script> {
    let top = reading.top();
    let header = top.section("script");
    let name = header.as_ref().and_then(|h| h.id("name"));
    let title = header.as_ref().and_then(|h| h.line_of_text("title", TITLE));
    let about = header.as_ref().and_then(|h| h.paragraphs("about", SAY));
    let mode = header.as_ref().and_then(|h| h.one_of("mode", &MODES));
    let changes = header.as_ref().and_then(|h| {
        let words = h.optional_texts("changes")?;
        let classes = words.into_iter().map(|word| h.choose(word, &CHANGES));
        Some(classes.flatten().map(|class| class.value).collect())
    });
    if let Some(header) = &header {
        header.finish();
    }
    let mut ids = Ids::default();
    let mut whole = true;
    let mut acts = Vec::new();
    for section in top.sections("act") {
        let (act, complete) = read_act(reading, &section, &mut ids);
        whole &= complete;
        acts.push(act);
    }
    if acts.is_empty() && !top.has("act") {
        reading.add(
            0,
            "act",
            "The script has no act: it needs at least one `[[act]]`.",
        );
    }
    top.finish();
    if !whole || acts.iter().all(|act| act.steps.is_empty()) {
        return None;
    }
    Some(Script {
        digest,
        name: name.map(|n| n.value).unwrap_or_default(),
        title: title.map(|t| t.value).unwrap_or_default(),
        about: about.map(|a| a.value.trim().to_owned()).unwrap_or_default(),
        mode: mode.map_or(Mode::Production, |m| m.value),
        changes,
        acts,
    })
}

fn read_act(reading: &Reading<'_>, section: &Section<'_, '_>, ids: &mut Ids) -> (Act, bool) {
    let id = section.id("id");
    if let Some(id) = &id {
        ids.claim(reading, id, "act");
    }
    let title = section.line_of_text("title", TITLE);
    let steps = section.sections("step");
    if steps.is_empty() && !section.has("step") {
        section.add("This act has no step: it needs at least one `[[act.step]]`.");
    }
    let read: Vec<Option<Step>> = steps
        .iter()
        .map(|step| read_step(reading, step, ids))
        .collect();
    section.finish();
    let whole = read.iter().all(Option::is_some);
    let act = Act {
        id: id.map(|i| i.value).unwrap_or_default(),
        title: title.map(|t| t.value).unwrap_or_default(),
        steps: read.into_iter().flatten().collect(),
    };
    (act, whole)
}

fn read_step(reading: &Reading<'_>, section: &Section<'_, '_>, ids: &mut Ids) -> Option<Step> {
    let id = section.id("id");
    if let Some(id) = &id {
        ids.claim(reading, id, "step");
    }
    let kind = section.text("kind");
    let known = kind.as_ref().is_some_and(|kind| known_kind(reading, kind));
    let title = section.line_of_text("title", TITLE);
    let minutes = section.number("minutes", 1..=MINUTES);
    let say = section.paragraphs("say", SAY);
    let each = match section.optional_text("each") {
        Some(word) => section.choose(word, &Each::WORDS).map(|each| each.value),
        None => Some(Each::Once),
    };
    let by: Option<Vec<Answerer>> = section.texts("by").and_then(|words| {
        let seats: Vec<Option<Answerer>> = words
            .into_iter()
            .map(|word| section.choose(word, &ANSWERERS).map(|seat| seat.value))
            .collect();
        seats.into_iter().collect()
    });
    section.finish();
    let step = Step {
        kind: kind.filter(|_| known)?.value,
        id: id.map(|i| i.value).unwrap_or_default(),
        title: title.map(|t| t.value).unwrap_or_default(),
        minutes: minutes
            .and_then(|m| u32::try_from(m.value).ok())
            .unwrap_or(1),
        say: say.map(|s| s.value.trim().to_owned()).unwrap_or_default(),
        by: by?,
        each: each?,
        line: section.line,
    };
    for sentence in check::alone(&step) {
        section.add(sentence);
    }
    Some(step)
}

fn known_kind(reading: &Reading<'_>, kind: &Found<String>) -> bool {
    if steps::kind(&kind.value).is_some() {
        return true;
    }
    let names: Vec<&str> = steps::KINDS.iter().map(|kind| kind.name()).collect();
    let hint = nearest(&kind.value, names.iter().copied())
        .map_or_else(|| format!("Known: {}.", list(&names)), did_you_mean);
    let sentence = format!("There is no kind of step {:?}. {hint}", kind.value);
    reading.add(kind.line, kind.key.clone(), sentence);
    false
}

/// Ids that are taken, and the lines at which they are.
#[derive(Default)]
struct Ids(std::collections::BTreeMap<(&'static str, String), u32>);

impl Ids {
    fn claim(&mut self, reading: &Reading<'_>, id: &Found<String>, what: &'static str) {
        if let Some(line) = self.0.get(&(what, id.value.clone())) {
            let sentence = format!(
                "The id `{}` is taken by the {what} at line {line}; each {what} needs its own.",
                id.value
            );
            reading.add(id.line, id.key.clone(), sentence);
        } else {
            self.0.insert((what, id.value.clone()), id.line);
        }
    }
}

#[cfg(test)]
mod tests;
