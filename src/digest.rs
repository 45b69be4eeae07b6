//! SHA-256 digests and their one rendering for people: hex groups and PGP words. (stub until merged)
#![allow(missing_docs)]
use serde::{Deserialize, Serialize};
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sha256(pub [u8; 32]);
impl Sha256 {
    pub fn of(bytes: &[u8]) -> Self { use sha2::Digest; let mut o=[0;32]; o.copy_from_slice(&sha2::Sha256::digest(bytes)); Self(o) }
    pub fn hex(&self) -> String { data_encoding::HEXLOWER.encode(&self.0) }
    pub fn short(&self) -> String { let h=self.hex(); format!("{} {}", &h[..4], &h[4..8]) }
    pub fn groups(&self) -> Vec<String> { self.hex().as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect() }
    pub fn words(&self) -> [&'static str; 32] { ["stub"; 32] }
}
