//! Every way out of the machine is found.

use super::{Machine, ROUTES, Verdict, says};

/// A line of `/proc/net/ipv6_route`.
pub(super) fn v6(length: &str, flags: u32, name: &str) -> String {
    let zero = "0".repeat(32);
    format!("{zero} {length} {zero} 00 {zero} ffffffff 00000001 00000000 {flags:08x} {name}\n")
}

fn interface(name: &str, flags: &str, state: &str) -> Machine {
    Machine::sound()
        .with(&format!("sys/class/net/{name}/flags"), flags)
        .with(&format!("sys/class/net/{name}/operstate"), state)
}

#[test]
fn interfaces_that_are_on() {
    let id = "network.interfaces";
    says(
        &interface("eth0", "0x1003\n", "up\n"),
        id,
        Verdict::Fail,
        "eth0",
    );
    says(
        &interface("tun0", "0x10d1\n", "unknown\n"),
        id,
        Verdict::Fail,
        "tun0",
    );
    says(
        &interface("eth0", "0x1003\n", "down\n"),
        id,
        Verdict::Warn,
        "eth0",
    );
    says(
        &interface("eth0", "0x1002\n", "down\n"),
        id,
        Verdict::Pass,
        "switched off: eth0",
    );
    let none = Machine::sound().without("sys/class/net/eth0");
    says(&none, id, Verdict::Pass, "no network interface");
    let silent = Machine::sound().without("sys/class/net/eth0/flags");
    says(&silent, id, Verdict::Unknown, "flags");
}

#[test]
fn routes_that_lead_out() {
    let id = "network.routes";
    let v4 = |line: &str| Machine::sound().with("proc/net/route", &format!("{ROUTES}{line}\n"));
    let default = v4("eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0");
    says(&default, id, Verdict::Fail, "eth0");
    let local = v4("eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0");
    says(&local, id, Verdict::Warn, "eth0");
    let default = Machine::sound().with("proc/net/ipv6_route", &v6("00", 3, "wlan0"));
    says(&default, id, Verdict::Fail, "wlan0");
    let local = Machine::sound().with("proc/net/ipv6_route", &v6("40", 1, "wlan0"));
    says(&local, id, Verdict::Warn, "wlan0");
    let without_v6 = Machine::sound().without("proc/net/ipv6_route");
    says(&without_v6, id, Verdict::Pass, "No route");
}

#[test]
fn radios_that_are_built_in() {
    let id = "network.radio";
    let on = Machine::sound()
        .with("sys/class/rfkill/rfkill0/name", "phy0\n")
        .with("sys/class/rfkill/rfkill0/type", "wlan\n")
        .with("sys/class/rfkill/rfkill0/soft", "0\n");
    says(&on, id, Verdict::Fail, "wlan (phy0)");
    let off = Machine::sound()
        .with("sys/class/rfkill/rfkill1/name", "hci0\n")
        .with("sys/class/rfkill/rfkill1/type", "bluetooth\n")
        .with("sys/class/rfkill/rfkill1/hard", "1\n")
        .with("sys/class/bluetooth/hci0/address", "\n");
    says(&off, id, Verdict::Warn, "bluetooth (hci0)");
    let without_switch = Machine::sound().with("sys/class/ieee80211/phy1/index", "1\n");
    says(&without_switch, id, Verdict::Fail, "phy1");
}
