//! The procedure of the sample ceremony.

use std::collections::BTreeMap;

use rootstage::ceremony::plan::Transport;
use rootstage::ceremony::plan::{
    AttestationPolicy, Duty, KeyIds, KeyName, KeyPlan, Mode, Participant, ParticipantId, Place,
    Plan, PlanPolicy, ProvisioningPolicy, RootPlan, SealPlan,
};
use rootstage::ceremony::procedure::Procedure;
use rootstage::ceremony::script::{Act, Answerer, Each, Script, Step};
use rootstage::ceremony::token::{Algorithm, TokenName};
use rootstage::digest::Sha256;
use time::macros::datetime;

fn person(id: &str, name: &str, initials: &str, duty: Duty) -> Participant {
    Participant {
        id: ParticipantId(id.to_owned()),
        name: name.to_owned(),
        initials: initials.to_owned(),
        duty,
        keys: (duty == Duty::Keyholder)
            .then(|| key(id, Place::Joins))
            .into_iter()
            .collect(),
    }
}

pub fn key(name: &str, place: Place) -> KeyPlan {
    KeyPlan {
        name: KeyName(name.to_owned()),
        place,
        token: TokenName(format!("pkcs11:token={name};serial=00{}", name.len())),
        serial: None,
        algorithm: Algorithm::EcdsaP256,
        policies: None,
        spare: None,
        label: format!("root-{name}"),
    }
}

fn step(id: &str, title: &str, by: &[Answerer], each: Each) -> Step {
    Step {
        id: id.to_owned(),
        kind: id.to_owned(),
        title: title.to_owned(),
        by: by.to_vec(),
        minutes: 5,
        say: String::new(),
        each,
        line: 1,
    }
}

#[expect(clippy::too_many_lines, reason = "a whole script")]
pub fn procedure(mode: Mode) -> Procedure {
    let admin = Answerer::Duty(Duty::Administrator);
    let witness = Answerer::Duty(Duty::Witness);
    let act = |id: &str, title: &str, steps: Vec<Step>| Act {
        id: id.to_owned(),
        title: title.to_owned(),
        steps,
    };
    let script = Script {
        digest: Sha256::of(b"script"),
        name: "first-root".to_owned(),
        title: "First root".to_owned(),
        about: String::new(),
        mode,
        changes: None,
        acts: vec![
            act(
                "opening",
                "Opening",
                vec![
                    step("welcome", "Welcome and roll call", &[admin], Each::Once),
                    step(
                        "plan",
                        "Plan digest read aloud",
                        &[admin, witness],
                        Each::Once,
                    ),
                    step("environment", "Environment checks", &[admin], Each::Once),
                    step(
                        "clock",
                        "Clock compared with a watch",
                        &[admin, witness],
                        Each::Once,
                    ),
                ],
            ),
            act(
                "keys",
                "Keys",
                vec![
                    step(
                        "identify",
                        "present the token",
                        &[Answerer::Holder],
                        Each::Keyholder,
                    ),
                    step(
                        "generate",
                        "generate the key",
                        &[Answerer::Holder, witness],
                        Each::Keyholder,
                    ),
                    step(
                        "prove",
                        "prove possession",
                        &[Answerer::Holder],
                        Each::Keyholder,
                    ),
                ],
            ),
            act(
                "root",
                "Root",
                vec![
                    step(
                        "assemble",
                        "Root assembled from the plan",
                        &[admin],
                        Each::Once,
                    ),
                    step(
                        "review",
                        "review the content",
                        &[Answerer::Holder, witness],
                        Each::Keyholder,
                    ),
                    step(
                        "sign",
                        "sign the root",
                        &[Answerer::Holder],
                        Each::Keyholder,
                    ),
                ],
            ),
            act(
                "closing",
                "Closing",
                vec![
                    step("write", "Written out and read back", &[admin], Each::Once),
                    step(
                        "head",
                        "Transcript head on paper",
                        &[admin, witness],
                        Each::Once,
                    ),
                ],
            ),
        ],
    };
    let plan = Plan {
        transport: Transport::default(),
        seal: SealPlan::default(),
        publish: rootstage::ceremony::plan::PublishPlan::default(),
        digest: Sha256::of(b"plan"),
        title: "First root of Example Corp".to_owned(),
        script: "first-root".to_owned(),
        mode,
        location: "Vault 2".to_owned(),
        participants: vec![
            person("dora", "Dora Dean", "DD", Duty::Administrator),
            person("alice", "Alice Adams", "AA", Duty::Keyholder),
            person("bob", "Bob Brown", "BB", Duty::Keyholder),
            person("carol", "Carol Clark", "CC", Duty::Keyholder),
            person("wim", "Wim Winter", "WW", Duty::Witness),
        ],
        quorum: BTreeMap::new(),
        trusted: None,
        staged: None,
        root: Some(RootPlan {
            version: 1,
            threshold: 2,
            expires: datetime!(2027-11-23 0:00 UTC),
            consistent_snapshot: true,
            roles: BTreeMap::new(),
            keep: vec![],
            remove: vec![],
            key_ids: KeyIds::Keep,
        }),
        policy: PlanPolicy {
            expiry_min_days: 30,
            expiry_max_days: 400,
            allow_p384: false,
            no_spare_acknowledged: false,
            required_checks: vec![],
            clock_tolerance_minutes: 2,
            signing_continues: false,
            provisioning: ProvisioningPolicy {
                pin_tries: 3,
                puk_tries: 3,
                escrow: vec![],
            },
            attestation: AttestationPolicy::default(),
        },
        output: vec![],
    };
    Procedure::new(script, plan)
}
