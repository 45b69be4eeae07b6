import hashlib, json, re, sys

lines = open(sys.argv[1], "rb").read().split(b"\n")
assert lines.pop() == b"", "the last record is torn"
mode = json.loads(lines[0])["body"]["mode"]


def sha(part, *inputs):
    domain = f"rootstage/transcript/1/{mode}/{part}\0".encode()
    return hashlib.sha256(domain + b"".join(inputs)).digest()


form = re.compile(
    rb'(\{"actor":"[a-z0-9-]*","at":"[0-9TZ:.-]{24}"),"body":(.*)(,"digest":"([0-9a-f]{64})"'
    rb',"kind":"[a-z0-9-]*","mono":([0-9]+)),"node":"([0-9a-f]{64})","salt":"([0-9a-f]{32})"'
    rb'(,"seq":([0-9]+),"step":"[a-z0-9.-]*"\})'
)
head, before = sha("header"), 0
for number, line in enumerate(lines):
    match = form.fullmatch(line)
    assert match, f"line {number} is no record"
    front, body, middle, digest, mono, node, salt, end, seq = match.groups()
    assert int(seq) == number, f"record {number} is out of its place"
    assert int(mono) >= before, f"time goes backwards at record {number}"
    assert sha("body", bytes.fromhex(salt.decode()), body).hex() == digest.decode(), f"body {number}"
    head, before = sha("node", head, sha("leaf", front + middle + end)), int(mono)
    assert head.hex() == node.decode(), f"the chain breaks at record {number}"
print(f"{len(lines)} records, {mode}, head {head.hex()}")
