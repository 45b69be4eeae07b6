//! What was published is accepted by every client of the field, from every root that there ever was, while root
//! keys and online keys are replaced twice; and by clients that remember their earlier visits.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::online::{Client, Server};
use crate::place::Place;

const TARGET: &str = "trusted_root.json";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/online")
}

/// Clients, with the caches that they keep over a whole story.
pub struct Field {
    clients: Vec<Client>,
    server: Server,
    visits: usize,
}

impl Field {
    pub fn new(of: &[Client], repository: &Path) -> Self {
        Self {
            clients: Client::present(of),
            server: Server::of(repository),
            visits: 0,
        }
    }

    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Every client begins with each of these roots; the one that was here before comes again with what it kept.
    pub fn accepts(&mut self, place: &Place, target: &str, when: &str) {
        for (client, root, ruling) in self.rulings(place, target) {
            assert_eq!(ruling, Ok(()), "{client:?} from {root}, {when}");
        }
    }

    fn rulings(
        &mut self,
        place: &Place,
        target: &str,
    ) -> Vec<(Client, String, Result<(), String>)> {
        self.visits += 1;
        let (roots, url, visits) = (place.roots(), self.server.url(), self.visits);
        assert!(!roots.is_empty(), "nothing is published");
        std::thread::scope(|scope| {
            let clients: Vec<_> = self
                .clients
                .iter()
                .map(|client| {
                    let (roots, url) = (&roots, &url);
                    scope.spawn(move || {
                        let cache = |name: &str| place.at(format!("caches/{client:?}-{name}"));
                        let fresh: Vec<_> = (0..roots.len())
                            .map(|root| cache(&format!("{visits}-{root}")))
                            .collect();
                        let kept = cache("kept");
                        let mut pairs: Vec<(&Path, &Path)> = roots
                            .iter()
                            .zip(&fresh)
                            .map(|(root, cache)| (root.as_path(), cache.as_path()))
                            .collect();
                        pairs.push((&roots[0], &kept));
                        client.visits(url, target, &pairs)
                    })
                })
                .collect();
            let mut all = Vec::new();
            for (client, visits) in self.clients.iter().zip(clients) {
                for (at, ruling) in visits.join().unwrap().into_iter().enumerate() {
                    let root = match roots.get(at) {
                        Some(_) => format!("root {}", at + 1),
                        None => "what it kept".to_owned(),
                    };
                    all.push((*client, root, ruling));
                }
            }
            all
        })
    }
}

/// Root keys and online keys are replaced twice.
fn story(consistent: bool) {
    let place = Place::begin(consistent);
    let mut field = Field::new(&Client::ALL, &place.at("tuf/repository"));
    let files = fixtures();
    let from = format!(
        "add --from {} --from {} --expires 90d",
        files.join(TARGET).display(),
        files.join("signing_config.v0.2.json").display()
    );
    place.root(&["ada", "ben"], &[], 2, &["ada", "ben"], "");
    place.repo(&from);
    place.upkeep();
    place.repo("commit");
    field.accepts(&place, TARGET, "after the first commit");

    let people = [["ada", "ben"], ["cat", "dan"], ["eve", "fay"]];
    for step in 1..3 {
        let (old, new) = (people[step - 1], people[step]);
        let mut more = String::new();
        for role in ["targets", "snapshot", "timestamp"] {
            for id in place.key_ids(role) {
                let _ = write!(more, " --remove {role}={id}");
            }
            place.gen_key(role);
        }
        let signers = [old, new].concat();
        place.root(&new, &old, 2, &signers, &more);
        place.repo("add --expires 90d --hash both");
        place.upkeep();
        let when = format!("root {}", step + 1);
        field.accepts(&place, TARGET, &format!("before {when} is committed"));
        place.repo("commit");
        assert_eq!(place.roots().len(), step + 1);
        field.accepts(&place, TARGET, &format!("after {when} is committed"));
    }
    place.repo("verify --layout");
    // and without a ceremony: what expires is renewed
    place.repo("refresh --within 8d --expires timestamp=9d");
    field.accepts(&place, TARGET, "after a refresh");
    assert!(!field.server().asked().is_empty());
}

#[test]
fn every_client_follows_with_names_that_carry_versions_and_digests() {
    story(true);
}

#[test]
fn every_client_follows_with_plain_names() {
    story(false);
}

/// The judges are no yes-men: each refuses a repository with one altered byte.
#[test]
fn every_client_refuses_what_was_altered() {
    let place = Place::begin(true);
    place.root(&["ada"], &[], 1, &["ada"], "");
    place.repo(&format!(
        "add --from {} --from {} --expires 90d",
        fixtures().join(TARGET).display(),
        fixtures().join("signing_config.v0.2.json").display()
    ));
    place.upkeep();
    place.repo("commit");
    let mut field = Field::new(&Client::ALL, &place.at("tuf/repository"));
    let file = place.at("tuf/repository/timestamp.json");
    let altered = std::fs::read_to_string(&file)
        .unwrap()
        .replace("\"version\":1", "\"version\":2");
    std::fs::write(&file, altered).unwrap();
    for (client, root, ruling) in field.rulings(&place, TARGET) {
        assert!(ruling.is_err(), "{client:?} from {root}");
    }
}
