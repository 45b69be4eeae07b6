"""Cuts bodies and salts out of a transcript, as a published copy has them.

    withhold_bodies.py TRANSCRIPT KIND...

Bodies of these kinds stay; all others are withheld.
"""

import sys

from verify_ceremony import canonical, parse

path, *kept = sys.argv[1:]
lines = []
for line in open(path, "rb").read().splitlines():
    record = parse(line)
    if record["kind"] not in kept:
        del record["body"], record["salt"]
    lines.append(canonical(record) + b"\n")
open(path, "wb").write(b"".join(lines))
