"""Says of each directory that is named on a line of stdin which rules of verify_ceremony.py fail, on a line."""

import sys

from verify_ceremony import TRANSCRIPT_LIMIT, read, verified

for line in sys.stdin:
    directory = line.rstrip("\n")
    ceremony = verified(directory, read(directory, "transcript.jsonl", TRANSCRIPT_LIMIT), [], None)
    print(" ".join(name for name, verdict, _ in ceremony.checks if verdict == "FAIL"), flush=True)
