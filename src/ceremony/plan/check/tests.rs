mod transport;

use time::macros::datetime;

use super::{against_day, against_script, files, placed, script_of};
use crate::ceremony::plan::{Duty, Outline, Plan, rehearsal};
use crate::digest::Sha256;

const PEM: &str =
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcD\n-----END PUBLIC KEY-----\n";

fn text() -> String {
    rehearsal(&Outline {
        title: "Rehearsal".to_owned(),
        location: "Room 1".to_owned(),
        keyholders: 3,
        threshold: 2,
        expires: datetime!(2027-06-30 12:00 UTC),
    })
}

fn plan() -> Plan {
    Plan::parse(text().as_bytes()).expect("parses")
}

#[test]
fn a_date_outside_the_bounds_is_told_with_its_line() {
    let mut plan = plan();
    let day = datetime!(2027-01-01 12:00 UTC);
    assert_eq!(against_day(&plan, day), []);
    for (low, high, now, says) in [
        (200, 400, day, "in 180 days"),
        (30, 100, day, "only in 180 days"),
        (30, 400, datetime!(2027-06-30 12:00 UTC), "already"),
    ] {
        plan.policy.expiry_min_days = low;
        plan.policy.expiry_max_days = high;
        let problems = placed(text().as_bytes(), against_day(&plan, now));
        assert!(problems.to_string().contains(says), "{problems}");
        let line = problems.iter().next().expect("one").line;
        let line = text()
            .lines()
            .nth(usize::try_from(line).expect("small") - 1)
            .map(str::to_owned);
        assert!(line.is_some_and(|line| line.starts_with("expires")));
    }
}

#[test]
fn the_script_must_fit() {
    let told = |change: &dyn Fn(&mut Plan)| {
        let mut plan = plan();
        change(&mut plan);
        let script = script_of(&plan, None).expect("shipped");
        let sentences: Vec<String> = against_script(&plan, &script)
            .into_iter()
            .map(|p| p.sentence)
            .collect();
        sentences.join("\n")
    };
    assert_eq!(told(&|_| ()), "");
    assert!(told(&|p| p.script = "first-root".to_owned()).contains("is for production"));
    assert!(
        told(&|p| p.root.as_mut().expect("a root").version = 2).contains("which has version 1")
    );
    assert!(told(&|p| p.participants.retain(|p| p.duty != Duty::Witness)).contains("duty witness"));
    assert!(
        told(&|p| p.participants.retain(|p| p.duty != Duty::Administrator))
            .contains("administrator")
    );
    assert!(
        told(&|p| {
            p.quorum.insert(Duty::Keyholder, 2);
        })
        .contains("needs every keyholder")
    );
    assert!(
        told(&|p| {
            p.quorum.insert(Duty::Witness, 0);
        })
        .contains("a quorum of 0 would do")
    );

    let mut other = plan();
    other.script = "first-rot".to_owned();
    let problem = script_of(&other, None).expect_err("unknown");
    assert!(
        problem.sentence.contains("Did you mean `first-root`?"),
        "{problem}"
    );
    let script = script_of(&plan(), None).expect("shipped");
    assert!(script_of(&other, Some(&script)).is_err());
    assert!(script_of(&plan(), Some(&script)).is_ok());
}

#[test]
fn key_files_must_be_there_pinned_and_public() {
    let mut plan = plan();
    let told = |plan: &Plan, content: &dyn Fn(&str) -> Result<Vec<u8>, String>| {
        placed(text().as_bytes(), files(plan, content)).to_string()
    };
    assert_eq!(told(&plan, &|_| Ok(PEM.into())), "");
    for (content, says) in [
        (
            Err("no such file".to_owned()),
            "cannot be read: no such file",
        ),
        (
            Ok(PEM.replace("PUBLIC", "PRIVATE").into_bytes()),
            "holds a private key",
        ),
        (
            Ok(b"ssh-ed25519 AAAA".to_vec()),
            "is not one PEM public key",
        ),
        (Ok(PEM.replace("MFkw", "!!!!").into_bytes()), "base64"),
        (
            Ok(PEM.replace("MFkw", "AAAA").into_bytes()),
            "SubjectPublicKeyInfo",
        ),
        (Ok(vec![0xff]), "not PEM text"),
    ] {
        let told = told(&plan, &|_| content.clone());
        assert_eq!(told.matches(says).count(), 3, "{told}");
        assert!(told.starts_with("line "), "{told}");
    }
    let role = plan
        .root
        .as_mut()
        .and_then(|root| root.roles.get_mut("targets"))
        .expect("targets");
    role.keys.push(role.keys.first().expect("one").clone());
    if let Some(key) = role.keys.first_mut() {
        key.sha256 = Some(Sha256::of(b"another file"));
    }
    let told = told(&plan, &|_| Ok(PEM.into()));
    assert!(told.contains("not the one that was reviewed"), "{told}");
    assert!(told.contains("it would count once"), "{told}");
}
