//! A wrong clock, a disk that keeps things, a terminal that shows too little.

use time::macros::datetime;

use super::{Machine, Terminal, Verdict, says};

#[test]
fn clocks_that_cannot_be_right() {
    let unset = Machine::sound().but(|at| at.now = datetime!(1970-01-01 00:03 UTC));
    says(&unset, "time.clock", Verdict::Fail, "before");
    let far = Machine::sound().but(|at| at.now = datetime!(2077-01-01 00:03 UTC));
    says(&far, "time.clock", Verdict::Fail, "2077");
    let same = Machine::sound().but(|at| at.now = at.built);
    says(&same, "time.clock", Verdict::Pass, "possible");
}

#[test]
fn disks_under_the_root_file_system() {
    let mounted = |lines: &[&str], verdict, found| {
        let machine = Machine::sound().with("proc/self/mountinfo", &lines.join("\n"));
        says(&machine, "storage.root", verdict, found);
    };
    let overlay =
        "22 1 0:9 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/cow/rw,workdir=/cow/w";
    let tmpfs = "23 22 0:8 / /cow rw shared:1 - tmpfs tmpfs rw";
    let disk = "23 22 8:3 / /cow rw - ext4 /dev/sdb3 rw";
    mounted(
        &["22 1 8:1 / / rw - ext4 /dev/sda1 rw"],
        Verdict::Warn,
        "ext4",
    );
    mounted(
        &["22 1 7:0 / / ro - squashfs /dev/loop0 ro"],
        Verdict::Pass,
        "read-only",
    );
    mounted(&[overlay], Verdict::Warn, "cannot be seen");
    mounted(&[overlay, tmpfs], Verdict::Pass, "in memory only");
    mounted(&[overlay, disk], Verdict::Warn, "ext4");
    // what is mounted last at a place hides what was there
    mounted(
        &["1 1 0:2 / / rw - rootfs none rw", overlay, disk],
        Verdict::Warn,
        "ext4",
    );
    mounted(&["nothing that we know"], Verdict::Warn, "does not say");
}

#[test]
fn terminals_that_show_too_little() {
    let with = |change: fn(&mut Terminal)| {
        Machine::sound().but(|at| {
            if let Some(terminal) = &mut at.terminal {
                change(terminal);
            }
        })
    };
    says(
        &with(|t| t.columns = 79),
        "terminal.size",
        Verdict::Fail,
        "79 columns",
    );
    says(
        &with(|t| t.rows = 23),
        "terminal.size",
        Verdict::Fail,
        "23 rows",
    );
    says(
        &with(|t| t.term = "dumb".into()),
        "terminal.type",
        Verdict::Fail,
        "TERM",
    );
    says(
        &with(|t| t.locale = "C".into()),
        "terminal.characters",
        Verdict::Warn,
        "`C`",
    );
    says(
        &with(|t| t.locale.clear()),
        "terminal.characters",
        Verdict::Warn,
        "No character set",
    );
    let none = Machine::sound().but(|at| at.terminal = None);
    says(&none, "terminal.size", Verdict::Warn, "not a terminal");
}
