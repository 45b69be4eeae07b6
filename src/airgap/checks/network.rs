//! Is there a way out of this machine?

use std::io::ErrorKind;

use super::{Subject, Surroundings, list};
use crate::ceremony::check::Check;

/// `IFF_UP`: switched on.
const UP: u32 = 0x1;
/// `IFF_LOOPBACK`: leads back to this machine.
const LOOPBACK: u32 = 0x8;

/// Network interfaces other than the loopback that are switched on.
pub fn interfaces(at: &Surroundings) -> Check {
    const DIRECTORY: &str = "/sys/class/net";
    let subject = Subject {
        id: "network.interfaces",
        title: "Network interfaces",
    };
    let names = match at.names(DIRECTORY) {
        Ok(names) => names,
        Err(error) => return subject.unknown(DIRECTORY, &error),
    };
    let (mut connected, mut on, mut off) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        // files lie here too, `bonding_masters` for one
        if name == "lo" || !at.path(&format!("{DIRECTORY}/{name}")).is_dir() {
            continue;
        }
        let path = format!("{DIRECTORY}/{name}/flags");
        let flags = match at.read(&path) {
            Ok(text) => hex(text.trim().trim_start_matches("0x")),
            Err(error) => return subject.unknown(&path, &error),
        };
        let state = at
            .read(&format!("{DIRECTORY}/{name}/operstate"))
            .unwrap_or_default();
        match flags {
            Some(flags) if flags & LOOPBACK != 0 => {}
            Some(flags) if flags & UP == 0 => off.push(name),
            // tunnels and bridges say `unknown` while they carry traffic: only a clear no counts
            _ if matches!(state.trim(), "down" | "lowerlayerdown" | "notpresent") => on.push(name),
            _ => connected.push(name),
        }
    }
    if !connected.is_empty() {
        let names = list(&connected);
        return subject.fail(
            format!("Connected to a network: {names}."),
            format!("Unplug the cable, switch the device off (`ip link set dev {} down`), and look again.",
                connected.first().map_or("NAME", String::as_str)),
        );
    }
    if !on.is_empty() {
        return subject.warn(
            format!("Switched on, though nothing is connected: {}.", list(&on)),
            "Switch it off with `ip link set dev NAME down`, so that a cable plugged in by mistake \
             changes nothing.",
        );
    }
    if off.is_empty() {
        subject.pass("This machine has no network interface.")
    } else {
        subject.pass(format!("Present and switched off: {}.", list(&off)))
    }
}

/// `RTF_REJECT`: a route that refuses.
const REJECT: u32 = 0x200;

/// Routes that lead out of this machine.
pub fn routes(at: &Surroundings) -> Check {
    const V4: &str = "/proc/net/route";
    const V6: &str = "/proc/net/ipv6_route";
    let subject = Subject {
        id: "network.routes",
        title: "Routes",
    };
    let v4 = match at.read(V4) {
        Ok(text) => text,
        Err(error) => return subject.unknown(V4, &error),
    };
    let v6 = match at.read(V6) {
        Ok(text) => text,
        // without IPv6 in the kernel the file is not there
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return subject.unknown(V6, &error),
    };
    let (mut default, mut local) = (Vec::new(), Vec::new());
    // Iface Destination Gateway Flags RefCnt Use Metric Mask …
    for line in v4.lines().skip(1) {
        if let [name, destination, _, flags, _, _, _, mask, ..] = *fields(line) {
            if hex(flags).is_some_and(|flags| flags & REJECT != 0) || name == "lo" {
                continue;
            }
            let all = hex(destination) == Some(0) && hex(mask) == Some(0);
            let found = if all { &mut default } else { &mut local };
            found.push(name.to_owned());
        }
    }
    // destination length source length next-hop metric references use flags name
    for line in v6.lines() {
        if let [_, length, _, _, _, _, _, _, flags, name] = *fields(line) {
            if hex(flags).is_some_and(|flags| flags & REJECT != 0) || name == "lo" {
                continue;
            }
            let found = if length == "00" {
                &mut default
            } else {
                &mut local
            };
            found.push(name.to_owned());
        }
    }
    for names in [&mut default, &mut local] {
        names.sort();
        names.dedup();
    }
    if !default.is_empty() {
        return subject.fail(
            format!(
                "There is a route to the outside, through {}.",
                list(&default)
            ),
            "Unplug the network and switch the interface off; the route goes with it.",
        );
    }
    if !local.is_empty() {
        return subject.warn(
            format!(
                "There is a route to neighbouring machines, through {}.",
                list(&local)
            ),
            "Switch the interface off with `ip link set dev NAME down`; the route goes with it.",
        );
    }
    subject.pass("No route leads out of this machine.")
}

/// Wireless and Bluetooth devices, and whether they are switched off.
pub fn radio(at: &Surroundings) -> Check {
    const CLASSES: &str = "/sys/class";
    let subject = Subject {
        id: "network.radio",
        title: "Wireless and Bluetooth",
    };
    if let Err(error) = at.names(CLASSES) {
        return subject.unknown(CLASSES, &error);
    }
    let (mut on, mut off, mut switched) = (Vec::new(), Vec::new(), Vec::new());
    for switch in at.names("/sys/class/rfkill").unwrap_or_default() {
        let word = |file: &str| {
            at.read(&format!("/sys/class/rfkill/{switch}/{file}"))
                .map(|text| text.trim().to_owned())
        };
        let name = word("name").unwrap_or_else(|_| switch.clone());
        let kind = word("type").unwrap_or_else(|_| "radio".into());
        let blocked = ["soft", "hard"]
            .iter()
            .any(|file| word(file).is_ok_and(|bit| bit == "1"));
        let found = if blocked { &mut off } else { &mut on };
        found.push(format!("{kind} ({name})"));
        switched.push(name);
    }
    // a device that no switch knows of cannot be off
    for (class, kind) in [("ieee80211", "wlan"), ("bluetooth", "bluetooth")] {
        for name in at.names(&format!("/sys/class/{class}")).unwrap_or_default() {
            // `hci0:256` is a connection of `hci0`
            if !switched.contains(&name) && !name.contains(':') {
                on.push(format!("{kind} ({name})"));
            }
        }
    }
    if !on.is_empty() {
        return subject.fail(
            format!("A radio is switched on: {}.", list(&on)),
            "Switch it off with the laptop's switch or `rfkill block all`; better, in the firmware \
             set-up or by taking the card out.",
        );
    }
    if !off.is_empty() {
        return subject.warn(
            format!("A radio is built in, switched off: {}.", list(&off)),
            "Software can switch it on again. Switch it off in the firmware set-up, or take the \
             card out, where your procedure asks for that.",
        );
    }
    subject.pass("This machine has no wireless and no Bluetooth device.")
}

fn fields(line: &str) -> Box<[&str]> {
    line.split_ascii_whitespace().collect()
}

fn hex(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 16).ok()
}
