//! What could happen to this process is found.

use super::{Hardening, Machine, Outcome, SWAPS, Verdict, limits, says};

fn unhardened() -> Machine {
    Machine::sound().but(|at| at.hardening = Hardening::default())
}

#[test]
fn swap_that_is_on() {
    let swap = |line| Machine::sound().with("proc/swaps", &format!("{SWAPS}{line}\n"));
    let disk = swap("/dev/sda2 partition 1000 0 -2");
    says(&disk, "memory.swap", Verdict::Fail, "/dev/sda2");
    let compressed = swap("/dev/zram0 partition 1000 0 100");
    says(&compressed, "memory.swap", Verdict::Warn, "/dev/zram0");
}

#[test]
fn core_dumps_that_could_be_written() {
    let id = "memory.core-dumps";
    let unlimited = limits("unlimited");
    let children = Machine::sound().with("proc/self/limits", &unlimited);
    says(&children, id, Verdict::Warn, "Programs");
    let this = unhardened().with("proc/self/limits", &unlimited);
    says(&this, id, Verdict::Fail, "disk");
    let pattern = "|/usr/lib/crash %P\n";
    let piped = unhardened().with("proc/sys/kernel/core_pattern", pattern);
    says(&piped, id, Verdict::Fail, "/usr/lib/crash");
    let closed = Machine::sound().with("proc/sys/kernel/core_pattern", pattern);
    says(&closed, id, Verdict::Pass, "no image");
}

#[test]
fn measures_that_do_not_hold() {
    let machine = Machine::sound().but(|at| {
        at.hardening.0.last_mut().unwrap().outcome =
            Outcome::NotPossible("the kernel is too old".into());
    });
    says(
        &machine,
        "process.no-network",
        Verdict::Fail,
        "the kernel is too old",
    );
    says(
        &machine,
        "process.not-dumpable",
        Verdict::Pass,
        "cannot read",
    );
    says(
        &unhardened(),
        "process.memory-locked",
        Verdict::Warn,
        "not tried",
    );
}

#[test]
fn programs_that_are_in_the_way() {
    let traced = Machine::sound().with("proc/self/status", "TracerPid:\t4711\n");
    says(&traced, "process.traced", Verdict::Fail, "4711");
    let agent = Machine::sound().with("proc/77/comm", "scdaemon\n");
    says(
        &agent,
        "programs.tokens",
        Verdict::Warn,
        "scdaemon (process 77)",
    );
}

#[test]
fn smart_cards_that_cannot_be_reached() {
    let mut machine = Machine::sound();
    machine.at.smart_cards = Err("the service does not answer".to_owned());
    says(
        &machine,
        "smartcard.service",
        Verdict::Warn,
        "the service does not answer.",
    );
}

#[test]
fn a_service_for_smart_cards_that_writes_down_what_is_sent() {
    let service = |arguments: &str| {
        Machine::sound()
            .with("proc/88/comm", "pcscd\n")
            .with("proc/88/cmdline", arguments)
    };
    for loud in ["/usr/sbin/pcscd\0--foreground\0--apdu\0", "pcscd\0-fa\0"] {
        let machine = service(loud);
        says(
            &machine,
            "smartcard.service",
            Verdict::Fail,
            "PINs included",
        );
    }
    let quiet = service("/usr/sbin/pcscd\0--foreground\0--auto-exit\0-f\0");
    says(&quiet, "smartcard.service", Verdict::Pass, "answers");
}
