//! On media: ext4 in image files, mounted by the program itself, pulled in each direction and put back.

use std::fs;
use std::path::{Path, PathBuf};

use crate::online::{Day, rootstage};
use crate::player::{Player, Question};
use crate::pty::{SMALL, Terminal};
use crate::sticks::{Stick, files_in, image, pull, run, tool};

/// A stick of this label with these files on it; `None` where the kernel allows none.
fn stick(label: &str, files: &[&Path]) -> Option<Stick> {
    let content = tempfile::tempdir().unwrap();
    for file in files {
        fs::copy(file, content.path().join(file.file_name().unwrap())).unwrap();
    }
    let content = content.path().to_str().unwrap();
    let options = ["-q", "-L", label, "-d", content];
    Stick::of(|path| image(path, 32, "mkfs.ext4", &options))
}

/// A medium whose image lies where there is no room for another byte: whatever is written to it
/// fails in the middle, as on a stick that comes loose.
struct Loose {
    // gone before what it lies on
    stick: Stick,
    at: PathBuf,
    _lies_on: Stick,
}

impl Loose {
    fn new(label: &str) -> Option<Self> {
        let mut memory = Stick::without_device();
        let at = memory.mount("mount", &["-t", "tmpfs", "-o", "size=48m", "none"])?;
        let path = at.join("stick.img");
        image(&path, 32, "mkfs.ext4", &["-q", "-L", label]);
        let mut stick = Stick::without_device();
        stick.plug(&path)?;
        Some(Self {
            stick,
            at,
            _lies_on: memory,
        })
    }

    /// From now on nothing more can be written to it.
    fn comes_loose(&self) {
        let mut filler = fs::File::create(self.at.join("filler")).unwrap();
        let full = std::io::copy(&mut std::io::repeat(7), &mut filler).unwrap_err();
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    }

    /// Pulled, and put back as it should be.
    fn put_back(&self) {
        let node = self.stick.node();
        run("losetup", &["-d", node]);
        fs::remove_file(self.at.join("filler")).unwrap();
        let path = self.at.join("stick.img");
        run("losetup", &[node, path.to_str().unwrap()]);
    }
}

/// The word that chooses a medium.
fn word(stick: &Stick) -> String {
    stick.node().rsplit('/').next().unwrap().to_owned()
}

/// Where a medium is mounted at this moment.
fn mounted(stick: &Stick) -> PathBuf {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    let line = mounts
        .lines()
        .find(|line| line.starts_with(&format!("{} ", stick.node())));
    let place = line.unwrap_or_else(|| panic!("{} is not mounted", stick.node()));
    place.split(' ').nth(1).unwrap().into()
}

/// Plays on to a question that offers this choice.
fn until_offered(player: &mut Player<'_>, choice: &str) -> Question {
    player.until(choice, |question| {
        question.fields[0] == "Your choice"
            && question
                .body
                .iter()
                .any(|row| row.starts_with(&format!("   {choice} ")))
    })
}

/// The copy of the transcript on the LOG medium passes an audit by itself.
fn log_audits(day: &Day, log: &mut Stick, head: &str) {
    let transcript = fs::read(day.path("day/transcript.jsonl")).unwrap();
    let elsewhere = day.path("log");
    fs::create_dir(&elsewhere).unwrap();
    let mut copy = None;
    for (name, bytes) in log.files() {
        let path = elsewhere.join(&name);
        if name.ends_with(".transcript.jsonl") {
            assert!(bytes == transcript, "the copy differs");
            copy = Some(path.clone());
        }
        fs::write(path, bytes).unwrap();
    }
    let copy = copy.expect("a copy");
    rootstage(&["audit", copy.to_str().unwrap(), "--expect-head", head]);
}

#[test]
fn a_root_goes_in_and_out_on_media_that_are_pulled() {
    if !tool("mkfs.ext4") || !tool("losetup") {
        return;
    }
    let day = Day::new("in = [\"medium\"]\nout = [\"medium\"]\nlog = true");
    let plan = fs::read_to_string(day.path("made/day.toml")).unwrap();
    let plan = plan.replace("staged/root.json", "root-2.rse");
    fs::write(day.path("made/day.toml"), plan).unwrap();
    let trusted = day.path("made/before/metadata/1.root.json");
    let files = [trusted.as_path(), &day.path("root-2.rse")];
    let (Some(mut input), Some(mut out), Some(mut log)) =
        (stick("IN", &files), Loose::new("OUT"), stick("LOG", &[]))
    else {
        return;
    };
    let before = input.files();

    let people = Day::people();
    let arguments = day.run();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let terminal = Terminal::start(SMALL, &arguments, &[]);
    let mut player = Player::new(&terminal, &people);
    for (role, stick) in [("IN", &input), ("OUT", &out.stick), ("LOG", &log)] {
        let question = until_offered(&mut player, &word(stick));
        assert_eq!(
            question.title(),
            format!("Which medium is {role}?"),
            "{role}: {:#?}",
            question.body
        );
        player.choose(&question, &word(stick));
    }

    // IN is gone when it is read
    let question = player.until("the trusted root was read", |question| {
        question.step.contains("trusted now")
    });
    run("losetup", &["-d", input.node()]);
    player.answer(&question);
    let gone = until_offered(&mut player, "again");
    assert!(gone.says("IN"), "{:#?}", gone.body);
    let path = input.image();
    run("losetup", &[input.node(), path.to_str().unwrap()]);
    player.choose(&gone, "again");

    // LOG is pulled while somebody signs
    let question = player.until("a passphrase", Question::wants_secret);
    pull(&mounted(&log));
    player.answer(&question);
    let lost = until_offered(&mut player, "attach");
    assert!(lost.says("THE LOG MEDIUM"), "{:#?}", lost.body);
    player.choose(&lost, "attach");

    // OUT comes loose while it is written
    let question = player.until("the result", |question| {
        question.step.contains("written out")
    });
    out.comes_loose();
    player.answer(&question);
    let gone = until_offered(&mut player, "again");
    assert!(gone.says("OUT"), "{:#?}", gone.body);
    out.put_back();
    player.choose(&gone, "again");

    let head = player.play_out();
    terminal.keys("DONE\r");
    assert!(terminal.end().restored);

    assert_eq!(input.files(), before, "IN is only read");
    let written = out.stick.files();
    assert_eq!(written, files_in(&day.path("day/out")));
    let back = day.path("came back.rse");
    let signatures = written.iter().find(|(name, _)| name == "signatures.rse");
    fs::write(&back, &signatures.unwrap().1).unwrap();
    day.is_accepted(&back);
    day.audits(&head);
    log_audits(&day, &mut log, &head);
}
