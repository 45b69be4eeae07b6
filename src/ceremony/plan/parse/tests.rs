use proptest::prelude::*;
use time::macros::datetime;

use crate::ceremony::plan::{Duty, Outline, Plan, rehearsal};

fn plan(keyholders: u32, threshold: u32) -> String {
    rehearsal(&Outline {
        title: "Rehearsal".to_owned(),
        location: "Room 1".to_owned(),
        keyholders,
        threshold,
        expires: datetime!(2027-06-30 12:00 UTC),
    })
}

#[test]
fn transport_is_read_and_every_problem_in_it_told() {
    use crate::ceremony::medium::{MediumRole, Way};
    let read = |section: &str| {
        let text = plan(3, 2).replacen("[policy]", &format!("{section}\n\n[policy]"), 1);
        Plan::parse(text.as_bytes()).map_err(|problems| problems.in_file("p"))
    };
    let whole = "[transport]\nin = [\"medium\", \"qr\"]\nout = [\"file\", \"medium\"]\nlog = true";
    let plan = read(whole).unwrap();
    assert_eq!(plan.transport.incoming, [Way::Medium, Way::Qr]);
    assert_eq!(plan.transport.outgoing, [Way::File, Way::Medium]);
    assert_eq!(plan.transport.media(), MediumRole::ALL);
    let lines: Vec<String> = plan
        .parameters()
        .into_iter()
        .map(|(label, value)| format!("{label}: {value}"))
        .collect();
    for said in [
        "Files come in: on the IN medium, as QR codes",
        "Results leave: as files",
        "LOG medium: gets a copy",
    ] {
        assert!(lines.iter().any(|line| line.starts_with(said)), "{lines:?}");
    }
    for (section, says) in [
        ("[transport]\nin = []", "nothing could come in"),
        ("[transport]\nin = [\"usb\"]", "must be one of"),
        ("[transport]\nout = [\"mediun\"]", "Did you mean"),
        ("[transport]\nout = [\"qr\", \"qr\"]", "twice"),
        ("[transport]\nin = \"qr\"", "must be"),
        ("[transport]\nlog = \"yes\"", "must be"),
        ("[transport]\nlogs = true", "Did you mean `log`?"),
    ] {
        let told = read(section).err().unwrap_or_default();
        assert!(told.contains(says), "{section}: {told}");
    }
}

fn told(from: &str, to: &str) -> String {
    let text = plan(3, 2);
    assert!(text.contains(from), "{from}");
    match Plan::parse(text.replacen(from, to, 1).as_bytes()) {
        Ok(_) => String::new(),
        Err(problems) => problems.in_file("p"),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of rules, one entry each")]
fn every_rule_is_told() {
    for (from, to, says) in [
        ("threshold = 2", "threshold = 4", "could never be signed"),
        ("threshold = 2", "threshold = 3", "no spare"),
        ("threshold = 2", "threshold = 0", "from 1 to"),
        ("threshold = 2", "treshold = 2", "Did you mean `threshold`?"),
        ("mode = \"rehearsal\"", "mode = \"real\"", "must be one of"),
        ("version = 1", "version = 0", "from 1 to"),
        (
            "id = \"keyholder-2\"",
            "id = \"keyholder-1\"",
            "The id \"keyholder-1\" is taken at line",
        ),
        ("\"BK\"", "\"ak\"", "The initials \"AK\" is taken"),
        ("\"BK\"", "\"B1\"", "two to four letters"),
        ("\"BK\"", "\"B\"", "two to four letters"),
        ("Bruno Keyholder", "Ada Keyholder", "The name"),
        (
            "keyholder-2.age",
            "keyholder-1.age",
            "The token \"file:tokens/keyholder-1.age\" is taken",
        ),
        (
            "duty = \"witness\"",
            "duty = \"wittness\"",
            "Did you mean `witness`?",
        ),
        (
            "duty = \"witness\"",
            "duty = \"witness\"\ntoken = \"file:x\"",
            "is for keyholders",
        ),
        (
            "file:tokens/keyholder-1.age",
            "tpm:123",
            "has no token kind `tpm`",
        ),
        ("file:tokens/keyholder-1.age", "key.age", "a token is named"),
        (
            "algorithm = \"ecdsa-p256\"",
            "algorithm = \"ecdsa-p384\"",
            "tuf-js and tough refuse",
        ),
        (
            "algorithm = \"ecdsa-p256\"",
            "algorithm = \"rsa\"",
            "must be one of",
        ),
        ("key_label = \"root-1\"\n", "", "lacks the key `key_label`"),
        (
            "token = \"file:tokens/keyholder-1.age\"\n",
            "",
            "lacks the key `token`",
        ),
        ("2027-06-30T12:00:00Z", "2027-06-30", "must be a UTC time"),
        (
            "2027-06-30T12:00:00Z",
            "2027-02-30T12:00:00Z",
            "must be a UTC time",
        ),
        (
            "2027-06-30T12:00:00Z",
            "2027-06-30T12:00:00+00:00",
            "must be a UTC time",
        ),
        (
            "\"2027-06-30T12:00:00Z\"",
            "2027-06-30T12:00:00Z",
            "a date without quotes",
        ),
        (
            "consistent_snapshot = true\n",
            "",
            "lacks the key `consistent_snapshot`",
        ),
        ("keys/targets.pem", "../targets.pem", "must not climb"),
        ("keys/targets.pem", "/a/../targets.pem", "must not climb"),
        ("{ path = \"keys/targets.pem\" }", "", "has no key"),
        (
            "{ path = \"keys/targets.pem\" }",
            "{ path = \"a\" }, { path = \"a\" }",
            "named twice",
        ),
        (
            "{ path = \"keys/targets.pem\" }",
            "{ path = \"a\", sha256 = \"00\" }",
            "64 hexadecimal",
        ),
        (
            "[root.role.targets]\nthreshold = 1",
            "[root.role.targets]\nthreshold = 2",
            "could never be signed",
        ),
        (
            "[root.role.targets]",
            "[root.role.target]",
            "Did you mean `targets`?",
        ),
        (
            "expiry_min_days = 1",
            "expiry_min_days = 3661",
            "from 1 to 3660",
        ),
        (
            "expiry_max_days = 3660",
            "expiry_max_days = 1\nx = 1",
            "has no key `x`",
        ),
        (
            "required_checks = []",
            "required_checks = [\"No Such\"]",
            "not the id of a check",
        ),
        (
            "required_checks = []",
            "required_checks = [\"memory.swop\"]",
            "Did you mean `memory.swap`?",
        ),
        (
            "clock_tolerance_minutes = 2",
            "clock_tolerance_minutes = 16",
            "from 0 to 15",
        ),
        ("title = \"Rehearsal\"", "title = \"a\\u001Bb\"", "U+001B"),
        (
            "[policy]",
            "[quorum]\nwitness = 2\n[policy]",
            "lists 1 people",
        ),
        (
            "[policy]",
            "[output]\ndirectories = [\"/a\", \"/a\"]\n[policy]",
            "named twice",
        ),
    ] {
        let told = told(from, to);
        assert!(told.contains(says), "{from} -> {to}: {told}");
    }
    let production = plan(3, 2)
        .replace("mode = \"rehearsal\"", "mode = \"production\"")
        .replace("threshold = 2", "threshold = 1");
    let told = Plan::parse(production.as_bytes())
        .expect_err("refused")
        .to_string();
    assert!(told.contains("one stolen key"), "{told}");
}

#[test]
fn bounds_that_cross_are_told() {
    let text = plan(3, 2)
        .replace("expiry_min_days = 1", "expiry_min_days = 500")
        .replace("expiry_max_days = 3660", "expiry_max_days = 400");
    let told = Plan::parse(text.as_bytes())
        .expect_err("refused")
        .to_string();
    assert!(told.contains("is longer than the longest"), "{told}");
}

#[test]
fn ten_problems_are_told_in_one_reading() {
    let text = plan(3, 2)
        .replacen("title =", "titel =", 1)
        .replacen("mode = \"rehearsal\"", "mode = 3", 1)
        .replacen("\"VA\"", "\"\"", 1)
        .replacen("duty = \"witness\"", "duty = \"observer\"", 1)
        .replacen("file:tokens/keyholder-2.age", "tpm:1", 1)
        .replacen("threshold = 2", "threshold = 9", 1)
        .replacen("[root.role.snapshot]", "[root.role.snapshots]", 1)
        .replacen("allow_p384 = false", "allow_p384 = \"no\"", 1);
    let problems = Plan::parse(text.as_bytes()).expect_err("refused");
    let lines: Vec<&str> = text.lines().collect();
    for (says, stands) in [
        ("no key `titel`", "titel ="),
        ("lacks the key `title`", "[plan]"),
        ("`plan.mode` must be text", "mode = 3"),
        ("initials are two to four", "initials = \"\""),
        ("\"observer\"", "duty = \"observer\""),
        ("no token kind `tpm`", "tpm:1"),
        ("could never be signed", "threshold = 9"),
        ("no key `snapshots`", "[root.role.snapshots]"),
        ("lacks the key `snapshot`", "[root.role"),
        ("must be true or false", "allow_p384 = \"no\""),
    ] {
        let problem = problems.iter().find(|p| p.sentence.contains(says));
        let problem = problem.unwrap_or_else(|| panic!("{says}: {problems}"));
        let line = lines
            .get(usize::try_from(problem.line).expect("line") - 1)
            .copied();
        assert!(
            line.is_some_and(|line| line.contains(stands)),
            "{problem}: {line:?}"
        );
    }
    assert_eq!(problems.len(), 10, "{problems}");
}

#[test]
fn what_is_not_said_has_a_default() {
    let text = plan(3, 2);
    let start = text.find("[policy]").expect("policy");
    let plan = Plan::parse(text.get(..start).expect("start").as_bytes()).expect("parses");
    assert_eq!(
        (plan.policy.expiry_min_days, plan.policy.expiry_max_days),
        (30, 400)
    );
    assert_eq!(plan.quorum.get(&Duty::Keyholder), Some(&3));
    assert_eq!(plan.quorum.get(&Duty::Witness), Some(&1));
    assert_eq!(plan.quorum.get(&Duty::Auditor), Some(&0));
    assert!(plan.policy.required_checks.is_empty());
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Plan::parse(&bytes);
        let _ = crate::ceremony::script::Script::parse(&bytes);
    }

    #[test]
    fn no_mutated_plan_panics(
        at in any::<prop::sample::Index>(),
        cut in 0_usize..60,
        put in "[\\PC\\n\"=\\[\\]{}.]{0,12}",
    ) {
        let text = plan(3, 2);
        let start = at.index(text.len());
        let end = (start + cut).min(text.len());
        let mutated = [text.get(..start), Some(put.as_str()), text.get(end..)];
        let mutated: String = mutated.into_iter().flatten().collect();
        if let Err(problems) = Plan::parse(mutated.as_bytes()) {
            prop_assert!(!problems.is_empty());
            let last = u32::try_from(mutated.lines().count()).unwrap_or(u32::MAX);
            prop_assert!(problems.iter().all(|p| p.line <= last + 1));
        }
    }
}

#[test]
fn the_checks_required_by_default_are_checks_that_this_binary_makes() {
    for id in super::REQUIRED_CHECKS {
        assert!(crate::ceremony::check::IDS.contains(&id), "{id}");
    }
}

#[test]
fn what_is_demanded_of_attestations_follows_from_tokens_and_mode() {
    let of = |mode: &str, token: &str, more: &str| {
        let text = plan(3, 2)
            .replace("mode = \"rehearsal\"", &format!("mode = \"{mode}\""))
            .replace("file:tokens/keyholder-1.age", token)
            + more;
        Plan::parse(text.as_bytes()).map(|plan| plan.policy.attestation)
    };
    let yubikey = of("production", "yubikey:7", "").unwrap();
    assert_eq!(yubikey.required.len(), 7);
    assert_eq!(yubikey.required_of_others, ["attestation.key"]);
    let other = of("production", "file:x.age", "").unwrap();
    assert_eq!(other.required, ["attestation.key"]);
    assert!(
        of("rehearsal", "yubikey:7", "")
            .unwrap()
            .required
            .is_empty()
    );
    let told =
        "\n[policy.attestation]\nrequired = [\"attestation.fips\"]\nintermediates = [\"a.pem\"]\n";
    let told = of("production", "yubikey:7", told).unwrap();
    assert_eq!(told.required, ["attestation.fips"]);
    assert_eq!(told.required_of_others, ["attestation.fips"]);
    assert_eq!(told.intermediates, ["a.pem"]);
    let section = |line: &str| format!("\n[policy.attestation]\n{line}\n");
    let trusting = section("test_roots = [\"r.pem\"]");
    assert_eq!(
        of("rehearsal", "yubikey:7", &trusting).unwrap().test_roots,
        ["r.pem"]
    );
    for (mode, line, says) in [
        (
            "production",
            "test_roots = [\"r.pem\"]",
            "for rehearsals only",
        ),
        ("production", "test_roots = []", "for rehearsals only"),
        (
            "rehearsal",
            "required = [\"chain\"]",
            "Did you mean `attestation.chain`?",
        ),
        (
            "rehearsal",
            "required = [\"attestation.cain\"]",
            "Did you mean `attestation.chain`?",
        ),
        (
            "rehearsal",
            "required = [\"xyz\"]",
            "CEREMONY.md lists them",
        ),
        ("rehearsal", "intermediates = [\"../a\"]", "must not climb"),
        ("rehearsal", "intermediates = [\"a\", \"a\"]", "named twice"),
        ("rehearsal", "roots = []", "has no key `roots`"),
    ] {
        let problems = of(mode, "yubikey:7", &section(line))
            .unwrap_err()
            .in_file("p");
        assert!(problems.contains(says), "{line}: {problems}");
    }
}

#[test]
fn the_service_for_smart_cards_is_required_where_a_yubikey_is_used() {
    use crate::ceremony::plan::Mode;
    let required = |mode, token: &str| {
        let mut people = Plan::parse(plan(3, 2).as_bytes()).unwrap().participants;
        let key = people.iter_mut().find_map(|person| person.keys.first_mut());
        key.unwrap().token.0 = token.to_owned();
        super::required_by_default(mode, &people)
    };
    let service = "smartcard.service".to_owned();
    assert!(required(Some(Mode::Production), "yubikey:1").contains(&service));
    assert!(!required(Some(Mode::Production), "pkcs11:token=a").contains(&service));
    assert!(required(Some(Mode::Rehearsal), "yubikey:1").is_empty());
    assert!(crate::ceremony::check::IDS.contains(&service.as_str()));
}
