"""Rewrites a transcript as somebody would who has the directory and no key: changes the text of some bodies,
and chains everything anew, so that each digest and each node is right again.

    forge_transcript.py TRANSCRIPT FROM TO [PLAN-OR-SCRIPT]...

Files that are named after it are those whose digests the first record has: they are digested anew.
"""

import os
import sys

from verify_ceremony import canonical, parse, sha256

path, old, new, *files = sys.argv[1:]
records = [parse(line) for line in open(path, "rb").read().splitlines()]
domain = f"rootstage/transcript/1/{records[0]['body']['mode']}".encode()
node, forged = sha256(domain + b"/header\0"), []
for record in records:
    body = parse(canonical(record.pop("body")).replace(old.encode(), new.encode()))
    for file in files if record["seq"] == 0 else []:
        body[os.path.basename(file).split(".")[0]] = sha256(open(file, "rb").read())
    salt = record.pop("salt")
    del record["node"]
    record["digest"] = sha256(domain + b"/body\0" + bytes.fromhex(salt) + canonical(body))
    node = sha256(domain + b"/node\0" + bytes.fromhex(node + sha256(domain + b"/leaf\0" + canonical(record))))
    forged.append(canonical(record | {"body": body, "salt": salt, "node": node}) + b"\n")
open(path, "wb").write(b"".join(forged))
