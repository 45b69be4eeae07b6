"""Rewrites a transcript as somebody would who has the directory and no key: changes the text of some bodies,
and chains everything anew, so that each digest and each node is right again.

    forge_transcript.py TRANSCRIPT FROM TO [PLAN-OR-SCRIPT]...

Files that are named after it are those whose digests the first record has: they are digested anew.
"""

import os
import sys

from verify_ceremony import RECORD, Transcript, hashed, sha256

path, old, new, *files = sys.argv[1:]
data = open(path, "rb").read()
mode = Transcript(data).mode
node, forged = hashed(mode, "header"), []
for line in data.splitlines():
    found = RECORD.fullmatch(line)
    body = found["body"].replace(old.encode(), new.encode())
    for file in files if found["seq"] == b"0" else []:
        name = os.path.basename(file).split(".")[0].encode()
        at = body.index(b'"' + name + b'":"') + len(name) + 4
        body = body[:at] + sha256(open(file, "rb").read()).encode() + body[at + 64 :]
    salt, digest = found["salt"], found["digest"]
    middle = found["middle"].replace(digest, hashed(mode, "body", bytes.fromhex(salt.decode()), body).hex().encode())
    node = hashed(mode, "node", node, hashed(mode, "leaf", found["front"] + middle + found["end"]))
    made = b'%s,"body":%s%s,"node":"%s","salt":"%s"%s\n'
    forged.append(made % (found["front"], body, middle, node.hex().encode(), salt, found["end"]))
open(path, "wb").write(b"".join(forged))
