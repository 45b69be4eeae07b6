//! The section on the seal, and whether what it tells people to do is so.

use std::fs;
use std::process::{Command, Output};

use super::{report, text};
use crate::room::{Room, plan, production_plan};

/// A program of the page, as people copy it.
fn program(page: &str, id: &str) -> String {
    let begin = format!("<pre id=\"{id}\">");
    let program = page.split(&begin).nth(1).unwrap();
    let program = program.split("</pre>").next().unwrap();
    program
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

fn shell(room: &Room, program: &str) -> Output {
    Command::new("bash")
        .current_dir(room.home.path())
        .args(["-e", "-o", "pipefail", "-c", program])
        .output()
        .unwrap()
}

#[test]
fn what_was_sealed_by_whom_and_how_to_check_it() {
    let mut room = Room::with_plan(&production_plan(3, 2));
    room.to_the_end();
    let page = report(&room.dir()).0;
    let (said, seal) = (text(&page), room.state().seal.clone().unwrap());
    for digest in [seal.sha256, seal.head] {
        assert!(said.contains(&digest.groups().join(" ")), "{digest}");
    }
    assert_eq!(said.matches(" VERIFIES ").count(), 3, "{said}");
    assert!(said.contains("seal.signatures PASS") && said.contains("metadata/1.root.json"));
    let commands = program(&page, "seal-openssl");
    let manual = include_str!("../../CEREMONY.md");
    for part in ["keys", "open", "verify", "compare"] {
        let part = fs::read_to_string(format!(
            "{}/src/document/seal/{part}.sh",
            env!("CARGO_MANIFEST_DIR")
        ));
        let part = part.unwrap();
        assert!(
            manual.contains(&part) && commands.contains(part.trim_end()),
            "{part}"
        );
    }
    let output = shell(&room, &commands);
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{out}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(out.matches("Verified OK").count(), 3, "{out}");
    let by_cosign = program(&page, "seal-cosign");
    if let Some(path) = crate::judges::cosign() {
        let path = format!("{} verify", path.display());
        let by_cosign = by_cosign.replace("cosign verify", &path);
        let output = shell(&room, &by_cosign);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    // a byte of a sealed file
    fs::write(room.dir().join("metadata/1.root.json"), "{}").unwrap();
    fs::remove_dir_all(room.home.path().join("check")).unwrap();
    assert!(!shell(&room, &commands).status.success());
}

#[test]
fn a_signature_that_does_not_verify_is_red() {
    let mut room = Room::open(2, 2);
    room.to_the_end();
    let path = room.dir().join("seal.dsse.json");
    fs::write(
        &path,
        fs::read_to_string(&path).unwrap().replace("sig", "gis"),
    )
    .unwrap();
    let (page, audited) = report(&room.dir());
    assert!(!audited.passed());
    assert!(text(&page).contains("seal.file FAIL"));
}

#[test]
fn a_day_that_is_sealed_on_paper_says_so() {
    let plan = plan(2, 2) + "\n[seal]\nby = \"paper\"\n";
    let mut room = Room::with_plan(&plan);
    room.to_the_end();
    let said = text(&report(&room.dir()).0);
    assert!(
        said.contains("By the plan no token seals this record"),
        "{said}"
    );
    let room = Room::open(2, 2);
    let said = text(&report(&room.dir()).0);
    assert!(said.contains("Nobody has sealed this record."), "{said}");
}
