import json, sys

root = json.load(open(sys.argv[1]))
signed = root["signed"]
canonical = json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
open("payload", "wb").write(canonical.encode())
for entry in root["signatures"]:
    open(entry["keyid"] + ".sig", "wb").write(bytes.fromhex(entry["sig"]))
    key = signed["keys"].get(entry["keyid"])
    if key and key["keytype"] == "ecdsa":
        open(entry["keyid"] + ".pem", "w").write(key["keyval"]["public"])
