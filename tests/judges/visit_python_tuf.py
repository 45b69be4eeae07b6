"""visit URL TARGET ROOT=CACHE...: what python-tuf's client says of a repository over HTTP.

One line for each pair, in order: `accepted`, or `refused: REASON`. A cache that is empty begins with ROOT;
one that is not goes on from where it was.
"""

import sys
from pathlib import Path

from tuf.api.exceptions import DownloadError, RepositoryError
from tuf.ngclient import Updater


def visit(url: str, target: str, root: str, cache: str) -> str:
    kept = Path(cache)
    kept.mkdir(parents=True, exist_ok=True)
    # only the first time: what is kept is what is trusted from then on
    anchor = None if (kept / "root.json").exists() else Path(root).read_bytes()
    try:
        client = Updater(
            cache, f"{url}/", cache, f"{url}/targets/", bootstrap=anchor
        )
        client.refresh()
        listed = client.get_targetinfo(target)
        if listed is None:
            return f"refused: {target} is not listed"
        client.download_target(listed, str(kept / "downloaded"))
    except (RepositoryError, DownloadError, ValueError) as error:
        return f"refused: {type(error).__name__}: {' '.join(str(error).split())}"
    return "accepted"


if __name__ == "__main__":
    for pair in sys.argv[3:]:
        print(visit(sys.argv[1], sys.argv[2], *pair.split("=", 1)))
