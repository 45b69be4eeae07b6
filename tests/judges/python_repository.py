"""repository DIR: whole repositories, made with python-tuf, good ones and broken ones.

Makes DIR/LAYOUT/NAME for each of them, where LAYOUT is `consistent` or `plain`, with
  anchor.json       the root that a client begins with
  earlier/          timestamp.json and snapshot.json of an earlier visit, where there was one
  repo/             the metadata, and targets/
  ask               the path of the target that is asked for
"""

import copy
import sys
from datetime import datetime, timedelta, timezone
from hashlib import sha256, sha512
from pathlib import Path

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

NOW = datetime.now(timezone.utc).replace(microsecond=0)
LATER = NOW + timedelta(days=365)
PAST = NOW - timedelta(seconds=5)
PRETTY = JSONSerializer(compact=False)
CONTENT = b"one small file\n"

SIGNERS = {
    name: CryptoSigner.generate_ecdsa()
    for name in (
        *("root1", "root2", "root3", "targets", "targets2", "snapshot", "timestamp"),
        *("timestamp2", "deleg", "other"),
    )
}


class Repo:
    """What a repository is made from; a variant changes it before it is written."""

    def __init__(self, consistent: bool) -> None:
        self.consistent = consistent
        self.root = Root(version=1, expires=LATER, consistent_snapshot=consistent)
        for name in ("root1", "root2"):
            self.root.add_key(SIGNERS[name].public_key, "root")
        self.root.roles["root"].threshold = 2
        for role in ("targets", "snapshot", "timestamp"):
            self.root.add_key(SIGNERS[role].public_key, role)
        self.roots: list[Metadata] = []
        self.targets = {"targets": Targets(version=1, expires=LATER)}
        self.snapshot = Snapshot(version=1, expires=LATER)
        self.timestamp = Timestamp(version=1, expires=LATER)
        self.signers = {"targets": ["targets"], "snapshot": ["snapshot"], "timestamp": ["timestamp"]}
        self.ask = "dir/file.txt"
        self.algorithms = ["sha256", "sha512"]
        self.meta_hashes = True
        self.earlier: dict[str, bytes] = {}
        self.signed: dict[tuple, bytes] = {}
        self.last: tuple[str, ...] = ("root1", "root2")
        self.rename: tuple[str, str] | None = None
        self.drop: set[str] = set()
        self.alter_snapshot = lambda _: None
        self.alter_timestamp = lambda _: None
        self.content = CONTENT
        self.list_in("targets")

    def list_in(self, role: str) -> None:
        for targets in self.targets.values():
            targets.targets.pop(self.ask, None)
        self.targets[role].targets[self.ask] = TargetFile.from_data(self.ask, CONTENT, self.algorithms)

    def delegate(self, parent: str, name: str, paths=None, prefixes=None, terminating=False, lists=False) -> None:
        key = SIGNERS["deleg"].public_key
        delegations = self.targets[parent].delegations
        if delegations is None:
            delegations = self.targets[parent].delegations = Delegations({key.keyid: key}, {})
        delegations.roles[name] = DelegatedRole(name, [key.keyid], 1, terminating, paths, prefixes)
        if name not in self.targets:
            self.targets[name] = Targets(version=1, expires=LATER)
            self.signers[name] = ["deleg"]
        if lists:
            self.list_in(name)

    def sign(self, signed, names) -> bytes:
        metadata = Metadata(copy.deepcopy(signed))
        # a signature has a random part: the same metadata is signed once only
        made = (metadata.signed_bytes, tuple(names))
        if made not in self.signed:
            for name in names:
                metadata.sign(SIGNERS[name], append=True)
            self.signed[made] = metadata.to_bytes(PRETTY)
        return self.signed[made]

    def next_root(self, change=lambda root: None, signers=("root1", "root2"), version=None) -> None:
        """Keeps the present root as it is, and goes on with the one after it."""
        self.roots.append((copy.deepcopy(self.root), self.last))
        self.root = copy.deepcopy(self.root)
        self.root.version = version or self.root.version + 1
        change(self.root)
        self.last = signers

    def files(self) -> dict[str, bytes]:
        files: dict[str, bytes] = {}

        def put(role: str, version: int, data: bytes) -> None:
            files[f"{version}.{role}.json" if self.consistent else f"{role}.json"] = data

        roots = [*self.roots, (self.root, self.last)]
        for at, (root, signers) in enumerate(roots):
            files[f"{at + 1}.root.json"] = self.sign(root, signers)

        def meta(version: int, data: bytes) -> MetaFile:
            if self.meta_hashes:
                return MetaFile.from_data(version, data, self.algorithms)
            return MetaFile(version)

        snapshot = copy.deepcopy(self.snapshot)
        snapshot.meta = {}
        for role, targets in self.targets.items():
            data = self.sign(targets, self.signers[role])
            put(role, targets.version, data)
            snapshot.meta[f"{role}.json"] = meta(targets.version, data)
        self.alter_snapshot(snapshot)
        data = self.sign(snapshot, self.signers["snapshot"])
        put("snapshot", snapshot.version, data)
        timestamp = copy.deepcopy(self.timestamp)
        timestamp.snapshot_meta = meta(snapshot.version, data)
        self.alter_timestamp(timestamp)
        files["timestamp.json"] = self.sign(timestamp, self.signers["timestamp"])
        return files

    def write(self, at: Path) -> None:
        files = self.files()
        directory, name = self.ask.rsplit("/", 1)
        if self.consistent:
            for digest in (sha256(CONTENT).hexdigest(), sha512(CONTENT).hexdigest()):
                files[f"targets/{directory}/{digest}.{name}"] = self.content
        else:
            files[f"targets/{self.ask}"] = self.content
        for file, data in files.items():
            if file in self.drop or file.split("/")[0] in self.drop:
                continue
            path = at / "repo" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (at / "anchor.json").write_bytes(files["1.root.json"])
        (at / "ask").write_text(self.ask)
        for file, data in self.earlier.items():
            path = at / "earlier" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)

    def visited(self) -> None:
        """A client has been here: what it keeps."""
        files = self.files()
        self.earlier["timestamp.json"] = files["timestamp.json"]
        version = self.snapshot.version
        self.earlier["snapshot.json"] = files[f"{version}.snapshot.json" if self.consistent else "snapshot.json"]

    def versions(self, timestamp: int, snapshot: int, targets: int) -> None:
        self.timestamp.version = timestamp
        self.snapshot.version = snapshot
        self.targets["targets"].version = targets


VARIANTS = {}


def variant(function):
    VARIANTS[function.__name__.replace("_", "-")] = function
    return function


@variant
def good(repo):
    pass


@variant
def good_sha256_only(repo):
    repo.algorithms = ["sha256"]
    repo.list_in("targets")


@variant
def good_without_hashes_of_metadata(repo):
    repo.meta_hashes = False


@variant
def good_seen_before(repo):
    repo.visited()


@variant
def good_newer_than_before(repo):
    repo.visited()
    repo.versions(2, 2, 2)


def rotate(root):
    root.add_key(SIGNERS["root3"].public_key, "root")
    root.revoke_key(SIGNERS["root1"].public_key.keyid, "root")


@variant
def good_after_rotation_with_an_expired_root_between(repo):
    repo.next_root(lambda root: setattr(root, "expires", PAST))
    def again(root):
        root.expires = LATER
        rotate(root)
    repo.next_root(again, ("root1", "root2", "root3"))


@variant
def good_new_timestamp_key_after_a_fast_forward(repo):
    repo.versions(1000, 1, 1)
    repo.visited()
    repo.versions(1, 1, 1)
    def renew(root):
        root.add_key(SIGNERS["timestamp2"].public_key, "timestamp")
        root.revoke_key(SIGNERS["timestamp"].public_key.keyid, "timestamp")
    repo.next_root(renew)
    repo.signers["timestamp"] = ["timestamp2"]


@variant
def good_delegated(repo):
    repo.delegate("targets", "first", ["other/*"])
    repo.delegate("targets", "second", ["dir/*.txt"], lists=True)


@variant
def good_delegated_by_hash_prefix(repo):
    digest = sha256(repo.ask.encode()).hexdigest()
    repo.delegate("targets", "bin", prefixes=["0000", digest[:2]], lists=True)


@variant
def good_delegated_twice_over(repo):
    repo.delegate("targets", "first", ["dir/*"])
    repo.delegate("first", "below", ["dir/file.???"], lists=True)
    repo.delegate("targets", "second", ["*/*"])


@variant
def good_below_a_terminating_role(repo):
    repo.delegate("targets", "first", ["dir/*"], terminating=True)
    repo.delegate("first", "below", ["dir/*"], lists=True)


@variant
def good_behind_a_loop(repo):
    repo.delegate("targets", "first", ["*/*"])
    repo.delegate("first", "below", ["*/*"])
    repo.delegate("below", "first", ["*/*"])
    repo.delegate("targets", "last", ["*/*"], lists=True)


@variant
def good_the_32nd_role(repo):
    for at in range(32):
        repo.delegate("targets", f"role{at}", ["*/*"], lists=at == 31)


@variant
def good_with_a_set_in_the_pattern(repo):
    repo.delegate("targets", "first", ["[a-d]ir/[!x]*.t[x]t"], lists=True)


@variant
def nobody_lists_it(repo):
    repo.targets["targets"].targets.clear()


@variant
def delegation_is_for_other_paths(repo):
    # no wildcard stands for a slash
    repo.delegate("targets", "first", ["*", "dir*", "dir/*/*", "?ir/file.tx"], lists=True)


@variant
def a_terminating_role_stands_before(repo):
    repo.delegate("targets", "first", ["dir/*"], terminating=True)
    repo.delegate("targets", "second", ["dir/*"], lists=True)


@variant
def delegations_are_a_loop(repo):
    repo.targets["targets"].targets.clear()
    repo.delegate("targets", "first", ["*/*"])
    repo.delegate("first", "below", ["*/*"])
    repo.delegate("below", "first", ["*/*"])


@variant
def the_33rd_role(repo):
    for at in range(40):
        repo.delegate("targets", f"role{at}", ["*/*"], lists=at == 32)


@variant
def timestamp_went_back(repo):
    repo.versions(5, 5, 5)
    repo.visited()
    repo.versions(4, 5, 5)


@variant
def snapshot_went_back(repo):
    repo.versions(5, 5, 5)
    repo.visited()
    repo.versions(6, 4, 5)


@variant
def targets_went_back(repo):
    repo.versions(5, 5, 5)
    repo.visited()
    repo.versions(6, 6, 4)


@variant
def delegated_role_went_back(repo):
    repo.delegate("targets", "first", ["dir/*"], lists=True)
    repo.targets["first"].version = 3
    repo.visited()
    repo.versions(2, 2, 2)
    repo.targets["first"].version = 2


@variant
def snapshot_drops_a_role(repo):
    repo.delegate("targets", "first", ["dir/*"])
    repo.visited()
    repo.versions(2, 2, 2)
    repo.alter_snapshot = lambda snapshot: snapshot.meta.pop("first.json")


@variant
def root_expired(repo):
    repo.root.expires = PAST


@variant
def timestamp_expired(repo):
    repo.timestamp.expires = PAST


@variant
def snapshot_expired(repo):
    repo.snapshot.expires = PAST


@variant
def targets_expired(repo):
    repo.targets["targets"].expires = PAST


@variant
def delegated_role_expired(repo):
    repo.delegate("targets", "first", ["dir/*"], lists=True)
    repo.targets["first"].expires = PAST


@variant
def snapshot_with_another_digest(repo):
    repo.alter_timestamp = lambda timestamp: timestamp.snapshot_meta.hashes.update(sha256="0" * 64)


@variant
def snapshot_with_another_length(repo):
    def change(timestamp):
        timestamp.snapshot_meta.length += 1
    repo.alter_timestamp = change


@variant
def snapshot_longer_than_listed(repo):
    def change(timestamp):
        timestamp.snapshot_meta.length -= 1
    repo.alter_timestamp = change


@variant
def snapshot_of_another_version_under_the_name(repo):
    # what is in 1.snapshot.json says that it is version 2
    repo.meta_hashes = False
    repo.snapshot.version = 2
    def change(timestamp):
        timestamp.snapshot_meta.version = 1
    repo.alter_timestamp = change
    repo.rename = ("2.snapshot.json", "1.snapshot.json")


@variant
def targets_of_another_version_under_the_name(repo):
    repo.meta_hashes = False
    repo.targets["targets"].version = 2
    def change(snapshot):
        snapshot.meta["targets.json"].version = 1
    repo.alter_snapshot = change
    repo.rename = ("2.targets.json", "1.targets.json")


@variant
def targets_with_another_digest(repo):
    repo.alter_snapshot = lambda snapshot: snapshot.meta["targets.json"].hashes.update(sha512="0" * 128)


@variant
def timestamp_by_another_key(repo):
    repo.signers["timestamp"] = ["other"]


@variant
def snapshot_by_another_key(repo):
    repo.signers["snapshot"] = ["timestamp"]


@variant
def targets_by_another_key(repo):
    repo.signers["targets"] = ["other"]


@variant
def targets_by_one_of_two_keys(repo):
    repo.root.add_key(SIGNERS["targets2"].public_key, "targets")
    repo.root.roles["targets"].threshold = 2


@variant
def delegated_role_by_another_key(repo):
    repo.delegate("targets", "first", ["dir/*"], lists=True)
    repo.signers["first"] = ["targets"]


@variant
def root_leaves_out_a_version(repo):
    repo.next_root(version=3)


@variant
def root_by_its_new_keys_only(repo):
    def all_new(root):
        for name in ("targets2", "root3"):
            root.add_key(SIGNERS[name].public_key, "root")
        for name in ("root1", "root2"):
            root.revoke_key(SIGNERS[name].public_key.keyid, "root")
    repo.next_root(all_new, ("targets2", "root3"))


@variant
def root_by_its_old_keys_only(repo):
    def all_new(root):
        for name in ("targets2", "root3"):
            root.add_key(SIGNERS[name].public_key, "root")
        for name in ("root1", "root2"):
            root.revoke_key(SIGNERS[name].public_key.keyid, "root")
    repo.next_root(all_new, ("root1", "root2"))


@variant
def timestamp_missing(repo):
    repo.drop.add("timestamp.json")


@variant
def snapshot_missing(repo):
    repo.drop.update({"1.snapshot.json", "snapshot.json"})


@variant
def targets_missing(repo):
    repo.drop.update({"1.targets.json", "targets.json"})


@variant
def delegated_role_missing(repo):
    repo.delegate("targets", "first", ["dir/*"], lists=True)
    repo.drop.update({"1.first.json", "first.json"})


@variant
def delegated_role_not_in_the_snapshot(repo):
    repo.delegate("targets", "first", ["dir/*"], lists=True)
    repo.alter_snapshot = lambda snapshot: snapshot.meta.pop("first.json")


@variant
def file_missing(repo):
    repo.drop.add("targets")


@variant
def file_with_other_content(repo):
    repo.content = CONTENT.replace(b"o", b"0")


@variant
def file_longer(repo):
    repo.content = CONTENT + b"\n"


@variant
def file_shorter(repo):
    repo.content = CONTENT[:-1]


def main(home: Path) -> None:
    for layout in ("consistent", "plain"):
        for name, change in VARIANTS.items():
            repo = Repo(layout == "consistent")
            change(repo)
            at = home / layout / name
            at.mkdir(parents=True)
            repo.write(at)
            if repo.rename and repo.consistent:
                old, new = repo.rename
                (at / "repo" / old).rename(at / "repo" / new)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print("usage: repository DIR", file=sys.stderr)
        sys.exit(2)
    main(Path(sys.argv[1]))
