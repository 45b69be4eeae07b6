#!/usr/bin/env python3
"""Opens an envelope by assets/envelope-format.md alone: read_envelope.py FILE.

Prints the digest of the content and, per payload, digest, size and name. Exit status 1 with the
reason where the file breaks a rule. Standard library only.
"""
import hashlib, json, re, sys, zlib

KINDS = {"staged-role", "signed-role", "signatures", "transcript", "attestations", "public-keys"}
DEVICES = {"con", "prn", "aux", "nul"} | {d + str(n) for d in ("com", "lpt") for n in range(10)}


def must(rule, reason):
    if not rule:
        sys.exit("refused: " + reason)


def read(file):
    must(file[:7] == b"\x8aRSE\r\n\x1a" and file[7:8] == b"\x01", "not an envelope of version 1")
    must(76 <= len(file) <= (64 << 20) + (64 << 10), "length of the file")
    must(hashlib.sha256(file[:-32]).digest() == file[-32:], "digest of the file")
    length = int.from_bytes(file[8:12], "big")
    must(length <= 64 << 20, "length of the content")
    stream = zlib.decompressobj(-15)
    content = stream.decompress(file[44:-32], length + 1)
    must(len(content) == length and stream.eof and not stream.unused_data, "compressed part")
    must(hashlib.sha256(content).digest() == file[12:44], "digest of the content")
    line, end, rest = content.partition(b"\n")
    must(end and len(line) <= 65536, "no manifest")
    manifest = json.loads(line)
    again = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    must(again.encode() == line, "manifest is not canonical")
    must(set(manifest) <= {"ceremony", "created", "from", "kind", "note", "payloads"}, "unknown member")
    must(manifest["kind"] in KINDS, "kind")
    must(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", manifest["created"]), "created")
    names = [entry["name"] for entry in manifest["payloads"]]
    must(1 <= len(names) <= 256 and names == sorted(names), "order of the names")
    must(len({name.lower() for name in names}) == len(names), "names that differ in case only")
    print("content", hashlib.sha256(content).hexdigest())
    for entry in manifest["payloads"]:
        must(set(entry) == {"name", "sha256", "size"}, "members of a payload")
        name, size = entry["name"], entry["size"]
        must(re.fullmatch(r"[A-Za-z0-9_+@=,][A-Za-z0-9._+@=,-]{0,99}", name), "name")
        must(".." not in name and not name.endswith("."), "name")
        must(name.split(".")[0].lower() not in DEVICES, "name")
        payload, rest = rest[:size], rest[size:]
        digest = hashlib.sha256(payload).hexdigest()
        must(len(payload) == size and digest == entry["sha256"], "payload " + name)
        print(digest, size, name)
    must(not rest, "bytes behind the payloads")


read(open(sys.argv[1], "rb").read())
