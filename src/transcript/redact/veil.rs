//! A ceremony as the public may see it: ids for names, and nothing that tells one token from another.
//!
//! What is derived from it says what is derived from the ceremony itself, wherever that does not depend on
//! what is withheld.

mod tokens;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::allowed::is_own;
use super::gate::Gate;
use crate::ceremony::chronicle::{Cause, Chronicle, Turn};
use crate::ceremony::effect::FileDigest;
use crate::ceremony::plan::{Plan, Withheld};
use crate::ceremony::procedure::Procedure;
use crate::ceremony::script::Script;
use crate::ceremony::state::{Here, LogCopy, State};
use crate::digest::Sha256;
use crate::transcript::audit::Finding;

/// What stands in the place of what is withheld.
pub const WITHHELD: &str = "withheld";

/// Stands for a digest that is withheld: that of no text that anybody has.
pub const NO_DIGEST: Sha256 = Sha256([0; 32]);

/// What an audit derived and found, without what is withheld.
pub struct Veiled {
    /// The state.
    pub state: State,
    /// What happened when.
    pub chronicle: Chronicle,
    /// The findings.
    pub findings: Vec<Finding>,
}

/// What is said of a rule that the copy alone does not show to hold.
const ELSEWHERE: &str = "found by the audit of the whole ceremony; what it said there is withheld";

/// Which files beside the transcript a copy has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The script.
    pub script: bool,
    /// The seal.
    pub seal: bool,
}

/// Takes out what the plan withholds. `own` is what the copy shows by itself.
///
/// An audit's words may repeat anything, a digest that confirms a guess as well: of each rule the verdict is
/// that of the whole ceremony, and the words are those that the copy leads to.
pub fn veil(
    state: &State,
    chronicle: &Chronicle,
    findings: &[Finding],
    own: &[Finding],
    gate: &Gate,
    beside: Beside,
) -> Veiled {
    let open = state.procedure.plan.publish.is_open();
    let veil = Veil { gate };
    let mut veiled = Veiled {
        state: state.clone(),
        chronicle: chronicle.clone(),
        findings: findings.to_vec(),
    };
    if !open {
        veil.of_state(&mut veiled.state, beside);
        of_chronicle(&mut veiled.chronicle);
        for finding in &mut veiled.findings {
            let same = own
                .iter()
                .find(|own| own.rule == finding.rule && own.verdict == finding.verdict);
            finding.sentence = same.map_or(ELSEWHERE, |own| &own.sentence).to_owned();
        }
    }
    veiled
}

struct Veil<'g> {
    gate: &'g Gate,
}

impl Veil<'_> {
    fn clean(&self, text: &mut String) {
        *text = self.gate.cleaned(text);
    }

    fn of_state(&self, state: &mut State, beside: Beside) {
        let tokens = state.procedure.plan.publish.withholds(Withheld::Serials);
        let mut plan = state.procedure.plan.clone();
        self.of_plan(&mut plan);
        let mut script = state.procedure.script.clone();
        self.of_script(&mut script, beside.script);
        state.procedure = Arc::new(Procedure::new(script, plan));
        state.asking = None;
        state.in_flight = None;
        state.in_doubt = None;
        state.here = Here::default();
        state.mending = Here::default();
        if !state.procedure.plan.publish.is_open() {
            // the digest of what was on the screen would confirm a guess
            state.recording = None;
        }
        if let Some(opening) = &mut state.opening {
            opening.plan = state.procedure.plan.digest;
            opening.script = state.procedure.script.digest;
            WITHHELD.clone_into(&mut opening.plan_directory);
        }
        for held in state.keys.values_mut() {
            self.of_key(held, tokens);
        }
        if tokens {
            state.attested.clear();
        }
        let attested = std::mem::take(&mut state.attested).into_iter();
        let attested = attested.map(|(path, digest)| (self.gate.cleaned(&path), digest));
        state.attested = attested.collect();
        for medium in state.media.values_mut() {
            for text in [
                &mut medium.place,
                &mut medium.model,
                &mut medium.serial,
                &mut medium.label,
                &mut medium.uuid,
            ] {
                self.of_token(text, tokens);
            }
            medium.mounted = None;
        }
        for check in &mut state.checks {
            WITHHELD.clone_into(&mut check.found);
            check.advice.clear();
        }
        let mut inputs = BTreeMap::new();
        for (path, mut file) in std::mem::take(&mut state.inputs) {
            file.envelope = None;
            // by its name nothing is looked up any more than before
            let clean = self.gate.cleaned(&path);
            inputs.insert(clean, file);
        }
        state.inputs = inputs;
        if let LogCopy::Lost(_) = state.log {
            state.log = LogCopy::Detached;
        }
        for exception in &mut state.exceptions {
            let exception = Arc::make_mut(exception);
            for text in [
                &mut exception.expected,
                &mut exception.happened,
                &mut exception.decided,
            ] {
                WITHHELD.clone_into(text);
            }
        }
        for gone in &mut state.defunct {
            WITHHELD.clone_into(&mut gone.reason);
        }
        for file in &mut state.written {
            self.of_path(file);
        }
        state.exported.values_mut().flatten().for_each(|file| {
            file.sha256 = NO_DIGEST;
            self.of_path(file);
        });
        if let Some(sealing) = state.seal.as_mut().filter(|_| beside.seal) {
            if let Some(file) = &mut sealing.written {
                self.of_path(file);
            }
        } else {
            state.seal = None;
        }
    }

    /// The last part of a path says which file it is; where that lies is nobody's business.
    fn of_path(&self, file: &mut FileDigest) {
        let name = file.name.rsplit('/').next().unwrap_or_default();
        file.name = self.gate.cleaned(name);
    }

    /// What is in the script as people read it, and its digest where the copy is without it.
    fn of_script(&self, script: &mut Script, published: bool) {
        if !published {
            script.digest = NO_DIGEST;
        }
        self.clean(&mut script.name);
        self.clean(&mut script.title);
        self.clean(&mut script.about);
        for act in &mut script.acts {
            self.clean(&mut act.title);
            for step in &mut act.steps {
                self.clean(&mut step.title);
                self.clean(&mut step.say);
            }
        }
    }

    fn of_plan(&self, plan: &mut Plan) {
        let (names, tokens) = (
            plan.publish.withholds(Withheld::Names),
            plan.publish.withholds(Withheld::Serials),
        );
        if plan.publish.salt.is_none() {
            plan.digest = NO_DIGEST;
        }
        self.clean(&mut plan.title);
        self.clean(&mut plan.location);
        if plan.publish.withholds(Withheld::Location) {
            WITHHELD.clone_into(&mut plan.location);
        }
        for person in &mut plan.participants {
            if names {
                person.name.clone_from(&person.id.0);
                person.initials.clone_from(&person.id.0);
            }
            person
                .keys
                .iter_mut()
                .for_each(|key| self.of_key_plan(key, tokens));
        }
        if let Some(root) = &mut plan.root {
            if names {
                root.keep
                    .iter_mut()
                    .map(|kept| &mut kept.name)
                    .chain(root.remove.iter_mut().map(|gone| &mut gone.name))
                    .for_each(|name| WITHHELD.clone_into(name));
            }
            for file in root.roles.values_mut().flat_map(|role| &mut role.keys) {
                self.clean(&mut file.path);
            }
        }
        for path in &mut plan.output {
            self.clean(path);
        }
        if let Some(trusted) = &mut plan.trusted {
            self.clean(&mut trusted.path);
        }
        if let Some(staged) = &mut plan.staged {
            self.clean(&mut staged.path);
            let more = staged.also.iter_mut().chain(&mut staged.delegated_by);
            more.chain(&mut staged.previous)
                .for_each(|path| self.clean(path));
        }
    }
}

fn of_chronicle(chronicle: &mut Chronicle) {
    for decision in &mut chronicle.decisions {
        if let Turn::Aborted(reason) | Turn::Withdrawn(reason) = &mut decision.turn {
            WITHHELD.clone_into(reason);
        }
    }
    for halt in &mut chronicle.halts {
        if let Cause::Left(reason) = &mut halt.cause
            && !is_own(reason)
        {
            WITHHELD.clone_into(reason);
        }
    }
}
