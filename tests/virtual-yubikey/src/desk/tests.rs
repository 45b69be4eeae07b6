use super::*;

#[test]
fn a_touch_is_given_denied_or_late() {
    let desk = Desk::default();
    assert_eq!(desk.wait_for_touch(), Touch::Given);
    desk.change(|table| table.finger = Finger::Deny);
    assert_eq!(desk.wait_for_touch(), Touch::Over);
    desk.change(|table| {
        table.finger = Finger::Delay(Duration::from_millis(20));
        table.patience = Duration::from_millis(1);
    });
    assert_eq!(desk.wait_for_touch(), Touch::Over);
    desk.change(|table| table.patience = Duration::from_secs(60));
    assert_eq!(desk.wait_for_touch(), Touch::Given);
    desk.change(|table| {
        table.finger = Finger::Wait;
        table.patience = Duration::from_millis(1);
    });
    // in vain: it does not wait yet
    desk.touch();
    assert_eq!(desk.wait_for_touch(), Touch::Over);
    assert!(!desk.table().waiting);
}

#[test]
fn a_touch_or_a_hand_that_pulls_it_out_ends_the_wait() {
    let patient = Desk::default();
    patient.change(|table| {
        table.finger = Finger::Wait;
        table.patience = Duration::from_secs(60);
    });
    for (act, end) in [
        (Desk::touch as fn(&Desk), Touch::Given),
        (Desk::remove, Touch::Gone),
    ] {
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| patient.wait_for_touch());
            while !patient.table().waiting {
                std::thread::yield_now();
            }
            act(&patient);
            assert_eq!(waiter.join().unwrap(), end);
        });
    }
}

#[test]
fn a_fault_happens_once_at_its_command() {
    let desk = Desk::default();
    let command = |ins, p2| Command {
        cla: 0,
        ins,
        p1: 0,
        p2,
        data: Vec::new(),
        longest: 256,
    };
    desk.change(|table| {
        table.faults.push(Fault {
            ins: 0x87,
            p2: Some(0x9c),
            nth: 2,
            mishap: Mishap::VanishesBefore,
        });
    });
    assert_eq!(desk.mishap(&command(0x87, 0x9c)), None);
    assert_eq!(desk.mishap(&command(0x87, 0x9b)), None);
    assert_eq!(
        desk.mishap(&command(0x87, 0x9c)),
        Some(Mishap::VanishesBefore)
    );
    assert_eq!(desk.mishap(&command(0x87, 0x9c)), None);
}
