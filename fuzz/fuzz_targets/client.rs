//! A whole repository in memory: lines `NAME SIGNED`, each of which is signed here with the one key
//! of the root, so that what is behind the signatures is reached; the last names the target that is
//! asked for. A refusal or a verified repository, never a panic, and never a name that leads out.
#![no_main]

use std::cell::RefCell;
use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use libfuzzer_sys::fuzz_target;
use rootstage::canonical::parse;
use rootstage::tuf::client::{Client, Earlier, Fetch, Limits};
use rootstage::tuf::key::PublicKey;
use rootstage::tuf::root::{KeyEntry, Role, RoleSpec, RootSpec, Signature, Signed, payload};

struct Files {
    files: BTreeMap<String, Vec<u8>>,
    asked: RefCell<Vec<String>>,
}

impl Fetch for Files {
    fn fetch(&self, name: &str, _: usize) -> Result<Option<Vec<u8>>, String> {
        self.asked.borrow_mut().push(name.to_owned());
        Ok(self.files.get(name).cloned())
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let key = SigningKey::from_bytes(&[7; 32]);
    let public = PublicKey::from_ed25519_raw(key.verifying_key().to_bytes()).expect("a key");
    let sign = |mut file: Signed| {
        let (bytes, _) = payload(&file.signed).ok()?;
        file.put(Signature::new(
            public.key_id(),
            &key.sign(&bytes).to_bytes(),
        ));
        Some(file.to_file())
    };
    let role = || RoleSpec {
        keys: vec![KeyEntry {
            key: public.clone(),
            note: String::new(),
        }],
        threshold: 1,
    };
    let now = time::OffsetDateTime::UNIX_EPOCH + time::Duration::days(20_000);
    let spec = RootSpec {
        version: 1,
        expires: now + time::Duration::days(1),
        consistent_snapshot: bytes.first().is_some_and(|byte| byte & 1 == 1),
        roles: BTreeMap::from(Role::ALL.map(|name| (name, role()))),
    };
    let anchor = sign(Signed::unsigned(spec.build().expect("a root"))).expect("canonical");
    let files: BTreeMap<String, Vec<u8>> = text
        .lines()
        .filter_map(|line| {
            let (name, signed) = line.split_once(' ')?;
            let signed = parse(signed.as_bytes(), 1 << 20).ok()?;
            Some((name.to_owned(), sign(Signed::unsigned(signed))?))
        })
        .collect();
    let ask = text.lines().last().unwrap_or_default();
    let files = Files {
        files,
        asked: RefCell::default(),
    };
    let earlier = Earlier {
        timestamp: files.files.get("earlier-timestamp").map(Vec::as_slice),
        snapshot: files.files.get("earlier-snapshot").map(Vec::as_slice),
    };
    let limits = Limits {
        roles: 50,
        ..Limits::default()
    };
    if let Ok(mut client) = Client::refresh(&anchor, &files, now, limits, earlier) {
        let standings = client.trust().standings();
        assert!(
            standings
                .iter()
                .all(|role| role.tally.met() && role.expires > now)
        );
        if let Ok(Some(found)) = client.find(ask) {
            let _ = client.download(ask, &found.target);
        }
        let _ = client.delegated();
    }
    for name in files.asked.borrow().iter() {
        assert!(!name.split('/').any(|part| matches!(part, "" | "." | "..")));
    }
});
