"""visit URL TARGET ROOT=CACHE...: whether sigstore-python takes a repository as its root of trust.

First its own command `sigstore --instance URL trust-instance ROOT` (where the cache is empty), then the trust
configuration is loaded and everything in it is read. TARGET is not used: the client knows what it wants. One
line for each pair, in order: `accepted`, or `refused: REASON`.
"""

import os
import sys
from pathlib import Path

from sigstore import _cli
from sigstore.errors import Error
from sigstore.models import ClientTrustConfig
from sigstore._internal.trust import KeyringPurpose


def visit(url: str, root: str, cache: str) -> str:
    Path(cache).mkdir(parents=True, exist_ok=True)
    first = not any(Path(cache).iterdir())
    os.environ |= {"HOME": cache, "XDG_DATA_HOME": cache, "XDG_CACHE_HOME": cache}
    try:
        if first:
            command = ["--instance", url, "trust-instance", root]
            _cli.main(command)
        trust = ClientTrustConfig.from_tuf(url)
        trust.trusted_root.rekor_keyring(KeyringPurpose.VERIFY)
        if not trust.trusted_root.get_fulcio_certs():
            return "refused: no certificate authority"
        trust.signing_config.get_fulcio()
    except SystemExit as ended:
        if ended.code:
            return f"refused: its command ended with {ended.code}"
    except (Error, ValueError) as error:
        reason = error.__cause__ or error
        return f"refused: {type(reason).__name__}: {' '.join(str(reason).split())}"
    return "accepted"


if __name__ == "__main__":
    # what the command says goes to standard error: standard output is for the rulings
    rulings = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for pair in sys.argv[3:]:
        print(visit(sys.argv[1], *pair.split("=", 1)), file=rulings, flush=True)
