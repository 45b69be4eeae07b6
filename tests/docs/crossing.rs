//! What crosses the air gap in the documents, played: the content that another machine staged is the root of the
//! ceremony before without its signatures, what the room signed are its signatures; `/dev/video0` is a folder with
//! pictures of the codes of it; `/dev/sdb1` is a small file system in memory; whoever looks at `qr show` or `replay` presses q.

use rootstage::digest::Sha256;

use crate::pty::{LARGE, Terminal};
use crate::venue::{Room, said};

/// The root that the documents sign in their ceremony.
const SIGNED: &str = "ceremony/metadata/1.root.json";

/// Prepares what a call is about. Gives the call as it is to be executed; `None` where it was executed already, or
/// cannot be here.
pub fn prepared(room: &Room, call: &str) -> Option<String> {
    if call.contains("root-2.json") && !room.at("root-2.json").exists() {
        let mut staged: serde_json::Value = serde_json::from_str(&room.read(SIGNED)).unwrap();
        staged["signatures"] = serde_json::json!([]);
        room.write("root-2.json", staged.to_string());
    }
    if let Some(file) = call.strip_prefix("rootstage qr show ") {
        shown(room, file);
        return None;
    }
    if let Some(dir) = call.strip_prefix("rootstage replay ") {
        let dir = room.at(dir.trim());
        let terminal = Terminal::start(LARGE, &["replay", dir.to_str().unwrap()], &[]);
        terminal.see("audit passed");
        terminal.keys("q");
        assert_eq!(terminal.end().status.code(), Some(0));
        return None;
    }
    if call.starts_with("rootstage qr scan /dev/video0 ") {
        let packed = "envelope pack --kind signatures -o filmed.rse";
        let packed: Vec<&str> = packed.split(' ').chain([SIGNED]).collect();
        room.rootstage(&packed).is(0, &[]);
        let drawn = "qr sheet filmed.rse --format png -o film";
        let drawn: Vec<&str> = drawn.split(' ').collect();
        room.rootstage(&drawn).is(0, &[]);
        return Some(call.replace("/dev/video0", "film"));
    }
    let of_media = ["rootstage media write ", "rootstage media read "];
    if of_media.iter().any(|verb| call.starts_with(verb)) {
        return on_a_stick(room, call);
    }
    Some(call.to_owned())
}

/// The codes of a file in a terminal, until somebody leaves; the digest stands there.
fn shown(room: &Room, file: &str) {
    let digest = Sha256::of(&std::fs::read(room.at(file)).unwrap());
    let path = room.at(file);
    let terminal = Terminal::start(LARGE, &["qr", "show", path.to_str().unwrap()], &[]);
    terminal.wait("the digest", |look| {
        digest.groups().iter().all(|group| look.has(group))
    });
    terminal.keys("q");
    assert_eq!(terminal.end().status.code(), Some(0));
}

/// The call with a file system in memory in place of the medium, which has the file already where it is read.
fn on_a_stick(room: &Room, call: &str) -> Option<String> {
    std::fs::create_dir_all(room.at("stick")).unwrap();
    let mounted = "mount -t tmpfs -o size=1m none stick";
    let possible = said(room.command("unshare").args(["-rm", "sh", "-c", mounted]));
    if possible.status != 0 {
        eprintln!(
            "SKIPPED: {call}: nothing can be mounted here: {}",
            possible.err
        );
        return None;
    }
    let there = match call.strip_prefix("rootstage media read /dev/sdb1 ") {
        Some(names) => format!("cp {} stick/", names.split(" -o ").next().unwrap()),
        None => "true".to_owned(),
    };
    let call = call.replace("/dev/sdb1", "stick");
    Some(format!(
        "unshare -rm sh -c '{mounted} && {there} && {call} --images'"
    ))
}
