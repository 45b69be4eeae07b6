//! What a plan may say, and what its reviewers should have decided knowingly.

use crate::ceremony::medium::Way;
use crate::ceremony::plan::{Mode, Plan, StagedPlan, Transport};
use crate::ceremony::token::TokenKind;
use crate::ceremony::token::piv::{PinPolicy, TouchPolicy};

/// Whole sentences, none of them a reason to refuse the plan.
pub fn cautions(plan: &Plan) -> Vec<String> {
    let mut sentences = Vec::new();
    for (person, key) in plan.keys() {
        let who = person.name_with(key);
        let Some(policies) = key.policies else {
            continue;
        };
        match (policies.pin, policies.touch) {
            (PinPolicy::Never, TouchPolicy::Never) => sentences.push(format!(
                "The key of {who} signs without PIN and without touch: any program on a machine to which its \
                 token is connected can sign with it, and nobody notices."
            )),
            (PinPolicy::Never, _) => sentences.push(format!(
                "The key of {who} signs without PIN: whoever has the token in hand can sign with it."
            )),
            (_, TouchPolicy::Never) => sentences.push(format!(
                "The key of {who} signs without touch: a program that knows the PIN can sign with it while \
                 nobody looks."
            )),
            _ => {}
        }
    }
    let on_yubikeys = plan.keys().any(|(_, key)| {
        key.tokens()
            .any(|token| token.kind() == Some(TokenKind::YubiKey))
    });
    let required = &plan.policy.attestation.required;
    let chain = required.iter().any(|id| id == "attestation.chain");
    if plan.mode == Mode::Production && on_yubikeys && !chain {
        sentences.push(
            "`policy.attestation.required` does not name `attestation.chain`: keys are used although nobody \
             vouches that they were made inside a YubiKey."
                .to_owned(),
        );
    }
    sentences.extend(of_transport(plan));
    sentences
}

fn of_transport(plan: &Plan) -> Vec<String> {
    let mut sentences = Vec::new();
    let transport = &plan.transport;
    if *transport == Transport::default() {
        return sentences;
    }
    let paths: Vec<&str> = incoming(plan).collect();
    let other_ways = transport.incoming != [Way::File];
    if other_ways && paths.is_empty() {
        sentences.push(
            "`transport.in` names ways by which metadata comes in, and this plan reads none: nothing will come."
                .to_owned(),
        );
    }
    if other_ways
        && !transport.incoming.contains(&Way::File)
        && transport.incoming.contains(&Way::Qr)
        && !transport.incoming.contains(&Way::Medium)
    {
        sentences.push(
            "Metadata comes in as QR codes only: without a camera or a hand scanner that works, nothing is signed \
             on that day."
                .to_owned(),
        );
    }
    if !transport.log {
        sentences.push(
            "`transport.log` is not set: the only copy of the record is the one on this machine, until somebody \
             copies it."
                .to_owned(),
        );
    }
    sentences
}

/// Paths of metadata that comes from outside.
fn incoming(plan: &Plan) -> impl Iterator<Item = &str> {
    let staged = plan.staged.iter().flat_map(StagedPlan::paths);
    let trusted = plan.trusted.iter().map(|trusted| &trusted.path);
    trusted.chain(staged).map(String::as_str)
}

/// Files of the plan that are one file on a medium, because only the last part of a path counts there.
pub fn same_on_a_medium(plan: &Plan) -> Option<(&str, &str)> {
    if !plan.transport.incoming.contains(&Way::Medium) {
        return None;
    }
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_lowercase();
    let paths: Vec<&str> = incoming(plan).collect();
    paths.iter().enumerate().find_map(|(at, path)| {
        let mut before = paths.iter().take(at);
        let twin = before.find(|other| *other != path && last(other) == last(path))?;
        Some((*twin, *path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::plan::{Outline, rehearsal};
    use crate::ceremony::token::piv::KeyPolicies;
    use time::macros::datetime;

    #[test]
    fn what_should_be_decided_knowingly_is_said_and_refuses_nothing() {
        let text = rehearsal(&Outline {
            title: "Rehearsal".to_owned(),
            location: "Room 1".to_owned(),
            keyholders: 2,
            threshold: 1,
            expires: datetime!(2027-06-30 12:00 UTC),
        });
        let text = text.replacen("file:tokens/keyholder-1.age", "yubikey:5", 1);
        let mut plan = Plan::parse(text.as_bytes()).unwrap();
        assert_eq!(cautions(&plan), [] as [String; 0]);
        for (pin, touch, says) in [
            (
                PinPolicy::Never,
                TouchPolicy::Never,
                "without PIN and without touch",
            ),
            (PinPolicy::Never, TouchPolicy::Cached, "signs without PIN:"),
            (PinPolicy::Once, TouchPolicy::Never, "signs without touch:"),
        ] {
            plan.participants
                .iter_mut()
                .flat_map(|person| &mut person.keys)
                .filter(|key| key.policies.is_some())
                .for_each(|key| key.policies = Some(KeyPolicies { pin, touch }));
            let said = cautions(&plan);
            assert_eq!(said.len(), 1);
            assert!(said[0].contains(says), "{said:?}");
            let lines = plan.parameters();
            assert!(lines.contains(&("KNOW THIS".to_owned(), said[0].clone())));
        }
        plan.mode = Mode::Production;
        let said = cautions(&plan);
        assert_eq!(said.len(), 2);
        assert!(said[1].contains("`attestation.chain`"), "{said:?}");
        plan.policy.attestation.required = vec!["attestation.chain".to_owned()];
        assert_eq!(cautions(&plan).len(), 1);
    }
}
