"""judge ROOT.json [NEXT.root.json ...]: what python-tuf says of a TUF root.

Exit status 0: accepted as a trust anchor, and each next root in turn. 1: refused, with the
reason on stderr. 2: the call is wrong.
"""

import sys
from pathlib import Path

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Root
from tuf.ngclient import UpdaterConfig
from tuf.ngclient._internal.trusted_metadata_set import TrustedMetadataSet


def judge(files: list[str]) -> None:
    at = files[0]
    try:
        # once through the metadata API: a root verifies itself, and the one before the next
        trusted = None
        for at in files:
            root = Metadata[Root].from_bytes(Path(at).read_bytes())
            if trusted is not None:
                trusted.verify_delegate("root", root)
            root.verify_delegate("root", root)
            trusted = root
        # and once as a client does it: a trust anchor, updated
        at = files[0]
        anchor = TrustedMetadataSet(
            Path(at).read_bytes(), UpdaterConfig().envelope_type
        )
        for at in files[1:]:
            anchor.update_root(Path(at).read_bytes())
    except (RepositoryError, ValueError, OSError) as error:
        sys.exit(f"python-tuf: {at}: {type(error).__name__}: {error}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print("usage: judge ROOT.json [NEXT.root.json ...]", file=sys.stderr)
        sys.exit(2)
    judge(sys.argv[1:])
