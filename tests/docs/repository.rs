//! What the chapter on the repository speaks of, played: the services of a Sigstore, the plans of the two ceremonies,
//! and the file that a delegated role offers.

use std::fmt::Write as _;

use rootstage::tuf::root::Signed;
use serde_json::Value;

use crate::venue::{Room, said};

/// Passphrases of the online roles, as a timer has them.
pub const PASSPHRASES: [(&str, &str); 4] = [
    ("TUF_TARGETS_PASSPHRASE", "targets of the documents"),
    ("TUF_SNAPSHOT_PASSPHRASE", "snapshot of the documents"),
    ("TUF_TIMESTAMP_PASSPHRASE", "timestamp of the documents"),
    ("TUF_BUILDS_PASSPHRASE", "builds of the documents"),
];

/// Certificates and keys, each made in the room.
const SERVICES: &str = r"set -e
key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
usage='-addext keyUsage=critical,keyCertSign,cRLSign'
openssl req -x509 $key -keyout ca.key -out fulcio-chain.pem -days 3650 -subj /O=example.com/CN=fulcio \
  -addext basicConstraints=critical,CA:TRUE $usage
openssl req -x509 $key -keyout tsa-ca.key -out tsa-ca.pem -days 3650 -subj /O=example.com/CN=tsa-ca \
  -addext basicConstraints=critical,CA:TRUE $usage
openssl req $key -keyout tsa.key -out tsa.csr -subj /O=example.com/CN=tsa
printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n' > tsa.ext
openssl x509 -req -in tsa.csr -CA tsa-ca.pem -CAkey tsa-ca.key -days 3650 -extfile tsa.ext -out tsa.pem
cat tsa.pem tsa-ca.pem > tsa-chain.pem
for name in ctfe rekor; do
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out $name.key
  openssl pkey -in $name.key -pubout -out $name.pub
done
tar cf app.tar tsa.ext
";

const ROOT: &str = "first/metadata/1.root.json";

/// Makes what a call names and is not there yet. Gives the call as it is to be executed: with the answers of the
/// people in the room where it is a ceremony of the chapter.
pub fn prepared(room: &Room, call: &str) -> String {
    let missing = |name: &str| call.contains(name) && !room.at(name).exists();
    if missing("fulcio-chain.pem") || missing("app.tar") {
        let made = said(room.command("bash").args(["-c", SERVICES]));
        assert_eq!(made.status, 0, "{made:?}");
    }
    if missing("first.toml") {
        let plan = format!("{}{}{}", head(), online(room), keyholders(&[]));
        room.write("first.toml", plan);
    }
    if missing("second.toml") {
        second(room);
    }
    let runs = ["rootstage run first.toml", "rootstage run second.toml"];
    if runs.iter().any(|run| call.starts_with(run)) {
        let answers = "as_asked = true\n[secret.keyholder-1]\nenv = \"TUF_TARGETS_PASSPHRASE\"\n\
                       [secret.keyholder-2]\nenv = \"TUF_BUILDS_PASSPHRASE\"\n";
        room.write("two.toml", answers);
        return format!("{call} --answers two.toml");
    }
    call.to_owned()
}

fn head() -> String {
    let year = time::OffsetDateTime::now_utc().year() + 1;
    format!(
        "[plan]\ntitle = \"A first root\"\nscript = \"first-root-rehearsal\"\nmode = \"rehearsal\"\n\
         location = \"Room 1\"\n\n[root]\nversion = 1\nthreshold = 2\nexpires = \"{year}-12-01T12:00:00Z\"\n\
         consistent_snapshot = true\n\n"
    )
}

/// The lines for the plan, which the export printed: it is made once more, elsewhere, and names that place.
fn online(room: &Room) -> String {
    let words = ["repo", "export", "public-keys", "--dir", "tuf", "-o"];
    let elsewhere = "again/online-keys";
    std::fs::create_dir(room.at("again")).unwrap();
    let exported = room.rootstage(&[&words[..], &[elsewhere]].concat());
    let out = &exported.is(0, &[]).out;
    let tables = out.find("[root.role.targets]").unwrap();
    format!("{}\n", &out[tables..])
}

/// Administrator, witness, two keyholders with software tokens, the policy; with key ids where the keys exist.
fn keyholders(keyids: &[String]) -> String {
    let mut text = String::new();
    for (duty, initials) in [("administrator", "AD"), ("witness", "WI")] {
        let _ = write!(
            text,
            "[[participant]]\nid = \"{duty}\"\nname = \"The {duty}\"\ninitials = \"{initials}\"\nduty = \"{duty}\"\n\n"
        );
    }
    for (number, letter) in [(1, 'A'), (2, 'B')] {
        let keyid = keyids
            .get(number - 1)
            .map_or_else(String::new, |id| format!("keyid = \"{id}\"\n"));
        let _ = write!(
            text,
            "[[participant]]\nid = \"keyholder-{number}\"\nname = \"Keyholder {letter}\"\ninitials = \"K{letter}\"\n\
             duty = \"keyholder\"\ntoken = \"file:tokens/first-{number}.age\"\nalgorithm = \"ecdsa-p256\"\n\
             key_label = \"root-{number}\"\n{keyid}\n"
        );
    }
    text.push_str(
        "[policy]\nexpiry_min_days = 1\nrequired_checks = []\nno_spare_acknowledged = true\n",
    );
    text
}

/// The next root as `stage-root -o` wrote it, unpacked, in a plan of `sign-staged`.
fn second(room: &Room) {
    let open = "envelope open root-2.staged.rse -o staged-root";
    room.rootstage(&open.split(' ').collect::<Vec<_>>())
        .is(0, &[]);
    let staged = room.read("staged-root/root.json");
    let diff = room.rootstage(&["root", "show", "staged-root/root.json", "--json"]);
    let shown = diff.is(0, &[]).json();
    let payload = shown["payload"]["sha256"].as_str().unwrap();
    let staged = Signed::parse(staged.as_bytes()).unwrap();
    assert_eq!(staged.signed["version"], 2);
    let signed = Signed::parse(room.read(ROOT).as_bytes()).unwrap();
    let ids = |keyids: &Value| -> Vec<String> {
        let keyids = keyids.as_array().unwrap().iter();
        keyids.map(|id| id.as_str().unwrap().to_owned()).collect()
    };
    // in the order of the keyholders: the one who made it says so
    let known = ids(&signed.signed["roles"]["root"]["keyids"]);
    let record = room.read("first/transcript.jsonl");
    let mut keyids = known;
    keyids.sort_by_key(|id| record.find(id.as_str()));
    let sha256 = rootstage::digest::Sha256::of(room.read(ROOT).as_bytes()).hex();
    let plan = format!(
        "[plan]\ntitle = \"The second root\"\nscript = \"sign-staged-rehearsal\"\nmode = \"rehearsal\"\n\
         location = \"Room 1\"\n\n[trusted]\npath = \"{ROOT}\"\nsha256 = \"{sha256}\"\n\n[staged]\n\
         path = \"staged-root/root.json\"\nrole = \"root\"\npayload = \"{payload}\"\n\n{}",
        keyholders(&keyids)
    );
    room.write("second.toml", plan);
}
