//! What is withheld is in no field, file or digest of a copy, whatever people are called.

use rootstage::ceremony::command::{Command, ExceptionForm};

use super::room::{Room, plan};
use super::{SALT, audit, leaks, publish};

const PUBLISH: &str = "\n[publish]\nwithhold = [\"names\", \"serials\"]\nsalt = \"70870b5b93d97bc836407780bb803800\"\n";

/// What a plan is filled in with.
struct People {
    names: [&'static str; 4],
    /// Names of token files, which are their serial numbers.
    tokens: [&'static str; 2],
    labels: [&'static str; 2],
}

const DAYS: [People; 4] = [
    People {
        names: [
            "Søren Ångström",
            "Zoë O'Hara-Łuka",
            "Jürgen \\\"Jay\\\" Groß",
            "Ὀδυσσεύς Ἰθάκη",
        ],
        tokens: ["15422467.age", "0a1b2c3d4e5f6071.age"],
        labels: ["label with 'quotes'", "50%25 of \\\"it\\\""],
    },
    People {
        names: ["  Wu Li", "Bo Ek", "X Æ A-12", "Nguyễn Thị Hương"],
        tokens: ["73915.age", "A7F3.age"],
        labels: ["Kx9q", "back\\\\slash"],
    },
    People {
        names: [
            "Mary-Jane Watson-Parker",
            "José María Íñiguez",
            "王秀英 Wang",
            "<b>Bold</b> & Sons",
        ],
        tokens: ["se%20rial-99.age", "se rial+98.age"],
        labels: ["a;b?c=d&e", "ÜMLAUT ß"],
    },
    People {
        names: [
            "Robert'); DROP TABLE",
            "Tab Ulator",
            "Émile Zola",
            "Per Cent%41",
        ],
        tokens: ["99887766554433.age", "ZZTOP-0001.age"],
        labels: ["zztop label", "0001-zztop"],
    },
];

fn filled(people: &People) -> String {
    let mut plan = plan(2, 2);
    let usual = [
        "Val Administrator",
        "Wim Witness",
        "Ada Keyholder",
        "Bruno Keyholder",
    ];
    for (usual, name) in usual.iter().zip(&people.names) {
        assert!(plan.contains(usual), "{usual}");
        plan = plan.replace(usual, name.trim());
    }
    for (number, (token, label)) in (1..).zip(people.tokens.iter().zip(&people.labels)) {
        plan = plan
            .replace(
                &format!("tokens/keyholder-{number}.age"),
                &format!("tokens/{token}"),
            )
            .replace(&format!("\"root-{number}\""), &format!("\"{label}\""));
    }
    plan
}

fn unquoted(text: &str) -> String {
    text.trim().replace("\\\"", "\"").replace("\\\\", "\\")
}

#[test]
fn no_byte_of_a_copy_tells_what_is_withheld() {
    for (number, people) in DAYS.iter().enumerate() {
        let title = format!("A day of {}", people.names[0].trim());
        let plan = filled(people).replace("A story", &title) + PUBLISH;
        let mut room = Room::with_plan(&plan);
        room.to_the_end();
        let copy = room.home.path().join("copy");
        publish(&room.dir(), &copy).is(0, &["written"]);
        audit(&copy, &[]).is(0, &[]);
        let all = people
            .names
            .iter()
            .chain(&people.tokens)
            .chain(&people.labels);
        let mut withheld: Vec<String> = all.map(|text| unquoted(text)).collect();
        withheld.push(SALT.to_owned());
        withheld.push(unquoted(&title));
        let state = room.state();
        withheld.extend(state.keys.keys().map(|name| {
            let text = state.possession_text(name).unwrap();
            String::from_utf8(text).unwrap()
        }));
        let sought: Vec<&str> = withheld.iter().map(String::as_str).collect();
        // the whole directory has them, or the search would find nothing anywhere
        assert!(
            leaks::found(&room.dir(), &sought[..1]).len() > 1,
            "{number}"
        );
        let leaks = leaks::found(&copy, &sought);
        assert!(leaks.is_empty(), "{number}: {leaks:?}");
    }
}

/// What people wrote about each other stands in one record, and programs like to say it again in others.
#[test]
fn what_one_record_withholds_no_other_repeats() {
    let secret = "Ada Keyholder dropped token 15422467 on the floor of bay 7731-K";
    let mut room = Room::with_plan(&(plan(2, 2) + PUBLISH));
    room.until("sign.keyholder-1", "secret");
    let form = ExceptionForm {
        expected: secret.to_owned(),
        happened: secret.to_owned(),
        decided: secret.to_owned(),
        ..Room::exception(&["VA"])
    };
    room.submit(Command::LogException(form), None).unwrap();
    room.submit(
        Command::Pause {
            reason: "bay 7731-K, on the floor of it".to_owned(),
        },
        None,
    )
    .unwrap();
    room.to_the_end();
    let copy = room.home.path().join("copy");
    publish(&room.dir(), &copy).is(0, &["exception-logged"]);
    let leaks = leaks::found(&copy, &[secret, "7731-K", "on the floor of", "15422467"]);
    assert!(leaks.is_empty(), "{leaks:?}");
    assert_eq!(audit(&copy, &[]).json()["exception_count"], 1);
    let report = std::fs::read_to_string(copy.join("report.html")).unwrap();
    assert!(report.contains("Exception E1") && report.contains("PUBLISHED COPY"));
}

#[test]
fn without_a_salt_the_digest_of_the_plan_is_withheld_everywhere() {
    let mut room = Room::with_plan(&plan(2, 2));
    room.to_the_end();
    let copy = room.home.path().join("copy");
    publish(&room.dir(), &copy).is(0, &["ceremony-opened"]);
    let digest = room.state().procedure.plan.digest;
    let words = digest.words().join(" ");
    for text in [digest.hex(), digest.groups().join(" "), words] {
        let leaks = leaks::found(&copy, &[&text]);
        assert!(leaks.is_empty(), "{leaks:?}");
    }
    let said = audit(&copy, &[]);
    said.is(0, &[]);
    assert_eq!(said.json()["rehearsal"], true);
}
