//! What a forger would say of YubiKeys: that another one was provisioned, that one was declared dead.

use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::event::Event;
use rootstage::ceremony::plan::{KeyName, Mode, ParticipantId};
use rootstage::ceremony::token::piv::Provisioning;
use rootstage::digest::Sha256;
use rootstage::transcript::seal;

use crate::forger::loose;
use crate::forgeries::found;
use crate::room::{Room, plan};
use crate::storyteller::{self, Story};
use crate::yubikeys::YubiKey;
use crate::yubikeys::certificates::{Device, Key};
use crate::{Desk, Loose, artefacts};

/// A finished ceremony in which the first keyholder's token died after it was provisioned.
fn desk() -> Desk {
    let plan = plan(2, 2)
        .replace(
            "token = \"file:tokens/keyholder-1.age\"",
            "token = \"yubikey:1001\"\nspare = \"yubikey:1009\"",
        )
        .replace(
            "token = \"file:tokens/keyholder-2.age\"",
            "token = \"yubikey:1002\"",
        );
    let mut room = Room::prepared(&plan);
    for serial in [1001, 1002, 1009] {
        let mut drawer = room.drawer.lock().unwrap();
        drawer.insert(serial, YubiKey::factory());
    }
    room.begin().unwrap();
    // the procedure changes when the spare comes: the audit begins with the one of the files
    let procedure = room.state().procedure.clone();
    room.until("prove.keyholder-1", "secret");
    {
        let mut drawer = room.drawer.lock().unwrap();
        let card = drawer.get_mut(&1001).unwrap();
        (card.pin_tries.0, card.puk_tries.0) = (0, 0);
    }
    room.go_on();
    room.types(&["spare"]).unwrap();
    room.go_on();
    Desk::with(room, procedure)
}

fn is_replaced(record: &Loose) -> bool {
    matches!(record.event, Event::TokenReplaced { .. })
}

fn is_provisioned(record: &Loose) -> bool {
    matches!(record.event, Event::TokenProvisioned { .. })
}

#[test]
fn a_token_is_declared_dead_by_two_people_who_typed_it_or_not_at_all() {
    let desk = desk();
    let id = |text: &str| ParticipantId(text.to_owned());
    found(&desk, "script.followed", is_replaced, |records, at| {
        if let Event::TokenReplaced { by, .. } = &mut records[at].event {
            by.truncate(1);
        }
    });
    found(&desk, "script.followed", is_replaced, |records, at| {
        if let Event::TokenReplaced { by, .. } = &mut records[at].event {
            *by = vec![id("keyholder-2"), id("witness")];
        }
    });
    found(&desk, "script.followed", is_replaced, |records, at| {
        if let Event::TokenReplaced { key, .. } = &mut records[at].event {
            *key = KeyName("keyholder-2".to_owned());
        }
    });
    // without the entry in the exception log
    found(&desk, "script.followed", is_replaced, |records, at| {
        records.remove(at - 1);
    });
    // and without anybody having typed it
    let typed =
        |record: &Loose| matches!(&record.event, Event::Answered { ask, .. } if ask == "dead");
    found(&desk, "script.followed", typed, |records, at| {
        if let Event::Answered { answer, .. } = &mut records[at].event {
            answer.typed = vec!["DEAD 1002".to_owned()];
        }
    });
    found(&desk, "script.followed", typed, |records, at| {
        records.drain(at - 1..=at);
    });
}

#[test]
fn nobody_replaces_a_token_out_of_the_blue() {
    let desk = desk();
    let signing = |record: &Loose| matches!(&record.event, Event::Asked(ask) if ask.name == "consent" && record.step == "sign.keyholder-2");
    found(&desk, "script.followed", signing, |records, at| {
        let mut forged = records[at].clone();
        forged.actor = "keyholder-2".to_owned();
        forged.event = Event::TokenReplaced {
            key: KeyName("keyholder-2".to_owned()),
            by: vec![
                ParticipantId("keyholder-2".to_owned()),
                ParticipantId("witness".to_owned()),
            ],
        };
        records.insert(at, forged);
    });
}

/// A finished ceremony in which a maker vouched for the first keyholder's key, as the plan demands.
fn attested_desk() -> Desk {
    attested_desk_with("")
}

fn attested_desk_with(more: &str) -> Desk {
    let plan = plan(2, 2).replace(
        "token = \"file:tokens/keyholder-1.age\"",
        "token = \"yubikey:1001\"",
    );
    let plan = format!(
        "{plan}\n[policy.attestation]\nrequired = [\"attestation.chain\", \"attestation.key\"]\n\
         intermediates = [\"between.pem\"]\ntest_roots = [\"root.pem\"]\n{more}"
    );
    let mut room = Room::prepared(&plan);
    let device = Device::default();
    let between = device.between().concat();
    std::fs::write(room.home.path().join("between.pem"), between).unwrap();
    std::fs::write(room.home.path().join("root.pem"), device.root()).unwrap();
    let mut card = YubiKey::factory();
    card.attests = Some(|_| ());
    room.drawer.lock().unwrap().insert(1001, card);
    room.begin().unwrap();
    Desk::of(room)
}

fn is_attested(record: &Loose) -> bool {
    matches!(record.event, Event::KeyAttested(_))
}

#[test]
fn what_a_token_showed_cannot_be_made_better_or_worse() {
    let desk = attested_desk();
    // nothing was shown: the room would have been stopped, and the record says that it went on
    found(&desk, "script.followed", is_attested, |records, at| {
        if let Event::KeyAttested(evidence) = &mut records[at].event {
            evidence.certificates.clear();
        }
    });
    // the certificate of another key
    found(&desk, "script.followed", is_attested, |records, at| {
        if let Event::KeyAttested(evidence) = &mut records[at].event {
            let mut other = Device::default();
            other.leaf.spki = Key::p256("another").spki();
            evidence.certificates[0] = other.leaf();
        }
    });
    // another token's words of the key, with the true certificates
    found(&desk, "script.followed", is_attested, |records, at| {
        if let Event::KeyAttested(evidence) = &mut records[at].event {
            evidence.key.public_pem = crate::room::online_key(9);
        }
    });
    // of a key that was not asked about
    found(&desk, "script.followed", is_attested, |records, at| {
        if let Event::KeyAttested(evidence) = &mut records[at].event {
            evidence.key.label.push('!');
        }
    });
    // twice, and not at all
    found(&desk, "script.followed", is_attested, |records, at| {
        let again = records[at].clone();
        records.insert(at + 1, again);
    });
    found(&desk, "script.followed", is_attested, |records, at| {
        records.drain(at - 1..=at);
    });
}

/// Another version of the program put its verdict into other words, and these were sealed: a later audit takes
/// them as they are, and no others.
#[test]
fn the_words_of_another_version_about_an_attestation_are_those_that_were_sealed() {
    let desk = attested_desk_with("\n[seal]\nstatement = \"full\"\n\n[publish]\nwithhold = []\n");
    let told = |records: &[Loose], forged: &[usize]| {
        let story = Story {
            procedure: &desk.procedure,
            mode: Mode::Rehearsal,
            forged,
        };
        story.told(records)
    };
    let is_verdict = |name: &str| name.ends_with("/verdict.json");
    let words = b"what another version says";
    // which rules fail, where this program opened the ceremony, and this file lies there
    let failing_with = |program: &str, file: &[u8]| {
        let mut records = desk.loose();
        if let Event::CeremonyOpened(opening) = &mut records[0].event {
            program.clone_into(&mut opening.program);
        }
        let mut records = loose(&told(&records, &[]).1);
        let stated = |record: &Loose| matches!(record.event, Event::SealStated { .. });
        let at = records.iter().position(stated).unwrap();
        let Event::SealStated {
            statement, sha256, ..
        } = &mut records[at].event
        else {
            unreachable!()
        };
        let subjects = statement["subject"].as_array_mut().unwrap();
        let verdict = subjects
            .iter_mut()
            .find(|subject| is_verdict(subject["name"].as_str().unwrap()));
        verdict.unwrap()["digest"]["sha256"] = Sha256::of(words).hex().into();
        *sha256 = seal::digest(statement).unwrap();
        let (auditor, _) = told(&records, &[at]);
        let mut files = artefacts(&desk.room.dir());
        storyteller::files_of(auditor.state(), &mut files);
        for (name, bytes) in &mut files.attestations {
            if is_verdict(name) {
                file.clone_into(bytes);
            }
        }
        crate::failing(&auditor.finish(&files))
    };
    // nobody can make the signatures anew
    let earlier = "rootstage 0.0.1";
    assert_eq!(failing_with(earlier, words), ["seal.signatures"]);
    assert_eq!(
        failing_with(earlier, b"and what nobody sealed"),
        ["attestation.evidence", "seal.signatures"]
    );
    let now = rootstage::PROGRAM_VERSION;
    assert!(failing_with(now, words).contains(&"seal.statement"));
}

#[test]
fn what_was_provisioned_is_what_was_in_hand() {
    let desk = desk();
    found(&desk, "script.followed", is_provisioned, |records, at| {
        if let Event::TokenProvisioned { identity, .. } = &mut records[at].event {
            identity.serial = "1002".to_owned();
        }
    });
    found(&desk, "script.followed", is_provisioned, |records, at| {
        if let Event::TokenProvisioned { act, .. } = &mut records[at].event {
            *act = Provisioning::Puk;
        }
    });
    // an act for which nobody consented
    found(&desk, "script.followed", is_provisioned, |records, at| {
        let mut forged = records[at].clone();
        if let Event::TokenProvisioned { act, .. } = &mut forged.event {
            *act = Provisioning::Reset;
        }
        records.insert(at + 1, forged);
    });
    let intended =
        |record: &Loose| matches!(&record.event, Event::Intended(Effect::Provision { .. }));
    found(&desk, "script.followed", intended, |records, at| {
        if let Event::Intended(Effect::Provision { act, .. }) = &mut records[at].event {
            *act = Provisioning::Reset;
        }
    });
}
