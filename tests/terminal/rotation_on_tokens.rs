//! Two rotations on tokens, played by keys: a keyholder is replaced, then the threshold is raised.
//! Clients that we did not write judge what comes out.

use std::path::{Path, PathBuf};

use rootstage::tuf::root::Signed;
use rootstage::tuf::trusted::Trusted;
use rustix::process::Signal;
use serde_json::Value;

use super::judges::judges;
use super::lineage::{Becomes, Lineage};
use super::player::{Player, Question};
use super::pty::{SMALL, Terminal};
use super::room::{MODULE, rootstage, said};

/// A PIN that no token has.
const WRONG: &str = "64027719358286104493";

#[test]
fn a_rotation_and_a_higher_threshold_are_what_every_client_follows() {
    if !Path::new(MODULE).exists() {
        eprintln!("SKIPPED: no SoftHSM2 at {MODULE} (apt-get install softhsm2)");
        return;
    }
    let mut lineage = Lineage::new();
    lineage.plan(
        "rotate-keyholder",
        2,
        2,
        &[
            ("alice", Becomes::Stays),
            ("carol", Becomes::Leaves),
            ("dora", Becomes::Joins),
            ("bob", Becomes::Stays),
        ],
    );
    let head = a_keyholder_is_replaced(&lineage);
    audited(&lineage, 2, &head);
    lineage.learn();
    both_sides_or_nobody(&lineage);

    let stay = ["dora", "alice", "bob"].map(|holder| (holder, Becomes::Stays));
    lineage.plan("change-threshold", 3, 3, &stay);
    let head = the_threshold_is_raised(&lineage);
    audited(&lineage, 3, &head);
    every_client_follows(&lineage);
}

/// From version 1 to version 2: Carol's key leaves, Dora's comes; a wrong PIN, and a power cut.
fn a_keyholder_is_replaced(lineage: &Lineage) -> String {
    let room = &lineage.room;
    let terminal = room.run(SMALL);
    let mut player = Player::new(&terminal, &room.people);
    trusted(&mut player, "Version 1", "2 of 3 keys");
    let findings = player.until("the findings", |q| q.step.contains("What the rules say"));
    in_order(&findings);
    player.answer(&findings);
    let review = player.until("a review", |q| q.step.contains("Content reviewed"));
    in_order(&review);
    for words in [
        "~ changed version - 1 + 2",
        "root key of Carol Clark (ecdsa-p256) - id",
        "root key of Dora Dunn (ecdsa-p256) + id",
    ] {
        assert!(review.says(words), "{words}\n{}", review.body.join("\n"));
    }
    player.answer(&review);

    signing(&mut player, "Alice Adams", "old 0/2 new 0/2");
    let secret = player.until("Alice's PIN", Question::wants_secret);
    room.fault("");
    player.answer_with(&secret, Some(WRONG));
    let again = player.question().unwrap();
    assert!(again.wants_secret() && again.step == secret.step);
    assert!(again.says("wrong"), "{:#?}", again.body);
    assert_eq!(room.pins_sent(), 1);
    player.answer(&again);

    signing(&mut player, "Carol Clark", "old 1/2 new 1/2");
    signing(&mut player, "Dora Dunn", "old 2/2 new 1/2");
    let secret = player.until("Dora's PIN", Question::wants_secret);
    room.fault("");
    player.type_answer(&secret, Some("80263"));
    terminal.signal(Signal::KILL);
    drop(terminal);
    assert_eq!(room.pins_sent(), 0);

    let terminal = room.resume(SMALL);
    let mut player = Player::new(&terminal, &room.people);
    let open = player.question().unwrap();
    // nothing was in flight: no token had been asked
    assert!(!open.says("IN FLIGHT"), "{:#?}", open.body);
    assert!(open.step.contains("Dora Dunn: Signature"), "{}", open.step);
    board(&terminal, "old 2/2 new 1/2");
    player.answer(&open);
    signing(&mut player, "Bob Brown", "old 2/2 new 2/2");
    let head = finished(lineage, &mut player, 2);
    closed(terminal);
    head
}

/// From version 2 to version 3: three must sign, where it were two.
fn the_threshold_is_raised(lineage: &Lineage) -> String {
    let room = &lineage.room;
    let terminal = room.run(SMALL);
    let mut player = Player::new(&terminal, &room.people);
    trusted(&mut player, "Version 2", "2 of 3 keys");
    let review = player.until("a review", |q| q.step.contains("Content reviewed"));
    in_order(&review);
    for words in [
        "~ changed version - 2 + 3",
        "~ changed root threshold - 2 of 3 + 3 of 3",
    ] {
        assert!(review.says(words), "{words}\n{}", review.body.join("\n"));
    }
    player.answer(&review);
    signing(&mut player, "Dora Dunn", "old 0/2 new 0/3");
    signing(&mut player, "Alice Adams", "old 1/2 new 1/3");
    signing(&mut player, "Bob Brown", "old 2/2 new 2/3");
    let head = finished(lineage, &mut player, 3);
    closed(terminal);
    head
}

/// Plays to the question which root is trusted now, and compares what it says.
fn trusted(player: &mut Player<'_>, version: &str, needed: &str) {
    let question = player.until("the trusted root", |q| {
        q.says("Is this the root that clients trust now?")
    });
    for words in [version, needed] {
        assert!(question.says(words), "{words}\n{:#?}", question.body);
    }
    player.answer(&question);
}

/// Whether all that is read before signing is there, in its order, to its end.
fn in_order(question: &Question) {
    let order = [
        "WHAT THE RULES SAY",
        "WHO MUST SIGN",
        "WHAT CHANGES",
        "THE CONTENT",
        "end ──",
    ];
    let order = order.map(|words| {
        let at = question.body.iter().position(|row| row.contains(words));
        at.unwrap_or_else(|| panic!("{words}\n{}", question.body.join("\n")))
    });
    assert!(order.is_sorted(), "{order:?}");
}

/// Plays to the consent of this keyholder; the board says how far both sides are; answers it.
fn signing(player: &mut Player<'_>, name: &str, sides: &str) {
    let consent = player.until("a signature", |q| {
        q.step.contains(&format!("{name}: Signature"))
    });
    let phrase = consent.phrase.as_deref().unwrap_or_default();
    assert!(phrase.starts_with("SIGN "), "{:#?}", consent.body);
    board(player.terminal, sides);
    player.answer(&consent);
}

fn board(terminal: &Terminal, sides: &str) {
    let look = terminal.look();
    let rows = look.main.join(" ");
    let rows: Vec<&str> = rows.split_whitespace().collect();
    assert!(rows.join(" ").contains(sides), "{sides}\n{}", look.text());
}

/// Plays to the end through verifying and writing; gives the head from the last screen.
fn finished(lineage: &Lineage, player: &mut Player<'_>, version: u32) -> String {
    let verified = player.until("the result", |q| q.step.contains("Result verified"));
    assert!(!verified.says("MISSING"), "{:#?}", verified.body);
    player.answer(&verified);
    // the medium still has what the ceremony before wrote
    let room = &lineage.room;
    let taken = player.until("the files", |q| q.step.contains("written out"));
    assert!(taken.says("with other content is already there"));
    assert!(taken.says("move it to another place"), "{:#?}", taken.body);
    let older = room.at(&format!("published/root-before-{version}.json"));
    std::fs::rename(room.at("published/root.json"), older).unwrap();
    player.answer(&taken);
    let written = player.question().unwrap();
    assert!(
        written.says(&format!("{version}.root.json")),
        "{:#?}",
        written.body
    );
    player.answer(&written);
    let head = player.play_out();
    player.terminal.keys("DONE\r");
    head
}

fn closed(terminal: Terminal) {
    let ended = terminal.end();
    assert!(ended.status.success() && ended.restored, "{}", ended.text);
    assert!(ended.text.contains("closed: Root"), "{}", ended.text);
}

/// The ceremony of this version passes its audit, and follows from the version before.
fn audited(lineage: &Lineage, version: u32, head: &str) {
    let dir = lineage.room.dir.to_str().unwrap();
    let before = lineage.root(version - 1);
    let before = before.to_str().unwrap();
    let audit = ["audit", dir, "--expect-head", head, "--trusted-root"];
    let passed = rootstage(&[&audit[..], &[before]].concat());
    assert!(passed.status.success(), "{}", said(&passed));
    let text = said(&passed);
    assert!(text.contains("AUDIT PASSED"), "{text}");
    let other = ["audit", dir, "--expect-head", &"0".repeat(64)];
    assert!(!rootstage(&other).status.success());
    assert_eq!(
        std::fs::read(lineage.root(version)).unwrap(),
        std::fs::read(lineage.room.dir.join("metadata/root.json")).unwrap()
    );
}

/// What we say of roots, each of which follows the one before.
fn we_accept(roots: &[PathBuf]) -> bool {
    let mut signed = roots
        .iter()
        .map(|path| Signed::parse(&std::fs::read(path).unwrap()).unwrap());
    let mut trusted = Trusted::first(&signed.next().unwrap()).unwrap();
    signed.all(|next| trusted.next(&next).map(|next| trusted = next).is_ok())
}

/// All that a judge is asked comes out the same here.
fn ruled(roots: &[PathBuf], accepted: bool, what: &str) {
    assert_eq!(we_accept(roots), accepted, "we, of {what}");
    for judge in judges() {
        assert_eq!(judge.accepts(roots), accepted, "{}, of {what}", judge.name);
    }
}

/// Version 2 with the signatures of some: enough of the old ones alone, or of the new ones alone,
/// are not enough.
fn both_sides_or_nobody(lineage: &Lineage) {
    let whole: Value = serde_json::from_slice(&std::fs::read(lineage.root(2)).unwrap()).unwrap();
    let signatures = whole["signatures"].as_array().unwrap();
    assert_eq!(signatures.len(), 4);
    let part = lineage.room.at("2.root.json");
    for (signers, accepted) in [
        (&["alice", "carol"][..], false),
        (&["alice", "dora"], false),
        (&["carol", "dora"], false),
        (&["alice", "bob"], true),
        (&["alice", "carol", "dora"], true),
    ] {
        let mut some = whole.clone();
        let by = |signature: &&Value| {
            signers
                .iter()
                .any(|holder| signature["keyid"] == lineage.keyid(holder))
        };
        let chosen: Vec<Value> = signatures.iter().filter(by).cloned().collect();
        assert_eq!(chosen.len(), signers.len());
        some["signatures"] = chosen.into();
        std::fs::write(&part, some.to_string()).unwrap();
        let what = format!("version 2 signed by {}", signers.join(", "));
        ruled(&[lineage.root(1), part.clone()], accepted, &what);
    }
}

/// Clients come to version 3 from each older root, one by one, and not past one.
fn every_client_follows(lineage: &Lineage) {
    let [one, two, three] = [1, 2, 3].map(|version| lineage.root(version));
    ruled(&[one.clone(), two.clone(), three.clone()], true, "1, 2, 3");
    ruled(&[two, three.clone()], true, "2, 3");
    ruled(&[one, three], false, "1, 3");
}
