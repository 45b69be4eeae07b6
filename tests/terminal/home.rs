//! The home screen leads to the right thing.

use super::pty::{SMALL, Terminal};
use super::room::{MODULE, Production, Rehearsal};

fn home() -> Terminal {
    let terminal = Terminal::start(SMALL, &[], &[]);
    terminal.see("Quit");
    terminal
}

#[test]
fn quit_quits() {
    for keys in ["8", "\x03", "\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\x1b[B\r"] {
        let terminal = home();
        terminal.keys(keys);
        let ended = terminal.end();
        assert!(ended.status.success() && ended.restored, "{}", ended.text);
    }
}

#[test]
fn rehearse_resume_and_audit() {
    let room = Rehearsal::new();
    let terminal = home();
    terminal.keys("5");
    terminal.see("New directory [");
    terminal.keys(&format!("{}\r", room.path()));
    let look = terminal.see(" To do:");
    assert!(
        look.rows[0].starts_with(" REHEARSAL ") && look.has("Step 1 of"),
        "{}",
        look.text()
    );
    // leaving it comes back to the home screen, which says how to go on
    terminal.keys("\x03");
    terminal.see("Leave, or stay?");
    terminal.keys("\x03");
    let look = terminal.see("the ceremony is paused");
    assert!(
        look.has("Quit") && look.has("rootstage resume"),
        "{}",
        look.text()
    );
    terminal.keys("2");
    terminal.see("Directory [");
    terminal.keys(&format!("{}\r", room.path()));
    // keys typed before a question stands are thrown away
    terminal.see(" To do:");
    terminal.keys("\x03");
    terminal.see("Leave, or stay?");
    terminal.keys("\x03");
    terminal.see("the ceremony is paused");
    terminal.keys("3");
    terminal.see("Directory [");
    terminal.keys(&format!("{}\r", room.path()));
    let ended = terminal.end();
    assert!(ended.text.contains("PASS"), "{}", ended.text);
    assert!(ended.restored);
}

#[test]
fn a_wrong_choice_comes_back_with_words() {
    let terminal = home();
    terminal.keys("2");
    terminal.see("Directory [");
    terminal.keys("/nowhere/at/all\r");
    let look = terminal.see("/nowhere/at/all");
    assert!(look.has("Quit"), "{}", look.text());
    terminal.keys("1");
    terminal.see("Plan ");
    terminal.keys("/no/plan.toml\r/no/dir\r");
    terminal.see("/no/plan.toml");
    terminal.keys("8");
    assert!(terminal.end().status.success());
}

#[test]
fn start_begins_the_ceremony_of_a_plan() {
    if !std::path::Path::new(MODULE).exists() {
        eprintln!("SKIPPED: no SoftHSM2 at {MODULE} (apt-get install softhsm2)");
        return;
    }
    let room = Production::new();
    let terminal = room.start(SMALL, &[]);
    terminal.see("Quit");
    terminal.keys("\x1b[A\r");
    terminal.see("New directory [");
    terminal.keys(&format!(
        "{}\r{}\r",
        room.plan.display(),
        room.dir.display()
    ));
    let look = terminal.see(" To do:");
    assert!(look.rows[0].starts_with(" PRODUCTION "), "{}", look.text());
    terminal.signal(rustix::process::Signal::TERM);
    // the home screen is not left by what ended the ceremony
    terminal.see("go on with: rootstage resume");
    terminal.keys("8");
    assert!(terminal.end().status.success());
}
