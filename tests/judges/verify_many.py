"""Says of each directory that is named on a line of stdin which checks of verify_ceremony.py fail, on a line."""

import os
import sys

from verify_ceremony import TRANSCRIPT_BYTES, Ceremony, Transcript, read, verify

for line in sys.stdin:
    directory = line.rstrip("\n")
    transcript = Transcript(read(os.path.join(directory, "transcript.jsonl"), TRANSCRIPT_BYTES))
    results = verify(Ceremony(directory, transcript))
    print(" ".join(name for name, verdict, _ in results if verdict == "FAIL"), flush=True)
