"""Cuts bodies and salts out of a transcript, as a published copy has them.

    withhold_bodies.py TRANSCRIPT KIND...

Bodies of these kinds stay; all others are withheld.
"""

import sys

from verify_ceremony import RECORD

path, *kept = sys.argv[1:]
lines = []
for line in open(path, "rb").read().splitlines():
    found = RECORD.fullmatch(line)
    if found["kind"].decode() not in kept:
        line = found["front"] + found["middle"] + b',"node":"' + found["node"] + b'"' + found["end"]
    lines.append(line + b"\n")
open(path, "wb").write(b"".join(lines))
