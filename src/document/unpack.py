import json, sys


def canonical(value):  # OLPC canonical JSON: only backslash and quote are escaped
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(k)}:{canonical(value[k])}" for k in sorted(value)) + "}"
    return json.dumps(value)  # true, false, null, whole numbers


root = json.load(open(sys.argv[1], encoding="utf-8"))
signed = root["signed"]
open("payload", "wb").write(canonical(signed).encode())
for entry in root["signatures"]:
    open(entry["keyid"] + ".sig", "wb").write(bytes.fromhex(entry["sig"]))
    key = signed["keys"].get(entry["keyid"])
    if key and key["keytype"] == "ecdsa":
        open(entry["keyid"] + ".pem", "w").write(key["keyval"]["public"])
