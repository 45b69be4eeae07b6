use super::*;

#[test]
fn lines_change_the_desk() {
    let desk = Desk::default();
    for line in [
        "touch delay 250",
        "touch-timeout 1500",
        "fail 20 6983 2",
        "drop 87:9c after",
        "lie serial 7",
        "lie policy",
        "remove",
    ] {
        assert_eq!(obey(&desk, line), Ok(json!({ "ok": true })), "{line}");
    }
    let table = desk.table();
    assert_eq!(table.finger, Finger::Delay(Duration::from_millis(250)));
    assert_eq!(table.patience, Duration::from_millis(1500));
    assert_eq!(table.lies, [Lie::Serial(7), Lie::Policy]);
    assert!(!table.present);
    let expected = [
        (0x20, None, 2, Mishap::Answers(0x6983)),
        (0x87, Some(0x9c), 1, Mishap::VanishesAfter),
    ]
    .map(|(ins, p2, nth, mishap)| Fault {
        ins,
        p2,
        nth,
        mishap,
    });
    assert_eq!(table.faults, expected);
    drop(table);
    for line in ["faults off", "lie off", "insert", "touch auto"] {
        obey(&desk, line).unwrap();
    }
    let status = obey(&desk, "status").unwrap();
    assert_eq!(
        (&status["present"], &status["faults"], &status["waiting"]),
        (&json!(true), &json!(0), &json!(false))
    );
}

#[test]
fn what_is_not_understood_changes_nothing() {
    let desk = Desk::default();
    for line in [
        "",
        "touch me",
        "touch delay soon",
        "fail 20",
        "fail xx 6983",
        "drop 47 never",
        "drop 47 after 0",
        "drop 47 after 1 2",
        "lie",
        "lie serial x",
    ] {
        assert!(obey(&desk, line).is_err(), "{line}");
    }
    assert!(desk.table().faults.is_empty() && desk.table().lies.is_empty());
}

#[test]
fn the_socket_answers_line_for_line() {
    let directory = std::env::temp_dir().join(format!("virtual-yubikey-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("control");
    let desk = Arc::new(Desk::default());
    // twice: what a killed card has left does not stand in the way
    listen(&path, Arc::clone(&desk)).unwrap();
    listen(&path, desk).unwrap();
    let mut stream = UnixStream::connect(&path).unwrap();
    stream.write_all(b"waiting\nnonsense\n").unwrap();
    let mut lines = BufReader::new(stream).lines();
    assert_eq!(lines.next().unwrap().unwrap(), r#"{"waiting":false}"#);
    assert!(lines.next().unwrap().unwrap().contains("not understood"));
    std::fs::remove_dir_all(&directory).unwrap();
}
