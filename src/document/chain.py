import hashlib, re, sys

lines = open(sys.argv[1], "rb").read().split(b"\n")
assert lines.pop() == b"", "the last record is torn"
# a published copy has records without body and salt
form = re.compile(
    rb'(\{"actor":"[a-z0-9-]*","at":"[0-9TZ:.-]{24}")(?:,"body":(.*))?(,"digest":"([0-9a-f]{64})"'
    rb',"kind":"[a-z0-9-]*","mono":([0-9]+)),"node":"([0-9a-f]{64})"(?:,"salt":"([0-9a-f]{32})")?'
    rb'(,"seq":([0-9]+),"step":"[a-z0-9.-]*"\})'
)


def walk(mode):
    def sha(part, *inputs):
        domain = f"rootstage/transcript/1/{mode}/{part}\0".encode()
        return hashlib.sha256(domain + b"".join(inputs)).digest()

    head, before, withheld = sha("header"), 0, 0
    for number, line in enumerate(lines):
        match = form.fullmatch(line)
        assert match, f"line {number} is no record"
        front, body, middle, digest, mono, node, salt, end, seq = match.groups()
        head = sha("node", head, sha("leaf", front + middle + end))
        if number == 0 and head.hex() != node.decode():
            return None
        assert head.hex() == node.decode(), f"the chain breaks at record {number}"
        assert int(seq) == number, f"record {number} is out of its place"
        assert int(mono) >= before, f"time goes backwards at record {number}"
        assert (body is None) == (salt is None), f"record {number} is neither whole nor withheld"
        if body is None:
            withheld += 1
        else:
            salted = sha("body", bytes.fromhex(salt.decode()), body)
            assert salted.hex() == digest.decode(), f"body {number}"
        before = int(mono)
    return head.hex(), withheld


# the mode is in the first body, which may be withheld: its domain is the one that fits
found = [(mode, walk(mode)) for mode in ("production", "rehearsal")]
found = [(mode, *walked) for mode, walked in found if lines and walked]
assert found, "the chain breaks at record 0"
mode, head, withheld = found[0]
print(f"{len(lines)} records, {mode}, head {head}" + (f", {withheld} bodies withheld" if withheld else ""))
