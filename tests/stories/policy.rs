//! What the plan must not ask for: refused by name, and no root is written.

use rootstage::ceremony::ask::Form;
use rootstage::ceremony::command::Command;
use rootstage::ceremony::plan::Plan;

use crate::room::{Room, failing, online_key, production_plan};

/// Plays a plan that must come to a halt at the assembly; gives the words of the halt.
fn halt(plan: &str, prepare: impl Fn(&Room)) -> String {
    let mut room = Room::prepared(plan);
    prepare(&room);
    room.begin().unwrap();
    for _ in 0..1000 {
        if room.ask().form == Form::Halted {
            break;
        }
        assert!(room.go_on());
    }
    assert_eq!(room.ask().form, Form::Halted);
    assert_eq!(room.at().0, "assemble");
    let words = room.words();
    // Nothing leads past it but giving up.
    let usual = room.usual();
    room.answer(usual).unwrap_err();
    room.skip(&["VA", "WW"]).unwrap_err();
    room.resume().unwrap();
    assert_eq!(room.ask().form, Form::Halted);
    let abort = Command::Abort {
        initials: vec!["VA".to_owned(), "WW".to_owned()],
        reason: "the plan is wrong".to_owned(),
    };
    room.submit(abort, None).unwrap();
    assert!(room.state().payload.is_none());
    assert_eq!(
        std::fs::read_dir(room.dir().join("metadata"))
            .unwrap()
            .count(),
        0
    );
    assert_eq!(failing(&room.audit()), ["transcript.whole"]);
    words
}

fn nothing(_: &Room) {}

/// A production plan without checks of this machine, which is none for ceremonies.
fn production() -> String {
    let plan = production_plan(3, 2);
    assert!(plan.contains("required_checks = []"));
    plan
}

#[test]
fn a_real_ceremony_that_keeps_the_policy_comes_to_its_end() {
    let mut room = Room::with_plan(&production());
    room.to_the_end().audits_clean();
    assert!(!room.state().rehearsal());
}

#[test]
fn an_expiry_outside_the_bounds_is_refused_by_name() {
    let soon = production()
        .replace("2027-11-30T12:00:00Z", "2026-12-20T12:00:00Z")
        .replace("expiry_min_days = 1", "expiry_min_days = 30");
    assert!(halt(&soon, nothing).contains("root.expiry-short"));
    let late = production().replace("expiry_max_days = 3660", "expiry_max_days = 60");
    assert!(halt(&late, nothing).contains("root.expiry-long"));
    let past = production().replace("2027-11-30T12:00:00Z", "2026-11-30T12:00:00Z");
    assert!(halt(&past, nothing).contains("root.expired"));
}

#[test]
fn the_same_key_in_two_files_is_refused_by_name() {
    let plan = production().replace(
        "{ path = \"keys/targets.pem\" }",
        "{ path = \"keys/targets.pem\" }, { path = \"keys/again.pem\" }",
    );
    let words = halt(&plan, |room| {
        std::fs::write(room.home.path().join("keys/again.pem"), online_key(1)).unwrap();
    });
    assert!(words.contains("same-key-twice"), "{words}");
}

#[test]
fn a_key_file_that_is_not_the_reviewed_one_is_refused_until_the_right_one_is_there() {
    let pinned = rootstage::digest::Sha256::of(online_key(9).as_bytes());
    let plan = production().replace(
        "{ path = \"keys/targets.pem\" }",
        &format!("{{ path = \"keys/targets.pem\", sha256 = \"{pinned}\" }}"),
    );
    let mut room = Room::with_plan(&plan);
    let file = room.home.path().join("keys/targets.pem");
    room.until("assemble", "again");
    assert!(
        room.words()
            .contains("targets.pem is not the one in the plan"),
        "{}",
        room.words()
    );
    std::fs::write(&file, "no key\n").unwrap();
    room.go_on();
    assert_eq!(room.at().1, "again");
    assert!(room.state().payload.is_none());
    std::fs::write(&file, online_key(9)).unwrap();
    room.to_the_end().audits_clean();
}

#[test]
fn a_file_that_is_no_key_is_refused_by_name() {
    let mut room = Room::prepared(&production());
    std::fs::write(room.home.path().join("keys/targets.pem"), "no key\n").unwrap();
    room.begin().unwrap();
    room.until("assemble", "again");
    assert!(room.words().contains("root.key-file"), "{}", room.words());
    assert!(
        room.words().contains("holds no usable public key"),
        "{}",
        room.words()
    );
}

#[test]
fn what_a_plan_alone_shows_to_be_wrong_never_begins() {
    for (plan, says) in [
        (production_plan(3, 1), "one stolen key"),
        (
            production_plan(3, 3).replace(
                "no_spare_acknowledged = true",
                "no_spare_acknowledged = false",
            ),
            "no spare",
        ),
        (
            production().replacen("ecdsa-p256", "ecdsa-p384", 1),
            "tuf-js and tough refuse",
        ),
        (
            production().replace(
                "{ path = \"keys/targets.pem\" }",
                "{ path = \"keys/a.pem\" }, { path = \"keys/a.pem\" }",
            ),
            "named twice",
        ),
    ] {
        let problems = Plan::parse(plan.as_bytes())
            .expect_err("refused")
            .to_string();
        assert!(problems.contains(says), "{problems}");
        let mut room = Room::prepared(&plan);
        assert!(room.begin().is_err());
        assert!(!room.dir().exists(), "nothing was made");
    }
}

#[test]
fn a_p384_key_among_the_online_roles_is_refused_unless_the_plan_says_so() {
    use p384::pkcs8::EncodePublicKey as _;
    let put = |room: &Room| {
        let secret = p384::SecretKey::from_slice(&[1; 48]).unwrap();
        let pem = secret
            .public_key()
            .to_public_key_pem(p384::pkcs8::LineEnding::LF)
            .unwrap();
        std::fs::write(room.home.path().join("keys/targets.pem"), pem).unwrap();
    };
    let words = halt(&production(), put);
    assert!(words.contains("root.key-type"), "{words}");
    let mut room = Room::prepared(&production().replace("allow_p384 = false", "allow_p384 = true"));
    put(&room);
    room.begin().unwrap();
    room.to_the_end().audits_clean();
}
