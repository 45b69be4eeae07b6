"""client REPOSITORY...: what python-tuf's client says of whole repositories.

Each REPOSITORY is a directory as python_repository.py makes it. One line for each, in order:
`accepted`, `not listed` (nobody who is asked lists the target), or `refused: REASON`.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
from tuf.ngclient import FetcherInterface, Updater


class Directory(FetcherInterface):
    """The files of a directory."""

    def _fetch(self, url):
        path = Path(unquote(urlsplit(url).path))
        if not path.is_file():
            raise DownloadHTTPError(f"{path.name} is not there", 404)
        yield path.read_bytes()


def visit(at: Path) -> str:
    with tempfile.TemporaryDirectory() as kept:
        if (at / "earlier").is_dir():
            shutil.copytree(at / "earlier", kept, dirs_exist_ok=True)
        repo = f"file://{at.resolve()}/repo/"
        try:
            client = Updater(
                kept,
                repo,
                kept,
                f"{repo}targets/",
                Directory(),
                bootstrap=(at / "anchor.json").read_bytes(),
            )
            client.refresh()
            target = client.get_targetinfo((at / "ask").read_text())
            if target is None:
                return "not listed"
            client.download_target(target)
        except (RepositoryError, DownloadError, ValueError) as error:
            return f"refused: {type(error).__name__}: {' '.join(str(error).split())}"
        return "accepted"


if __name__ == "__main__":
    for directory in sys.argv[1:]:
        print(visit(Path(directory)))
