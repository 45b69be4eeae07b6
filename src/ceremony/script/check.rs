//! The order that a script must keep: a small model of what a ceremony knows at each step.
//!
//! The engine would refuse a step that comes too early only on the day, with the room waiting.
//! Here the same order is checked beforehand, from the kinds of the steps alone.

use super::{Answerer, Each, Script, Step};
use crate::ceremony::problem::Problem;
use crate::ceremony::steps::{self, Kind, Repetition};

/// What a kind of step demands of the steps around it.
struct Rule {
    kind: &'static str,
    /// Kinds that must stand before it, and why.
    after: &'static [(&'static str, &'static str)],
    /// Kinds that must not stand before it, and why.
    not_after: &'static [(&'static str, &'static str)],
    /// Kind that must follow it, and why.
    followed_by: Option<(&'static str, &'static str)>,
    /// Whether it may stand more than once.
    again: Again,
}

/// Whether a kind may stand in a script more than once.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    Yes,
    No,
}

const WHO: (&str, &str) = ("roll-call", "until then nobody knows who is in the room");
const WHAT: (&str, &str) = (
    "plan-digest",
    "until then nobody knows that this is the plan that was reviewed",
);

const SEALED: (&str, &str) = (
    "seal",
    "the seal covers every file, and what comes after it is not sealed",
);

/// Either of two kinds gives the content.
const CONTENT: (&str, &str) = (
    "assemble-root|import-staged",
    "there is nothing to look at yet",
);

/// Every kind with rules. Kinds without an entry may stand anywhere before `close`.
const RULES: &[Rule] = &[
    rule("roll-call", &[], &[]),
    rule("plan-digest", &[WHO], &[]),
    rule(
        "environment",
        &[WHO],
        &[(
            "generate-key",
            "the machine must be found fit before keys are made on it",
        )],
    ),
    rule(
        "clock",
        &[WHO],
        &[(
            "assemble-root",
            "the root's dates must be judged by a clock that people compared",
        )],
    ),
    rule("present-token", &[WHO], &[]),
    Rule {
        kind: "generate-key",
        after: &[
            WHO,
            WHAT,
            (
                "present-token",
                "until then it is not known whose token is in the reader",
            ),
        ],
        not_after: &[(
            "assemble-root",
            "a key made after the root was assembled is not in it",
        )],
        followed_by: Some((
            "prove-possession",
            "a key counts only when its token has shown that it can sign",
        )),
        again: Again::No,
    },
    rule(
        "show-key",
        &[("generate-key", "there is no key to show yet")],
        &[(
            "assemble-root",
            "keys must be compared before they are in the root",
        )],
    ),
    rule(
        "prove-possession",
        &[(
            "show-key|trusted-root",
            "people must have compared the key, or the root that lists it, before",
        )],
        &[("assemble-root", "a key is proved before it is in the root")],
    ),
    Rule {
        kind: "assemble-root",
        after: &[
            WHAT,
            (
                "prove-possession|trusted-root",
                "there are no keys to put into the root yet",
            ),
        ],
        not_after: &[],
        followed_by: Some(("sign", "an unsigned root is of no use")),
        again: Again::No,
    },
    rule(
        "trusted-root",
        &[WHAT],
        &[
            (
                "assemble-root",
                "the new root follows from the one that clients trust",
            ),
            (
                "import-staged",
                "content is judged by the root that clients trust",
            ),
        ],
    ),
    Rule {
        kind: "import-staged",
        after: &[WHAT],
        not_after: &[(
            "sign",
            "what is signed is frozen before the first signature",
        )],
        followed_by: Some(("sign", "content that nobody signs is of no use")),
        again: Again::No,
    },
    rule(
        "findings",
        &[CONTENT],
        &[(
            "sign",
            "what stops a ceremony is known before anybody signs",
        )],
    ),
    rule(
        "review",
        &[CONTENT],
        &[("sign", "content is reviewed before it is signed, not after")],
    ),
    Rule {
        kind: "sign",
        after: &[WHO, WHAT, CONTENT],
        not_after: &[SEALED],
        followed_by: Some((
            "verify-result",
            "signatures that nobody verified prove nothing",
        )),
        again: Again::No,
    },
    Rule {
        kind: "verify-result",
        after: &[("sign", "there are no signatures to verify yet")],
        not_after: &[],
        followed_by: Some(("write-out", "the result must leave the room in a file")),
        again: Again::No,
    },
    Rule {
        kind: "write-out",
        after: &[("verify-result", "only a verified root may be written out")],
        not_after: &[SEALED],
        followed_by: Some((
            "head",
            "the paper must hold the transcript head that covers the files",
        )),
        again: Again::Yes,
    },
    Rule {
        kind: "export",
        after: &[(
            "write-out",
            "what leaves must be in the ceremony directory before",
        )],
        not_after: &[SEALED],
        followed_by: Some((
            "head",
            "the paper must hold the transcript head that covers what left",
        )),
        again: Again::No,
    },
    Rule {
        kind: "seal",
        after: &[
            WHO,
            WHAT,
            (
                "present-token|sign",
                "until then it is not known whose token is in the reader",
            ),
        ],
        not_after: &[],
        followed_by: Some((
            "head",
            "the paper must hold the transcript head that covers the seal",
        )),
        again: Again::No,
    },
    rule("head", &[WHO], &[]),
    Rule {
        kind: "close",
        after: &[WHO, ("head", "the paper must hold the transcript head")],
        not_after: &[],
        followed_by: None,
        again: Again::No,
    },
];

const fn rule(
    kind: &'static str,
    after: &'static [(&'static str, &'static str)],
    not_after: &'static [(&'static str, &'static str)],
) -> Rule {
    Rule {
        kind,
        after,
        not_after,
        followed_by: None,
        again: Again::Yes,
    }
}

/// Kinds that are done by the program alone, so that nobody need take a seat.
const ASKS_NOBODY: &[&str] = &["assemble-root"];

/// What is wrong with a step by itself.
pub fn alone(step: &Step) -> Vec<String> {
    let mut sentences = Vec::new();
    let kind = step.kind.as_str();
    match steps::kind(kind).map(Kind::each) {
        Some(Repetition::Fixed(each)) if each != step.each => {
            sentences.push(match word(each) {
                None => format!("A step of kind `{kind}` is done once: remove `each`."),
                Some(word) => format!(
                    "A step of kind `{kind}` is done so for {}: add `each = \"{word}\"`.",
                    each.words().to_lowercase()
                ),
            });
        }
        Some(Repetition::OfKey) if matches!(step.each, Each::Once | Each::Keyholder) => {
            sentences.push(format!(
                "A step of kind `{kind}` is done for keys: add `each` with \"new-key\", \"held-key\" or \
                 \"key\"."
            ));
        }
        _ => {}
    }
    if step.each == Each::Once && step.by.contains(&Answerer::Holder) {
        sentences.push(
            "`by` names the `holder`, but the step is not done for each keyholder: add \
             `each = \"keyholder\"`, or say `keyholder`."
                .to_owned(),
        );
    }
    if step
        .by
        .iter()
        .filter(|seat| **seat == Answerer::Holder)
        .count()
        > 1
    {
        sentences.push("`by` names the `holder` twice; that is one person.".to_owned());
    }
    if step.by.is_empty() && !ASKS_NOBODY.contains(&kind) {
        sentences.push(format!(
            "`by` is empty, but a step of kind `{kind}` asks people: say who answers."
        ));
    }
    if step.by.len() > 4 {
        sentences.push("`by` has more than 4 seats; at most 4 people answer one step.".to_owned());
    }
    if step.each == Each::Once && step.say.contains("{holder}") {
        sentences.push(
            "`say` has `{holder}`, but the step is not done for each keyholder, so that there is \
             no name to put there."
                .to_owned(),
        );
    }
    sentences
}

/// The word for it in scripts; `None` for once.
fn word(each: Each) -> Option<&'static str> {
    let words = Each::WORDS.iter();
    words
        .clone()
        .find(|(_, known)| *known == each)
        .map(|(word, _)| *word)
}

/// What is wrong with the order of the steps.
pub fn order(script: &Script) -> Vec<Problem> {
    let all: Vec<&Step> = script.acts.iter().flat_map(|act| &act.steps).collect();
    let mut problems = Vec::new();
    for (index, step) in all.iter().enumerate() {
        let before = all.get(..index).unwrap_or_default();
        let behind = all.get(index + 1..).unwrap_or_default();
        if let Some(rule) = RULES.iter().find(|rule| rule.kind == step.kind) {
            for sentence in broken(rule, step, before, behind) {
                problems.push(Problem::new(
                    step.line,
                    format!("step.{}", step.id),
                    sentence,
                ));
            }
        }
        if step.kind == "sign" && !before.iter().any(|step| is_review_by_holder(step)) {
            let sentence = format!(
                "`{}` (sign) needs a step of kind `review` before it with `each = \"keyholder\"` and \
                 the `holder` in `by`: nobody signs what they have not approved themselves.",
                step.id
            );
            problems.push(Problem::new(
                step.line,
                format!("step.{}", step.id),
                sentence,
            ));
        }
        if step.kind == "close" && !behind.is_empty() {
            let sentence = format!("`{}` closes the ceremony, but steps follow it.", step.id);
            problems.push(Problem::new(
                step.line,
                format!("step.{}", step.id),
                sentence,
            ));
        }
    }
    if let Some(last) = all.last()
        && last.kind != "close"
    {
        let sentence = format!(
            "The last step, `{}`, is of kind `{}`; it must be of kind `close`.",
            last.id, last.kind
        );
        problems.push(Problem::new(
            last.line,
            format!("step.{}", last.id),
            sentence,
        ));
    }
    problems
}

fn is_review_by_holder(step: &Step) -> bool {
    step.kind == "review" && step.each == Each::Keyholder && step.by.contains(&Answerer::Holder)
}

fn broken(rule: &Rule, step: &Step, before: &[&Step], behind: &[&Step]) -> Vec<String> {
    let has = |steps: &[&Step], kinds: &str| {
        let mut kinds = kinds.split('|');
        kinds.any(|kind| steps.iter().any(|step| step.kind == kind))
    };
    let mut sentences = Vec::new();
    for (kind, why) in rule.after {
        if !has(before, kind) {
            let kinds = kind.replace('|', "` or `");
            sentences.push(format!(
                "`{}` ({}) needs a step of kind `{kinds}` before it: {why}.",
                step.id, step.kind
            ));
        }
    }
    for (kind, why) in rule.not_after {
        if has(before, kind) {
            sentences.push(format!(
                "`{}` ({}) must stand before the step of kind `{kind}`: {why}.",
                step.id, step.kind
            ));
        }
    }
    if let Some((kind, why)) = rule.followed_by
        && !has(behind, kind)
    {
        sentences.push(format!(
            "`{}` ({}) needs a step of kind `{kind}` after it: {why}.",
            step.id, step.kind
        ));
    }
    if rule.again == Again::No && has(before, &step.kind) {
        sentences.push(format!(
            "`{}` is a second step of kind `{}`; a script has one.",
            step.id, step.kind
        ));
    }
    sentences
}
