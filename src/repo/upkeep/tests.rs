//! Snapshot, timestamp and renewal over small repositories in a directory, and a whole client after.

use std::fs;

use serde_json::json;
use time::Duration;
use time::macros::datetime;

use super::due::renew_with;
use super::*;
use crate::repo::Published;
use crate::tuf::client::{Client, Earlier};
use crate::tuf::key::KeyId;
use crate::tuf::metadata::Metadata;
use crate::tuf::root::Signed;
use crate::tuf::testing::{NOW, Pair, signed_by, spec};

const SOON: OffsetDateTime = datetime!(2026-11-30 00:00:00 UTC);
const LATER: OffsetDateTime = datetime!(2027-02-23 00:00:00 UTC);

pub struct Repository {
    kept: tempfile::TempDir,
    pub place: Place,
    /// Keys that are here.
    pairs: Vec<u32>,
}

fn signatures(pairs: &[u32], signers: &Signers, payload: &[u8]) -> Vec<Signature> {
    let sign = |(id, key): &(KeyId, crate::tuf::key::PublicKey)| {
        let pair = pairs.iter().map(|pair| Pair::golden(*pair));
        let pair = pair.into_iter().find(|pair| pair.public() == *key)?;
        Some(Signature::new(*id, &pair.sign(payload)))
    };
    signers.keys.iter().filter_map(sign).collect()
}

impl Repository {
    /// Beside the repository.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.kept.path().join(name)
    }

    /// A root whose every role has key 0, and targets metadata without a target.
    pub fn new() -> Self {
        let kept = tempfile::tempdir().unwrap();
        let place = Place::create(&kept.path().join("tuf")).unwrap();
        let repository = Self {
            kept,
            place,
            pairs: vec![0],
        };
        repository.stage_root(1, &[]);
        repository.stage_targets("targets", 1, "2027-01-01T00:00:00Z", None, &[0]);
        repository
    }

    fn stage_root(&self, version: u64, others: &[(Role, Vec<u32>, u32)]) {
        let (zero, one) = (Pair::golden(0), Pair::golden(1));
        let mut spec = spec(version, &[&zero, &one], 1);
        for (role, pairs, threshold) in others {
            let pairs: Vec<_> = pairs.iter().map(|pair| Pair::golden(*pair)).collect();
            let pairs: Vec<_> = pairs.iter().collect();
            spec.roles
                .insert(*role, crate::tuf::testing::role(&pairs, *threshold));
        }
        let signed = signed_by(&spec, &[&zero]);
        self.place.stage("root", &signed.to_file()).unwrap();
    }

    pub fn stage_targets(
        &self,
        role: &str,
        version: u64,
        expires: &str,
        delegations: Option<Value>,
        pairs: &[u32],
    ) {
        let mut signed = json!({
            "_type": "targets", "spec_version": "1.0.34", "version": version,
            "expires": expires, "targets": {}, "x-kept": "yes",
        });
        if let Some(delegations) = delegations {
            signed["delegations"] = delegations;
        }
        let payload = crate::canonical::olpc(&signed).unwrap();
        let signers = Signers {
            keys: pairs
                .iter()
                .map(|pair| Pair::golden(*pair).public())
                .map(|key| (key.key_id(), key))
                .collect(),
            threshold: 1,
        };
        let file = repository::file(&payload, &signatures(pairs, &signers, &payload));
        self.place.stage(role, &file).unwrap();
    }

    pub fn snapshot(&self) -> Result<Made, RepoError> {
        snapshot_with(&self.place, SOON, NOW, &mut |_, signers, payload| {
            Ok(signatures(&self.pairs, signers, payload))
        })
    }

    pub fn timestamp(&self) -> Result<Made, RepoError> {
        timestamp_with(&self.place, SOON, NOW, &mut |_, signers, payload| {
            Ok(signatures(&self.pairs, signers, payload))
        })
    }

    fn renew(&self, role: &str) -> Result<Made, RepoError> {
        renew_with(&self.place, role, LATER, NOW, &mut |_, signers, payload| {
            Ok(signatures(&self.pairs, signers, payload))
        })
    }

    fn staged(&self, role: &str) -> Metadata {
        self.place.staged_role(role).unwrap().unwrap().file
    }

    /// What `commit` does, without its care.
    pub fn publish(&self) {
        for entry in fs::read_dir(self.place.staged()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let role = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let version = version_of(&self.staged(&role)).unwrap();
            let to = self.place.repository();
            if role != "timestamp" {
                fs::copy(&path, to.join(format!("{version}.{role}.json"))).unwrap();
            }
            fs::copy(&path, to.join(format!("{role}.json"))).unwrap();
            fs::remove_file(path).unwrap();
        }
    }

    /// A client goes from the first root to the end.
    fn accepted(&self) {
        let files = crate::repo::published::Files {
            directory: self.place.repository(),
            ..Default::default()
        };
        let anchor = fs::read(files.path("1.root.json")).unwrap();
        let client = Client::refresh(
            &anchor,
            &files,
            NOW,
            crate::tuf::client::Limits::default(),
            Earlier::default(),
        );
        client.map(|_| ()).unwrap();
    }

    fn published(&self) -> Published {
        Published::read(&self.place).unwrap().unwrap()
    }
}

fn delegations(roles: &[(&str, u32)]) -> Value {
    let keys: serde_json::Map<String, Value> = roles
        .iter()
        .map(|(_, pair)| Pair::golden(*pair).public())
        .map(|key| (key.key_id().hex(), key.to_tuf()))
        .collect();
    let roles: Vec<Value> = roles
        .iter()
        .map(|(name, pair)| {
            json!({"name": name, "keyids": [Pair::golden(*pair).public().key_id().hex()],
                "threshold": 1, "terminating": false, "paths": ["*"]})
        })
        .collect();
    json!({"keys": keys, "roles": roles})
}

#[test]
fn what_is_staged_is_listed_signed_and_accepted() {
    let repository = Repository::new();
    let made = repository.snapshot().unwrap();
    assert_eq!((made.version, made.complete()), (1, true));
    assert_eq!(made.lists, BTreeMap::from([("targets.json".to_owned(), 1)]));
    assert_eq!(made.notices, Vec::<String>::new());
    let file = repository.staged("snapshot");
    let listed = Snapshot::read(&file)
        .unwrap()
        .meta
        .remove("targets.json")
        .unwrap();
    assert_eq!(listed, meta_file(1, repository.staged("targets").bytes()));
    // what is staged keeps its number
    assert_eq!(repository.snapshot().unwrap().version, 1);
    assert_eq!(repository.timestamp().unwrap().version, 1);
    repository.publish();
    repository.accepted();
    // a timestamp alone, over what is published
    assert_eq!(repository.timestamp().unwrap().version, 2);
    assert_eq!(repository.timestamp().unwrap().version, 2);
    repository.publish();
    repository.accepted();
    assert_eq!(repository.snapshot().unwrap().version, 2);
    assert_eq!(repository.timestamp().unwrap().lists["snapshot.json"], 2);
    repository.publish();
    repository.accepted();
}

#[test]
fn entries_are_never_dropped_nor_lowered_and_unknown_members_stay() {
    let repository = Repository::new();
    let roles = delegations(&[("builds", 1), ("later", 1)]);
    let at = "2027-01-01T00:00:00Z";
    repository.stage_targets("targets", 1, at, Some(roles), &[0]);
    repository.stage_targets("builds", 4, at, Some(delegations(&[("nightly", 0)])), &[1]);
    repository.stage_targets("nightly", 7, at, None, &[0]);
    repository.stage_targets("stranger", 1, at, None, &[0]);
    let made = repository.snapshot().unwrap();
    let lists = [("targets.json", 1), ("builds.json", 4), ("nightly.json", 7)];
    assert_eq!(
        made.lists,
        lists
            .map(|(name, version)| (name.to_owned(), version))
            .into()
    );
    assert!(made.notices[0].contains("later"), "{:?}", made.notices);
    assert!(made.notices[1].contains("stranger"), "{:?}", made.notices);
    repository.timestamp().unwrap();
    fs::remove_file(repository.place.staged_path("stranger")).unwrap();
    repository.publish();
    repository.accepted();

    // the delegation is taken back: its entries stay; members of others stay as well
    let path = repository.place.repository().join("1.snapshot.json");
    let text = fs::read_to_string(&path).unwrap();
    let mut file: Value = serde_json::from_str(&text).unwrap();
    file["signed"]["x-note"] = json!("kept\nhere");
    file["signed"]["meta"]["builds.json"]["x-by"] = json!("somebody");
    fs::write(&path, file.to_string()).unwrap();
    repository.stage_targets("targets", 2, at, None, &[0]);
    let made = repository.snapshot().unwrap();
    assert_eq!(
        (made.lists["targets.json"], made.lists["nightly.json"]),
        (2, 7)
    );
    let file = repository.staged("snapshot");
    let signed = file.to_signed().unwrap().signed;
    assert_eq!(signed["x-note"], json!("kept\nhere"));
    assert_eq!(signed["meta"]["builds.json"]["x-by"], json!("somebody"));
    assert_eq!(made.signed, 1);

    // back to an earlier version, and another content under the same one
    repository.stage_targets("targets", 1, "2027-01-02T00:00:00Z", None, &[0]);
    let refused = repository.snapshot().unwrap_err();
    assert!(refused.happened.contains("other content"), "{refused}");
    repository.stage_targets("targets", 2, at, None, &[0]);
    repository.snapshot().unwrap();
    repository.timestamp().unwrap();
    repository.publish();
    repository.accepted();
    repository.stage_targets("targets", 1, at, None, &[0]);
    let refused = repository.snapshot().unwrap_err();
    assert!(refused.happened.contains("go back"), "{refused}");
}

#[test]
fn what_cannot_be_is_refused_and_stages_nothing() {
    let repository = Repository::new();
    let refused = |repository: &Repository, words: &str| {
        let error = repository.snapshot().unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(repository.place.staged_role("snapshot").unwrap().is_none());
    };
    // no snapshot for the timestamp, none signed
    assert!(
        repository
            .timestamp()
            .unwrap_err()
            .to_string()
            .contains("no snapshot")
    );
    // unsigned, signed by a stranger, of another type, none
    repository.stage_targets("targets", 1, "2027-01-01T00:00:00Z", None, &[]);
    refused(&repository, "signed by 0 of the 1");
    repository.stage_targets("targets", 1, "2027-01-01T00:00:00Z", None, &[1]);
    refused(&repository, "repo sign targets");
    let root = fs::read(repository.place.staged_path("root")).unwrap();
    fs::write(repository.place.staged_path("targets"), root).unwrap();
    refused(&repository, "its type is `root`");
    fs::remove_file(repository.place.staged_path("targets")).unwrap();
    refused(&repository, "repo add");
    // an expiry that is over
    repository.stage_targets("targets", 1, "2027-01-01T00:00:00Z", None, &[0]);
    let error = snapshot_with(&repository.place, NOW, NOW, &mut |_, _, _| Ok(Vec::new()));
    assert_eq!(error.unwrap_err().status, crate::repo::Status::Call);
    // names that lead elsewhere
    let out = delegations(&[("../root", 1)]);
    repository.stage_targets("targets", 1, "2027-01-01T00:00:00Z", Some(out), &[0]);
    refused(&repository, "cannot be kept in a file");
    // no key of the role
    let empty = tempfile::tempdir().unwrap();
    let place = crate::repo::root::begin(&empty.path().join("new"), true, NOW).unwrap();
    let error = snapshot_with(&place, SOON, NOW, &mut |_, _, _| Ok(Vec::new())).unwrap_err();
    assert!(error.next.contains("gen-key snapshot"), "{error}");
    // what is published was changed
    let repository = Repository::new();
    repository.snapshot().unwrap();
    repository.timestamp().unwrap();
    repository.publish();
    fs::write(repository.place.repository().join("1.targets.json"), "{}").unwrap();
    refused(&repository, "not as the published snapshot lists it");
}

#[test]
fn two_places_sign_one_snapshot() {
    let mut repository = Repository::new();
    repository.stage_root(1, &[(Role::Snapshot, vec![0, 2], 2)]);
    let made = repository.snapshot().unwrap();
    assert_eq!(
        (made.signed, made.threshold, made.complete()),
        (1, 2, false)
    );
    assert!(made.notices[0].contains("1 of the 2"), "{:?}", made.notices);
    let refused = repository.timestamp().unwrap_err();
    assert!(refused.happened.contains("1 of the 2"), "{refused}");
    // elsewhere, over the same payload
    repository.pairs = vec![2];
    assert!(repository.snapshot().unwrap().complete());
    let refused = repository.timestamp().unwrap_err();
    assert!(refused.happened.contains("holds none"), "{refused}");
    repository.pairs = vec![0];
    repository.timestamp().unwrap();
    repository.publish();
    repository.accepted();
}

#[test]
fn what_is_due_is_found_and_renewed_with_nothing_else_changed() {
    let repository = Repository::new();
    let at = "2027-01-01T00:00:00Z";
    repository.stage_targets("targets", 3, at, Some(delegations(&[("builds", 0)])), &[0]);
    repository.stage_targets("builds", 2, "2026-11-24T00:00:00Z", None, &[0]);
    repository.snapshot().unwrap();
    repository.timestamp().unwrap();
    repository.publish();
    let find = |within: Duration, now: OffsetDateTime| {
        let due = due(&repository.place, &repository.published(), within, now).unwrap();
        due.into_iter()
            .map(|due| (due.role, due.why))
            .collect::<Vec<_>>()
    };
    assert_eq!(find(Duration::hours(1), NOW), []);
    let builds = ("builds".to_owned(), Why::ExpiresSoon);
    assert_eq!(find(Duration::days(2), NOW), [builds]);
    let later = NOW + Duration::days(3);
    assert_eq!(
        find(Duration::days(2), later),
        [("builds".to_owned(), Why::Expired)]
    );
    let all = find(Duration::days(8), NOW);
    let names: Vec<_> = all.iter().map(|(role, _)| role.as_str()).collect();
    assert_eq!(names, ["builds", "snapshot", "timestamp"]);
    assert_eq!(find(Duration::days(4000), NOW)[0].0, "root");

    let before = fs::read_to_string(repository.place.repository().join("3.targets.json")).unwrap();
    for (role, version) in [
        ("targets", 4),
        ("builds", 3),
        ("builds", 3),
        ("snapshot", 2),
        ("timestamp", 2),
    ] {
        let made = repository.renew(role).unwrap();
        assert_eq!((made.version, made.complete()), (version, true), "{role}");
    }
    let file = repository.staged("targets");
    let text = before
        .replace("\"version\":3", "\"version\":4")
        .replace(at, "2027-02-23T00:00:00Z");
    let expected = Signed::parse(text.as_bytes()).unwrap();
    assert_eq!(file.to_signed().unwrap().signed, expected.signed);
    repository.publish();
    repository.accepted();
    assert!(repository.renew("root").is_err());
    assert!(
        repository
            .renew("nobody")
            .unwrap_err()
            .happened
            .contains("nobody")
    );

    // another root, whose timestamp key is another one
    repository.stage_root(2, &[(Role::Timestamp, vec![2], 1)]);
    repository.publish();
    let due = find(Duration::hours(1), NOW);
    let signed = Why::NotSigned {
        signed: 0,
        threshold: 1,
    };
    assert_eq!(due, [("timestamp".to_owned(), signed)]);
}
