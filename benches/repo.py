"""What benches/repo.rs compares with: python-tuf offers every file of a directory, by hard links.

    python benches/repo.py FILES OUT

Hashes with hashlib (OpenSSL), names files as consistent snapshots do, writes compact metadata.
"""

import datetime
import hashlib
import os
import sys

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization.json import JSONSerializer

files, out = sys.argv[1:]
compact = JSONSerializer(compact=True)
expires = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
expires += datetime.timedelta(days=90)
signer = CryptoSigner.generate_ecdsa()
os.makedirs(os.path.join(out, "targets"))


def seal(signed, name):
    metadata = Metadata(signed)
    metadata.sign(signer)
    data = metadata.to_bytes(compact)
    with open(os.path.join(out, name), "wb") as file:
        file.write(data)
    return MetaFile(signed.version, len(data), {"sha256": hashlib.sha256(data).hexdigest()})


root = Root(expires=expires, consistent_snapshot=True)
for role in ("root", "targets", "snapshot", "timestamp"):
    root.add_key(signer.public_key, role)
seal(root, "1.root.json")
targets = Targets(expires=expires)
for at, _, names in os.walk(files):
    below = os.path.relpath(at, files)
    below = "" if below == "." else below + "/"
    os.makedirs(os.path.join(out, "targets", below), exist_ok=True)
    for name in names:
        path = os.path.join(at, name)
        digest = hashlib.sha256()
        length = 0
        with open(path, "rb", buffering=0) as file:
            while part := file.read(1 << 20):
                digest.update(part)
                length += len(part)
        listed = digest.hexdigest()
        targets.targets[below + name] = TargetFile(length, {"sha256": listed}, below + name)
        os.link(path, os.path.join(out, "targets", below, f"{listed}.{name}"))
snapshot = Snapshot(expires=expires)
snapshot.meta["targets.json"] = seal(targets, "1.targets.json")
timestamp = Timestamp(expires=expires)
timestamp.snapshot_meta = seal(snapshot, "1.snapshot.json")
seal(timestamp, "timestamp.json")
