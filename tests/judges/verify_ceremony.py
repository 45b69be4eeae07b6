#!/usr/bin/env python3
"""Checks a directory of a rootstage ceremony, or a published copy of one, without rootstage.

    verify_ceremony.py DIR [--expect-head HEX|WORDS...] [--trusted-root FILE]... [--json]

Everything that it reads is described in CEREMONY.md ("The transcript, for your own verifier"),
assets/transcript-format.md, assets/seal-format.md, the TUF specification 1.0.34 and DSSE 1.0.2. Its first
version was written and run from the descriptions and from directories of ceremonies, before the code of
rootstage was read; what the descriptions lacked was then added to them, and checked against the code. It shares
no code with rootstage, needs Python 3.11 and the package `cryptography`, opens no network and writes nothing.

One line for each check, `PASS|FAIL|NOTE name explanation`; NOTE where nothing was decided. Names are those
of the rules of `rootstage audit` where the question is the same. Exit status: 0, nothing failed; 1,
something failed; 2, the words of the call are wrong; 3, the transcript cannot be read.

What it does not do: it does not follow the script step by step, does not judge attestations, and does not
apply the plan's policy. `rootstage audit` does.
"""

import argparse
import base64
import binascii
import hashlib
import json
import os
import re
import stat
import sys
from collections import Counter, namedtuple
from dataclasses import dataclass, field

try:
    import tomllib

    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
except ImportError as error:
    print(f"Python 3.11 and the package `cryptography` are needed ({error}). Nothing was verified.", file=sys.stderr)
    sys.exit(3)

# ---- limits: what is beyond them is refused, not read ----------------------------------------------------

TRANSCRIPT_BYTES = 1 << 30
LINE_BYTES = 16 << 20
FILE_BYTES = 16 << 20
FILES_IN_A_DIRECTORY = 10_000
DEPTH = 64
SIGNATURES = 1024
LARGEST = 2**53 - 1


class Wrong(Exception):
    """The check failed: FAIL."""


class Undecided(Exception):
    """Nothing could be compared: NOTE."""


def each(*parts):
    """Makes every part of a check: what can be compared is compared, even where another part cannot be."""
    notes = []
    for part in parts:
        try:
            part()
        except Undecided as note:
            notes.append(str(note))
    if notes:
        raise Undecided("; ".join(dict.fromkeys(notes)))


def demand(holds, explanation):
    if not holds:
        raise Wrong(explanation)


# ---- files -----------------------------------------------------------------------------------------------


def read(path, limit=FILE_BYTES):
    """The bytes of an ordinary file; links, pipes and devices are not followed."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        demand(stat.S_ISREG(status.st_mode), f"{os.path.basename(path)} is no ordinary file")
        data = file.read(limit + 1)
    demand(len(data) <= limit, f"{os.path.basename(path)} is larger than {limit} bytes")
    return data


def listing(directory, name):
    """Paths below directory/name, as `name/…`, sorted; none where it is not there."""
    found, waiting = [], [name]
    while waiting:
        relative = waiting.pop()
        path = os.path.join(directory, relative)
        if not os.path.lexists(path):
            continue
        demand(not os.path.islink(path), f"{relative} is a link")
        for entry in os.scandir(path):
            inside = f"{relative}/{entry.name}"
            (waiting if entry.is_dir(follow_symlinks=False) else found).append(inside)
            demand(len(found) + len(waiting) <= FILES_IN_A_DIRECTORY, f"{name} has too many files")
    return sorted(found)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


# ---- JSON ------------------------------------------------------------------------------------------------


def parse(data):
    """JSON of bytes: UTF-8, no name twice, no fractions, integers within ±(2^53 − 1)."""

    def members(pairs):
        found = dict(pairs)
        demand(len(found) == len(pairs), "a member stands twice in an object")
        return found

    def integer(digits):
        demand(len(digits) <= 17 and abs(int(digits)) <= LARGEST, "a number is too large")
        return int(digits)

    def nothing(text):
        raise Wrong(f"{text[:20]} is no integer")

    try:
        text = data.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=members, parse_int=integer, parse_float=nothing, parse_constant=nothing
        )
    except UnicodeDecodeError:
        raise Wrong("it is not UTF-8") from None
    except RecursionError:
        raise Wrong("it is nested too deeply") from None
    except ValueError as error:
        raise Wrong(f"it is not JSON: {error}") from None
    return value


def rfc8785_string(text):
    return json.dumps(text, ensure_ascii=False)


def olpc_string(text):
    # only these two are escaped: the newlines of a PEM are in the signed bytes as they are
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def canonical(value, string, order, depth=0):
    demand(depth <= DEPTH, "it is nested too deeply")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return string(value)
    if isinstance(value, list):
        return "[" + ",".join(canonical(item, string, order, depth + 1) for item in value) + "]"
    names = sorted(value, key=order)
    parts = (f"{string(name)}:{canonical(value[name], string, order, depth + 1)}" for name in names)
    return "{" + ",".join(parts) + "}"


def encoded(text):
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise Wrong("a string has half of a surrogate pair") from None


def rfc8785(value):
    """Canonical JSON of RFC 8785, for values without fractions; names in the order of UTF-16."""
    return encoded(canonical(value, rfc8785_string, lambda name: name.encode("utf-16-be", "surrogatepass")))


def olpc(value):
    """OLPC canonical JSON, over which TUF metadata is signed; names in the order of code points."""
    return encoded(canonical(value, olpc_string, lambda name: name))


def table(value, what):
    demand(isinstance(value, dict), f"{what} is no object")
    return value


def member(value, name, kind):
    """A member of an object, of this type."""
    found = table(value, "it").get(name)
    right = isinstance(found, kind) and not (kind is int and isinstance(found, bool))
    demand(right, f"it has no member {name} of the right type")
    return found


# ---- keys and signatures ---------------------------------------------------------------------------------

# public: a key object of `cryptography`; scheme: of TUF; spki: SHA-256 of its SubjectPublicKeyInfo
Key = namedtuple("Key", "public scheme spki")


def pem_key(pem):
    demand(len(pem) <= 16384, "a key is too large")
    try:
        return serialization.load_pem_public_key(pem.encode())
    except Exception:
        raise Wrong("a PEM has no public key") from None


def scheme_of(public):
    if isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name in ("secp256r1", "secp384r1"):
        return "ecdsa-sha2-nistp" + public.curve.name[4:7]
    if isinstance(public, ed25519.Ed25519PublicKey):
        return "ed25519"
    if isinstance(public, rsa.RSAPublicKey) and 2048 <= public.key_size <= 16384:
        return "rsassa-pss-sha256"
    raise Wrong("a key is of a kind that is not known here")


def known(public):
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return Key(public, scheme_of(public), sha256(der))


def tuf_key(entry):
    """A key of metadata (TUF 4.2): PEM; hex for Ed25519; the hex of a point in files of old go-tuf."""
    scheme, text = member(entry, "scheme", str), member(member(entry, "keyval", dict), "public", str)
    if text.startswith("-----"):
        public = pem_key(text)
    else:
        try:
            raw = bytes.fromhex(text)
            if scheme == "ed25519":
                public = ed25519.Ed25519PublicKey.from_public_bytes(raw)
            else:
                curve = {"ecdsa-sha2-nistp256": ec.SECP256R1, "ecdsa-sha2-nistp384": ec.SECP384R1}[scheme]
                public = ec.EllipticCurvePublicKey.from_encoded_point(curve(), raw)
        except (ValueError, KeyError):
            raise Wrong("a key is neither PEM nor the hex of one") from None
    key = known(public)
    kinds = {"ed25519": ["ed25519"], "rsassa-pss-sha256": ["rsa"]}.get(key.scheme, ["ecdsa", key.scheme])
    fits = key.scheme == scheme and member(entry, "keytype", str) in kinds
    demand(fits, f"a key of {key.scheme} is listed as {entry['keytype']}, {scheme}")
    return key


def verifies(key, signature, message):
    try:
        if key.scheme == "ed25519":
            key.public.verify(signature, message)
        elif key.scheme == "rsassa-pss-sha256":
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO)
            key.public.verify(signature, message, pss, hashes.SHA256())
        else:
            digest = hashes.SHA384() if key.scheme.endswith("384") else hashes.SHA256()
            key.public.verify(signature, message, ec.ECDSA(digest))
    except (InvalidSignature, ValueError):
        return False
    return True


def unhex(text, what):
    demand(isinstance(text, str) and re.fullmatch("([0-9a-f]{2})*", text), f"{what} is not lower-case hex")
    return bytes.fromhex(text)


def unbase64(text, what):
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Wrong(f"{what} is not base64") from None
    demand(base64.b64encode(data).decode() == text, f"{what} is not base64 of the usual form")
    return data


# ---- metadata --------------------------------------------------------------------------------------------


class Metadata:
    """A metadata file: what is signed, its canonical bytes, and its signatures."""

    def __init__(self, data):
        value = table(parse(data), "the file")
        self.file = sha256(data)
        self.signed = member(value, "signed", dict)
        self.role = member(self.signed, "_type", str)
        self.version = member(self.signed, "version", int)
        self.bytes = olpc(self.signed)
        self.digest = sha256(self.bytes)
        self.signatures = member(value, "signatures", list)
        demand(len(self.signatures) <= SIGNATURES, "it has too many signatures")
        # for each id the bytes that stand under it; an empty one is the place for a signature to come
        self.signatures = [
            (member(one, "keyid", str), unhex(member(one, "sig", str), "a signature"))
            for one in self.signatures
        ]
        ids = [keyid for keyid, _ in self.signatures]
        demand(len(set(ids)) == len(ids), "one key id has two signatures")


def keys_of(listed):
    """The keys of a `keys` object by their ids."""
    demand(len(listed) <= SIGNATURES, "it has too many keys")
    return {keyid: tuf_key(entry) for keyid, entry in listed.items()}


def role_of(holder, name):
    """Keys by id, and threshold, that a root or a delegating role names for a role."""
    if holder.role == "root":
        roles, keys = member(holder.signed, "roles", dict), member(holder.signed, "keys", dict)
        role = member(roles, name, dict)
    else:
        delegations = member(holder.signed, "delegations", dict)
        keys = member(delegations, "keys", dict)
        found = [one for one in member(delegations, "roles", list) if table(one, "a role").get("name") == name]
        demand(len(found) == 1, f"no role {name} is delegated")
        role = found[0]
    threshold, ids = member(role, "threshold", int), member(role, "keyids", list)
    demand(threshold >= 1 and len(set(ids)) == len(ids), f"the role {name} is not well formed")
    demand(all(keyid in keys for keyid in ids), f"the role {name} names a key that is not listed")
    return {keyid: tuf_key(keys[keyid]) for keyid in ids}, threshold


def signers(metadata, keys):
    """Different keys, by their SubjectPublicKeyInfo, whose signatures verify."""
    return {
        keys[keyid].spki
        for keyid, signature in metadata.signatures
        if keyid in keys and verifies(keys[keyid], signature, metadata.bytes)
    }


def reaches(metadata, holder, name, who):
    """Whether enough different keys of a role signed, and the sentence that says so."""
    keys, threshold = role_of(holder, name)
    count = len(signers(metadata, keys))
    return count >= threshold, f"{who}: {count} of {len(keys)} keys signed, {threshold} are needed"


def follows(new, old):
    """Whether a root is the next one after another: TUF 5.3.4 and 5.3.5."""
    return (
        new.version == old.version + 1
        and reaches(new, old, "root", "")[0]
        and reaches(new, new, "root", "")[0]
    )


# ---- the transcript --------------------------------------------------------------------------------------

HEX64 = rb"[0-9a-f]{64}"
# the members of a record in their order; `body` and `salt` are absent together where a body is withheld
RECORD = re.compile(
    rb'(?P<front>\{"actor":"(?P<actor>[a-z0-9-]*)","at":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}'
    rb'\.[0-9]{3}Z")(?:,"body":(?P<body>\{.*\}))?(?P<middle>,"digest":"(?P<digest>' + HEX64 + rb')"'
    rb',"kind":"(?P<kind>[a-z0-9-]*)","mono":(?P<mono>0|[1-9][0-9]{0,15}))'
    rb',"node":"(?P<node>' + HEX64 + rb')"(?:,"salt":"(?P<salt>[0-9a-f]{32})")?'
    rb'(?P<end>,"seq":(?P<seq>0|[1-9][0-9]{0,15}),"step":"(?P<step>[a-z0-9.-]*)"\})'
)
# body: the object, or None where it is withheld; node: the chain node after the record, bytes
Record = namedtuple("Record", "seq actor step kind body node")


def hashed(mode, part, *inputs):
    return hashlib.sha256(f"rootstage/transcript/1/{mode}/{part}\0".encode() + b"".join(inputs)).digest()


def record_of(line, number, mode, before, mono):
    """The record in a line, checked against the node and the clock of the one before."""
    demand(len(line) <= LINE_BYTES, f"line {number} is too long")
    found = RECORD.fullmatch(line)
    demand(found, f"line {number} is no record")
    body, salt = found["body"], found["salt"]
    demand((body is None) == (salt is None), f"record {number} has a body or a salt without the other")
    demand(int(found["seq"]) == number, f"record {number} is out of its place")
    demand(mono <= int(found["mono"]) <= LARGEST, f"time goes backwards at record {number}")
    value = None
    if body is not None:
        digest = hashed(mode, "body", bytes.fromhex(salt.decode()), body).hex()
        demand(digest == found["digest"].decode(), f"the body of record {number} is not the one of its digest")
        try:
            value = table(parse(body), "it")
            demand(rfc8785(value) == body, "it is not canonical")
        except Wrong as wrong:
            raise Wrong(f"the body of record {number}: {wrong}") from None
    leaf = hashed(mode, "leaf", found["front"] + found["middle"] + found["end"])
    node = hashed(mode, "node", before, leaf)
    demand(node.hex() == found["node"].decode(), f"the chain breaks at record {number}")
    text = {name: found[name].decode() for name in ("actor", "step", "kind")}
    return Record(number, body=value, node=node, **text), int(found["mono"])


class Transcript:
    """The records of transcript.jsonl, as far as the chain holds."""

    def __init__(self, data):
        lines = data.split(b"\n")
        self.torn = lines.pop()
        self.records, self.broken, self.mode = [], None, None
        self.mode = self.find_mode(lines[0]) if lines else None
        node, mono = (hashed(self.mode, "header") if lines else bytes(32)), 0
        try:
            for number, line in enumerate(lines):
                record, mono = record_of(line, number, self.mode, node, mono)
                node = record.node
                self.records.append(record)
            demand(self.records, "there is no record")
            first = self.records[0]
            demand(first.kind == "ceremony-opened", "the first record does not open a ceremony")
        except Wrong as wrong:
            self.broken = str(wrong)
        self.head = node
        self.withheld = Counter(record.kind for record in self.records if record.body is None)

    @staticmethod
    def find_mode(line):
        """The mode that the first record names; where its body is withheld, the one whose chain it begins."""
        for mode in ("production", "rehearsal"):
            try:
                record, _ = record_of(line, 0, mode, hashed(mode, "header"), 0)
            except Wrong:
                continue
            if record.body is None or record.body.get("mode") == mode:
                return mode
        return "production"

    def of(self, *kinds):
        """Records of these kinds; undecided where the body of one is withheld."""
        found = [record for record in self.records if record.kind in kinds]
        for record in found:
            if record.body is None:
                raise Undecided(f"withheld: the body of record {record.seq}, {record.kind}")
        return found

    def some(self, *kinds):
        """Those of these kinds whose bodies are there."""
        return [one for one in self.records if one.kind in kinds and one.body is not None]

    def signatures(self):
        """What was signed, as (record of the intent, its message, record of the signature)."""
        made, intent = [], None
        for record in self.of("intended", "signature-made", "faulted", "content-withdrawn"):
            if record.kind == "content-withdrawn":
                made = [one for one in made if one[1].get("message") != "payload"]  # defunct from here on
            if record.kind != "signature-made":
                intent = record if record.body.get("effect") == "sign" else None
                continue
            demand(intent is not None, f"record {record.seq}: a signature that nothing asked for")
            made.append((intent, member(intent.body, "message", dict), record))
            intent = None
        return made

    def signatures_over(self, what, digest):
        """(record of the intent, signature) for each signature over what has this digest."""
        asked = {"message": what, "sha256": digest}
        return [
            (intent, unhex(member(made.body, "sig", str), f"the signature of record {made.seq}"))
            for intent, message, made in self.signatures()
            if message == asked
        ]


# ---- the ceremony: everything that the checks look at ------------------------------------------------------


@dataclass
class Ceremony:
    directory: str
    transcript: Transcript
    trusted: list = field(default_factory=list)
    expected: tuple = None

    def has(self, name):
        return os.path.lexists(os.path.join(self.directory, name))

    def read(self, name):
        try:
            return read(os.path.join(self.directory, name))
        except FileNotFoundError:
            raise Wrong(f"{name} is not there") from None

    def published(self):
        return bool(self.transcript.withheld)

    def first(self):
        opened = self.transcript.of("ceremony-opened")
        demand(opened, "there is no record")
        return opened[0].body

    def toml(self, name):
        """plan.toml or script.toml; a published copy may be without it."""
        if self.published() and not self.has(name):
            raise Undecided(f"withheld: {name}")
        try:
            return tomllib.loads(self.read(name).decode("utf-8"))
        except (ValueError, RecursionError):
            raise Wrong(f"{name} is not TOML") from None

    def steps(self, *kinds):
        """Ids of the steps of these kinds, as the script has them."""
        acts = self.toml("script.toml").get("act", [])
        return {step["id"] for act in acts for step in act.get("step", []) if step.get("kind") in kinds}

    def closed(self):
        records = self.transcript.records
        return bool(records) and records[-1].kind == "ceremony-closed"

    def metadata(self):
        """The files of metadata/ that are signed content of this ceremony, by name."""
        names = [name.split("/", 1)[1] for name in listing(self.directory, "metadata")]
        return {name: Metadata(self.read(f"metadata/{name}")) for name in names if not defunct(name)}

    def result(self):
        """The signed metadata of the ceremony."""
        found = self.metadata()
        if not found:
            raise Undecided("there is no file in metadata/")
        demand(len({one.file for one in found.values()}) == 1, "the files in metadata/ differ from each other")
        return next(iter(found.values()))

    def arrived(self):
        """Metadata that came in: from the records of what was read, from in/, and --trusted-root."""
        found = list(self.trusted)
        for text in self.texts():
            try:
                found.append(Metadata(text))
            except Wrong:
                continue  # a public key, a certificate: no metadata
        return found

    def texts(self):
        """The files that came in, from the records and from in/."""
        texts = [
            encoded(entry["text"])
            for record in self.transcript.some("files-read")
            for entry in member(record.body, "files", list)
            if isinstance(entry, dict) and isinstance(entry.get("text"), str)
        ]
        return texts + [self.read(name) for name in listing(self.directory, "in")]

    def detached(self, digest):
        """Signatures over this content that came in without it: lists of envelopes of kind `signatures`."""
        found = set()
        for text in self.texts():
            try:
                value = parse(text)
                if isinstance(value, dict) and value.get("payload") == digest:
                    lists = member(value, "signatures", list)
                    found |= {unhex(member(one, "sig", str), "a signature") for one in lists}
            except Wrong:
                continue
        return found

    def base(self):
        """The root that was trusted before; None where there was none."""
        if not any(record.kind == "root-trusted" for record in self.transcript.records):
            return None
        if not (records := self.transcript.some("root-trusted")):
            raise Undecided("withheld: which root was trusted before")
        digest = member(records[-1].body, "payload", str)
        copies = [one for one in self.arrived() if one.role == "root" and one.digest == digest]
        if copies:
            return max(copies, key=lambda one: len(signers(one, role_of(one, "root")[0])))
        if self.published():
            raise Undecided("the root before is not in a published copy: give it as --trusted-root")
        raise Wrong("the root that was trusted before is in no record and no file")

    def payload(self):
        """SHA-256 of the canonical content that was signed, by the last record that froze one."""
        kinds = ("root-assembled", "content-imported", "content-withdrawn")
        last = [record for record in self.transcript.records if record.kind in kinds][-1:]
        if not last or last[0].kind == "content-withdrawn":
            raise Undecided("nothing was to be signed in this ceremony")
        return member(self.transcript.of(last[0].kind)[-1].body, "payload", str)

    def judges(self, metadata):
        """Who says whether signatures are enough: (holder of the keys, name of the role, words), or a note."""
        base = self.base()
        if metadata.role == "root":
            old = [(base, "root", f"root {base.version}, trusted before")] if base else []
            return [*old, (metadata, "root", f"root {metadata.version}")]
        if base and metadata.role in member(base.signed, "roles", dict):
            name = self.role_name()
            if name == metadata.role:
                return [(base, name, f"{name} in root {base.version}")]
            for one in self.arrived():
                if one.role == "targets" and "delegations" in one.signed and one.digest != metadata.digest:
                    try:
                        role_of(one, name)
                    except Wrong:
                        continue
                    return [(one, name, f"{name}, delegated")]
        raise Undecided("who signs this role is not on record")

    def role_name(self):
        imported = self.transcript.of("content-imported")
        return member(imported[-1].body, "role", str) if imported else "root"

    def keys(self):
        """Every public key that the ceremony shows, by the SHA-256 of its SubjectPublicKeyInfo."""
        found = {}
        for record in self.transcript.some("key-generated"):
            key = known(pem_key(member(record.body, "public_pem", str)))
            found[key.spki] = key
        for one in [*self.metadata().values(), *self.arrived()]:
            if one.role == "root":
                found |= {key.spki: key for key in role_of(one, "root")[0].values()}
        if self.has("seal.dsse.json"):
            for entry in member(Seal(self.read("seal.dsse.json")).predicate, "keys", list):
                key = known(pem_key(member(entry, "public", str)))
                found[key.spki] = key
        return found

    def held(self):
        """The keys that were in hand, by fingerprint, each with its name and key id as on record."""
        found = {}
        for record in self.transcript.of("key-presented", "key-enrolled"):
            name, keyid = member(record.body, "key", str), member(record.body, "keyid", str)
            found[member(record.body, "fingerprint", str)] = (name, keyid)
        return found


def defunct(name):
    return re.fullmatch(r"defunct-[0-9]+\..*\.json", name) is not None


class Seal:
    """seal.dsse.json, and the statement in it."""

    def __init__(self, data):
        self.file = sha256(data)
        demand(data.endswith(b"\n") and data.count(b"\n") == 1, "it is not one line")
        value = table(parse(data[:-1]), "the envelope")
        demand(rfc8785(value) == data[:-1], "the envelope is not canonical JSON")
        demand(set(value) == {"payload", "payloadType", "signatures"}, "the envelope has other members")
        demand(value["payloadType"] == "application/vnd.in-toto+json", "the payload is of another type")
        self.payload = unbase64(member(value, "payload", str), "the payload")
        # the pre-authentication encoding of DSSE
        self.encoded = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(self.payload), self.payload)
        self.signatures = [
            (member(one, "keyid", str), unbase64(member(one, "sig", str), "a signature"))
            for one in member(value, "signatures", list)
        ]
        demand(len(self.signatures) <= SIGNATURES, "it has too many signatures")
        self.statement = table(parse(self.payload), "the statement")
        demand(rfc8785(self.statement) == self.payload, "the statement is not canonical JSON")
        demand(self.statement.get("_type") == "https://in-toto.io/Statement/v1", "it is another statement")
        kind = "https://github.com/rootstage/rootstage/seal/v1"
        demand(self.statement.get("predicateType") == kind, "it is no seal of a ceremony")
        self.predicate = member(self.statement, "predicate", dict)
        self.subjects = {
            member(one, "name", str): member(one, "digest", dict)
            for one in member(self.statement, "subject", list)
        }
        demand(len(self.subjects) == len(self.statement["subject"]), "a subject is named twice")
        head = member(self.predicate, "head", dict)
        self.head, self.records = member(head, "hex", str), member(head, "records", int)

    def signers(self, keys):
        """The keys, of those given, that signed; each signature has to verify under one."""
        found = []
        for keyid, signature in self.signatures:
            by = [key for key in keys if verifies(key, signature, self.encoded)]
            demand(by, f"the signature under {keyid[:16]} verifies under no key that was in hand")
            found.append((keyid, by[0]))
        return found


# ---- the checks: each gives its explanation, or raises Wrong or Undecided ----------------------------------


def chain(ceremony):
    """Each record is in its form and place, its body is that of its digest, its node follows."""
    transcript = ceremony.transcript
    demand(not transcript.broken, transcript.broken)
    count, withheld = len(transcript.records), sum(transcript.withheld.values())
    return f"{count} records, each in its place" + (f"; {withheld} bodies are withheld" if withheld else "")


def whole(ceremony):
    """The last record is complete, and ends the ceremony."""
    transcript = ceremony.transcript
    demand(not transcript.torn, f"the last {len(transcript.torn)} bytes are no complete record")
    demand(transcript.records, "there is no record")
    last = transcript.records[-1]
    ends = [one.seq for one in transcript.records if one.kind in ("ceremony-closed", "aborted")]
    demand(ends, f"the ceremony was not closed; the last record is of step {last.step}")
    demand(ends == [last.seq], "records follow the end of the ceremony")
    demand(last.kind == "ceremony-closed", "the ceremony was ABORTED; a result is not there")
    return "the ceremony was closed"


# after the head was written on paper: questions, answers, breaks, the copy on a LOG medium, and the end
AFTER_THE_HEAD = (
    "asked answered step-begun step-done paused resumed ceremony-closed"
    " intended faulted log-lost log-attached media-listed medium-bound"
).split()


def only_closes(record):
    """Whether a record after the head on paper does nothing that it would have to cover."""
    if record.kind == "intended":
        return record.body is not None and record.body.get("effect") in ("attach-log", "list-media")
    return record.kind in AFTER_THE_HEAD


def head(ceremony):
    """The head is that of the paper, or the paper's is that of the step `head`."""
    records, digest = ceremony.transcript.records, ceremony.transcript.head
    if ceremony.expected is None:
        raise Undecided(f"not compared with paper: give --expect-head. It is {digest.hex()}")
    if ceremony.expected == digest:
        return f"the head on paper is that of all {len(records)} records"
    heads = ceremony.steps("head")
    for shown, following in zip(records, records[1:]):
        if shown.node == ceremony.expected:
            rest = records[shown.seq + 1 :]
            asked = following.kind == "asked" and following.step in heads
            demand(
                asked and all(only_closes(one) for one in rest),
                f"the head on paper is that of the first {following.seq} records; {len(rest)} follow",
            )
            return f"the head on paper is that of the step {shown.step}; {len(rest)} records of the closing follow"
    pairs = zip(words(ceremony.expected), words(digest))
    number, (paper, here) = next((at, pair) for at, pair in enumerate(pairs, 1) if pair[0] != pair[1])
    raise Wrong(f"it is {digest.hex()}, not the one on paper: word {number} is {here}, on paper it is {paper}")


def digest_of_first(name):
    def check(ceremony):
        """A file is the one whose digest is in the first record."""
        if ceremony.published() and not ceremony.has(name):
            raise Undecided(f"withheld: {name}")
        recorded = member(ceremony.first(), name.split(".")[0], str)
        demand(sha256(ceremony.read(name)) == recorded, f"the first record names {name} {recorded}, not this one")
        return f"{name} is the one that the first record names"

    return check


def mode(ceremony):
    """Record, plan and script agree on whether it was a rehearsal."""
    said = {ceremony.transcript.mode}
    for name, part in (("plan.toml", "plan"), ("script.toml", "script")):
        if ceremony.has(name) or not ceremony.published():
            said.add(table(ceremony.toml(name).get(part), part).get("mode"))
    demand(len(said) == 1, "record, plan and script disagree")
    return "A REHEARSAL: nothing in it is for use" if "rehearsal" in said else "production"


def base_root(ceremony):
    """The root that was trusted before is the plan's, and enough of its own keys signed it."""
    base = ceremony.base()
    if base is None:
        return "no root was trusted before this one"
    good, sentence = reaches(base, base, "root", f"root {base.version}")
    demand(good, sentence)
    try:
        wanted = ceremony.toml("plan.toml").get("trusted", {}).get("sha256", base.file)
    except Undecided as note:
        raise Undecided(f"{sentence}; {note}") from None
    files = {one.file for one in ceremony.arrived() if one.digest == base.digest}
    demand(wanted in files, "it is not the file that the plan names")
    return sentence


def files_read(ceremony):
    """What is in in/ is what the records say was read."""
    names, kept, what = listing(ceremony.directory, "in"), {}, None
    for record in ceremony.transcript.of("intended", "files-read"):
        if record.kind == "intended":
            what = record.body.get("what")
            continue
        for entry in member(record.body, "files", list):
            digest = member(entry, "sha256", str)
            text = member(entry, "text", str)
            demand(sha256(text.encode()) == digest, f"record {record.seq}: a text is not that of its digest")
            if what == "metadata":
                path = member(entry, "path", str).rsplit("/", 1)[-1].removesuffix(".rse")
                kept[f"in/{digest[:12]}-"] = (digest, path)
                if "envelope" in entry:
                    whole_file = member(entry["envelope"], "file", dict)
                    kept[f"in/{member(whole_file, 'name', str)}"] = (member(whole_file, "sha256", str), path)
    there = {name: sha256(ceremony.read(name)) for name in names}
    strangers = set(names)
    for beginning, (digest, path) in kept.items():
        found = [name for name in names if name.startswith(beginning)]
        demand(found, f"the file {path} that was read is not in in/")
        strangers -= set(found)
        for name in found:
            demand(there[name] == digest, f"{name} is not what was read")
    if strangers:
        raise Undecided(f"{min(strangers)} is there, and no record says that it was read")
    return f"{len(names)} files are those that were read"


def possession(ceremony):
    """Every key that was made here signed a text that names this ceremony, its holder and its token."""
    first, keys, proved = ceremony.first(), ceremony.keys(), set()
    serials = [(one.step, member(one.body, "serial", str)) for one in ceremony.transcript.of("token-identified")]
    for intent, message, record in ceremony.transcript.signatures():
        if message.get("message") == "possession":
            texts = {
                f"rootstage proof of possession, version 1\nceremony {first['ceremony']}\nkeyholder {name}\n"
                f"token {serial}\nkey {spki}\n": key
                for name in (intent.actor, f"{intent.actor}.old")
                for serial in {serial for step, serial in serials if step == intent.step}
                for spki, key in keys.items()
            }
            named = [(text, key) for text, key in texts.items() if sha256(text.encode()) == message.get("sha256")]
            demand(named, f"record {intent.seq}: the text names no key, holder and token of this ceremony")
            text, key = named[0]
            signature = unhex(record.body.get("sig"), "a signature")
            demand(verifies(key, signature, text.encode()), f"the proof of record {record.seq} does not verify")
            proved.add(key.spki)
    enrolled = {record.body.get("fingerprint") for record in ceremony.transcript.of("key-enrolled")}
    demand(enrolled <= proved, "a key was enrolled without a proof")
    if ceremony.closed() and ceremony.metadata() and (new := ceremony.result()).role == "root":
        if any(record.kind == "root-assembled" for record in ceremony.transcript.records):
            before = role_of(ceremony.base(), "root")[0].values() if ceremony.base() else []
            made = {key.spki for key in role_of(new, "root")[0].values()} - {key.spki for key in before}
            demand(made <= proved, "a key of the root was not proved to be on its token")
    if not proved:
        raise Undecided("no proof was asked for")
    return f"{len(proved)} proofs verify"


def key_ids(ceremony):
    """Key ids are hashes of their keys (TUF 4.2), and the records name the same keys under them."""
    new = ceremony.result()
    listed = new.signed.get("keys") if new.role == "root" else None
    if not listed:
        raise Undecided("the metadata of this ceremony lists no keys")
    others = [keyid for keyid, entry in table(listed, "keys").items() if sha256(olpc(entry)) != keyid]
    keys = role_of(new, "root")[0]
    for record in ceremony.transcript.some("key-presented", "key-enrolled"):
        listed_as = keys.get(record.body.get("keyid"))
        same = listed_as is None or listed_as.spki == record.body.get("fingerprint")
        demand(same, f"record {record.seq} names another key under the id {record.body.get('keyid')}")
    if others:
        raise Undecided(f"{len(others)} keys are listed under ids that are not their hashes, such as {others[0]}")
    return "every key id is the hash of its key"


def content(ceremony):
    """What was signed is the content that the records froze."""
    payload, new = ceremony.payload(), ceremony.result()
    demand(new.digest == payload, f"the content is {new.digest}, the record has {payload}")
    for record in ceremony.transcript.some("root-assembled"):
        digest = sha256(olpc(member(record.body, "signed", dict)))
        demand(digest == record.body.get("payload"), f"record {record.seq} has content of another digest")
    return f"SHA-256 {payload}"


def approved(ceremony):
    """Nobody signed what they had not approved before."""
    so_far = set()
    for record in ceremony.transcript.of("intended", "content-approved", "content-withdrawn"):
        if record.kind == "content-withdrawn":
            so_far = set()
        elif record.kind == "content-approved":
            so_far |= {(who, record.body.get("payload")) for who in member(record.body, "by", list)}
        elif record.body.get("effect") == "sign" and record.body["message"].get("message") == "payload":
            asked = (record.actor, record.body["message"].get("sha256"))
            demand(asked in so_far, f"record {record.seq}: {record.actor} had not approved this content")
    return f"{len(so_far)} approvals are on record"


def signatures(ceremony):
    """Every signature in metadata/ verifies under a key of a role that signs this."""
    new, keys, note = ceremony.result(), {}, None
    if new.role == "root":
        keys |= role_of(new, "root")[0]
    try:
        for holder, name, _ in ceremony.judges(new):
            keys |= role_of(holder, name)[0]
    except Undecided as undecided:
        note = undecided
    strangers = [keyid for keyid, _ in new.signatures if keyid not in keys]
    for keyid, signature in new.signatures:
        good = keyid in strangers or verifies(keys[keyid], signature, new.bytes)
        demand(good, f"the signature under {keyid} does not verify")
    if strangers and note:
        raise note
    sentence = f"{len(new.signatures) - len(strangers)} signatures verify"
    return sentence + (f"; {len(strangers)} are under ids that no role names, and count nowhere" if strangers else "")


def signatures_recorded(ceremony):
    """The signatures in metadata/ are those that were made here, and those that came in."""
    new = ceremony.result()
    in_file = {signature for _, signature in new.signatures}
    made = {signature for _, signature in ceremony.transcript.signatures_over("payload", new.digest)}
    came = {sig for one in ceremony.arrived() if one.digest == new.digest for _, sig in one.signatures}
    came |= ceremony.detached(new.digest)
    demand(made <= in_file, "a signature on record is not in the file")
    demand(in_file <= made | came, "a signature in the file is neither on record nor came in")
    return f"{len(made)} were made here, {len(in_file - made)} came in"


def thresholds(ceremony):
    """As many different keys have signed as each side demands: of the root before, and of the new one."""
    new, note = ceremony.result(), None
    try:
        judges = ceremony.judges(new)
    except Undecided as undecided:
        note, judges = undecided, [(new, "root", f"root {new.version}")] if new.role == "root" else []
    sides = [reaches(new, *judge) for judge in judges]
    sentence = "; ".join(words for _, words in sides)
    if note and all(good for good, _ in sides):
        raise Undecided("; ".join(filter(None, [sentence, str(note)])))
    if all(good for good, _ in sides):
        if (base := ceremony.base()) and new.role == "root":
            demand(new.version == base.version + 1, f"root {new.version} does not follow root {base.version}")
        return sentence
    numbered = any(name[0].isdigit() for name in ceremony.metadata())
    plan = ceremony.toml("plan.toml")
    goes_on = plan.get("policy", {}).get("signing_continues") is True
    demand(goes_on and not numbered, sentence)
    raise Undecided(f"signatures are missing, and will be added elsewhere: {sentence}")


def trusted(ceremony):
    """The root is one that the auditor trusts, or follows from it, one version after the other."""
    if not ceremony.trusted:
        raise Undecided("not compared: give --trusted-root with a root that you trust")
    pool = [*ceremony.metadata().values(), *ceremony.arrived()]
    # by file: of one content there may be copies with fewer signatures
    pool = {one.file: one for one in pool if one.role == "root"}.values()
    found = [one for one in ceremony.metadata().values() if one.role == "root"]
    goal = found[0] if found else ceremony.base()
    demand(goal is not None, "this ceremony has no root")
    for anchor in ceremony.trusted:
        demand(anchor.role == "root", "a file of --trusted-root is no root")
        demand(reaches(anchor, anchor, "root", "")[0], "a file of --trusted-root has not enough signatures")
        reached = anchor
        while reached.digest != goal.digest:
            nexts = [one for one in pool if follows(one, reached)]
            demand(nexts, f"root {goal.version} does not follow from root {anchor.version}, which you trust")
            # of two that follow, the one of this ceremony
            reached = next((one for one in nexts if one.digest == goal.digest), nexts[0])
    return f"root {goal.version} is one that you trust, or follows from it"


def written(ceremony):
    """The files in metadata/ are those on record, byte for byte."""
    try:
        return as_recorded(ceremony)
    except Undecided:
        spoken_of(ceremony)
        raise


def spoken_of(ceremony):
    """Of a copy that withholds records: every file is named by one that is told, or by the seal, or its content is."""
    told, contents = set(), set()
    for record in ceremony.transcript.records:
        if record.body is not None and record.kind in ("metadata-written", "archived"):
            told |= {member(entry, "sha256", str) for entry in files_of(record)}
        if record.body is not None and record.kind in ("root-assembled", "content-imported"):
            contents.add(member(record.body, "payload", str))
    sealed = Seal(ceremony.read("seal.dsse.json")).subjects if ceremony.has("seal.dsse.json") else {}
    for name in listing(ceremony.directory, "metadata"):
        data = ceremony.read(name)
        named = sha256(data) in told | {sealed.get(name, {}).get("sha256")}
        demand(
            named or Metadata(data).digest in contents,
            f"{name}: nothing that this copy tells says that it is of this ceremony",
        )


def as_recorded(ceremony):
    """The names and bytes in metadata/ are those that the records lead to."""
    names = [name.split("/", 1)[1] for name in listing(ceremony.directory, "metadata")]
    recorded, done = {}, set()
    for record in ceremony.transcript.of("intended", "metadata-written", "archived"):
        if record.kind == "intended" and record.body.get("effect") not in ("write-metadata", "archive"):
            continue
        for entry in files_of(record):
            name = member(entry, "name", str).rsplit("/", 1)[-1]
            recorded[name] = (member(entry, "sha256", str), member(entry, "size", int))
            done |= {name} if record.kind != "intended" else set()
    for name in names:
        data = ceremony.read(f"metadata/{name}")
        demand(name in recorded, f"metadata/{name} is there, and no record leads to it")
        demand(recorded[name] == (sha256(data), len(data)), f"metadata/{name} is not the file on record")
    for name in done:
        demand(name in names, f"metadata/{name} is on record, and not there")
    return f"{len(names)} files, byte for byte"


def files_of(record):
    """The files that a record lists: `files`, or one `file`."""
    return [record.body["file"]] if "file" in record.body else member(record.body, "files", list)


def evidence(ceremony):
    """The files in attestations/ are the certificates on record; what was found by them is sealed."""
    there = {name: sha256(ceremony.read(name)) for name in listing(ceremony.directory, "attestations")}
    sealed = Seal(ceremony.read("seal.dsse.json")).subjects if ceremony.has("seal.dsse.json") else {}
    recorded, serial = {}, ""
    for record in ceremony.transcript.of("token-identified", "key-attested"):
        if record.kind == "token-identified":
            serial = re.sub("[^A-Za-z0-9_-]", "_", member(record.body, "serial", str))
            continue
        for number, pem in enumerate(record.body.get("certificates", [])):
            name = {0: "key", 1: "device"}.get(number, f"issuer-{number}")
            recorded[f"attestations/{serial}/{name}.pem"] = sha256(pem.encode())
        public = member(member(record.body, "key", dict), "public_pem", str)
        recorded[f"attestations/{serial}/public.pem"] = sha256(public.encode())
        recorded[f"attestations/{serial}/verdict.json"] = None
    for name, digest in recorded.items():
        demand(name in there or digest is None or ceremony.published(), f"{name} is not there")
        demand(digest in (None, there.get(name, digest)), f"{name} is not what the token brought forward")
    for name in there:
        demand(name in recorded or not ceremony.closed(), f"{name} is there, and no record leads to it")
    if not there:
        raise Undecided("no token was asked for an attestation")
    if loose := [name for name in there if recorded.get(name) is None and name not in sealed]:
        raise Undecided(f"the certificates are those on record; {loose[0]} is in no seal")
    return f"{len(there)} files are those on record, or sealed"


def files_out(ceremony):
    """The files in out/ that left the ceremony are those on record."""
    recorded = {}
    for record in ceremony.transcript.of("exported"):
        for entry in files_of(record):
            recorded[member(entry, "name", str).rsplit("/", 1)[-1]] = member(entry, "sha256", str)
    for name in recorded:
        if ceremony.has(f"out/{name}") or not ceremony.published():
            demand(sha256(ceremony.read(f"out/{name}")) == recorded[name], f"out/{name} is not the file on record")
    return f"{len(recorded)} files left besides metadata"


def seal(ceremony):
    """The seal; where there is none, why."""
    if ceremony.has("seal.dsse.json"):
        return Seal(ceremony.read("seal.dsse.json"))
    recorded = any(record.kind == "seal-written" for record in ceremony.transcript.records)
    demand(not recorded or ceremony.published(), "seal.dsse.json is on record, and not there")
    raise Undecided("there is no seal")


def participants(said):
    """Who took part, as a statement of full disclosure says it."""
    return {
        (duty, one.get("id"), one.get("name"), one.get("initials"))
        for duty, group in member(said, "participants", dict).items()
        for one in group
    }


# what a seal covers is on record before its statement
BEFORE_THE_SEAL = (
    "root-trusted root-assembled content-imported content-withdrawn archived findings-accepted content-approved"
    " signatures-counted metadata-written exported seal-stated"
).split()


def seal_head(ceremony):
    """The head that the seal names is the node of the record that it names."""
    sealed, records = seal(ceremony), ceremony.transcript.records
    demand(0 < sealed.records <= len(records), "it names a record that is not there")
    demand(records[sealed.records - 1].node.hex() == sealed.head, "the head that it names is not that of the record")
    subject = sealed.subjects.get("transcript.jsonl")
    demand(subject == {"rootstageTranscriptHead": sealed.head}, "its subjects name another head")
    demand(sealed.predicate.get("mode") == ceremony.transcript.mode, "it is of another mode")
    for late in records[sealed.records + 1 :]:
        demand(late.kind not in BEFORE_THE_SEAL, f"record {late.seq} is {late.kind}, which belongs before the seal")
    rest = len(records) - sealed.records
    return f"it names the head of the first {sealed.records} records, {sealed.head}; {rest} follow"


def seal_statement(ceremony):
    """The statement is the one on record, and says what the records before it say."""
    sealed, transcript = seal(ceremony), ceremony.transcript
    said = sealed.predicate
    full = said.get("disclosure") != "public"

    def opening():
        first = ceremony.first()
        demand(said.get("formats") == {"seal": 1, "transcript": first.get("rules")}, "it is of another format")
        demand(said.get("ceremony") == first.get("ceremony"), "it is of another ceremony")
        demand(member(said, "script", dict).get("sha256") == first.get("script"), "it is of another script")
        if full:
            demand(member(said, "plan", dict).get("sha256") == first.get("plan"), "it is of another plan")

    def keys():
        listed = member(said, "keys", list)
        for key in listed:
            same = known(pem_key(member(key, "public", str))).spki == member(key, "spki", str)
            demand(same, "a key is not that of its fingerprint")
        named = {key["spki"]: (key.get("name"), key.get("keyid")) for key in listed}
        demand(named == ceremony.held(), "it names other keys than the records")

    def exceptions():
        count = sum(one.kind == "exception-logged" for one in transcript.records[: sealed.records])
        demand(member(said, "exceptions", dict).get("number") == count, "it counts other exceptions")
        if full:
            logged = [one.body for one in transcript.of("exception-logged") if one.seq < sealed.records]
            demand(said["exceptions"].get("entries") == logged, "its exceptions are not those on record")

    def people():
        if full:
            plan = ceremony.toml("plan.toml")
            of_plan = {(one["duty"], one["id"], one["name"], one["initials"]) for one in plan["participant"]}
            demand(participants(said) == of_plan, "its participants are not those of the plan")

    def payload():
        if "payload" in said:
            demand(said["payload"].get("sha256") == ceremony.payload(), "it is of other content")

    def record():
        stated = transcript.of("seal-stated")
        demand(stated, "no record has this statement")
        same = rfc8785(stated[-1].body.get("statement")) == sealed.payload
        demand(same, "the statement on record is another one")
        demand(stated[-1].seq == sealed.records, "it does not name the head of the record before it")

    each(opening, keys, exceptions, people, payload, record)
    return "it is the statement on record, of this ceremony, its keys, people and exceptions"


def seal_subjects(ceremony):
    """Every file that the seal names is that file, and nothing in metadata/ is missing from it."""
    sealed, compared, missing = seal(ceremony), 0, []
    for name, digests in sealed.subjects.items():
        if name == "transcript.jsonl":
            continue
        inside = not any(part in ("", ".", "..") for part in name.split("/")) and "\0" not in name
        demand(inside, "a subject is outside of the directory")
        if ceremony.published() and not ceremony.has(name):
            missing.append(name)
            continue
        demand(sha256(ceremony.read(name)) == digests.get("sha256"), f"{name} is not the file that was sealed")
        compared += 1
    for name in listing(ceremony.directory, "metadata"):
        demand(name in sealed.subjects, f"{name} is not among the files that were sealed")
    if missing:
        raise Undecided(f"{compared} files are those that were sealed; withheld: {', '.join(missing)}")
    return f"{compared} files are those that were sealed"


def seal_signatures(ceremony):
    """Every signature of the seal is one of a key that was in hand."""
    sealed, keys = seal(ceremony), ceremony.keys()
    roots = [one for one in [*ceremony.metadata().values(), *ceremony.trusted] if one.role == "root"]
    try:
        roots += [base] if (base := ceremony.base()) else []
        in_hand = ceremony.held()
    except Undecided:
        in_hand = None  # then the keys of the roots alone count
    in_root = {key.spki: keyid for root in roots for keyid, key in role_of(root, "root")[0].items()}
    allowed = in_root if in_hand is None else in_hand
    signed = sealed.signers([keys[spki] for spki in allowed if spki in keys])
    for keyid, key in signed:
        named = in_hand[key.spki][1] if in_hand else in_root[key.spki]
        demand(keyid == named, f"a signature is under {keyid}, its key is {named}")
    different = {key.spki for _, key in signed}
    demand(len(different) == len(signed), "one key sealed twice")
    return f"{len(different)} different keys sealed; {len(different & set(in_root))} of them are keys of the root"


def seal_count(ceremony):
    """As many keys sealed as the plan wants: all, a quorum, or none."""
    by = ceremony.toml("plan.toml").get("seal", {}).get("by", "all")
    steps = ceremony.steps("seal")
    if by == "paper" or not steps:
        demand(not ceremony.has("seal.dsse.json"), "there is a seal, and neither plan nor script wants one")
        raise Undecided("the head on paper stands alone: the plan or the script wants no seal")
    if not ceremony.closed():
        raise Undecided("the ceremony did not come to its end")
    demand(ceremony.has("seal.dsse.json"), "the plan wants a seal, and there is none")
    sealed = seal(ceremony)
    signed, keys = {keyid for keyid, _ in sealed.signatures}, ceremony.keys()
    cards = {one.step for one in ceremony.transcript.of("token-identified") if "piv" in one.body}

    def asked(spki, name):
        """An Ed25519 key of a YubiKey signs at most 3072 bytes."""
        on_a_card = any(step.endswith(f".{name}") for step in cards)
        whole = on_a_card and spki in keys and keys[spki].scheme == "ed25519"
        return not whole or len(sealed.encoded) <= 3072

    held = [(name, keyid) for spki, (name, keyid) in ceremony.held().items() if asked(spki, name)]
    least = 1 if ceremony.toml("plan.toml").get("policy", {}).get("signing_continues") else quorum(ceremony)
    least = min(least, len(held))
    demand(len(signed) >= least, f"{len(signed)} keys sealed, {least} are needed")
    if by == "quorum":
        wanted = min(quorum(ceremony), len(held))
        demand(len(signed) >= wanted, f"{len(signed)} keys sealed, {wanted} are needed")
        return f"{len(signed)} keys sealed, {wanted} are needed"
    skipped = {record.step for record in ceremony.transcript.records if record.kind == "step-skipped"}
    for name, keyid in held:
        excused = any(f"{step}.{name}" in skipped for step in steps)
        demand(keyid in signed or excused, f"the key {name} did not seal, and no exception says why")
    return f"{len(signed)} of {len(held)} keys sealed; the plan wants all"


def quorum(ceremony):
    """The threshold of the root that is made here; else of the one trusted before; else of who judges."""
    metadata = list(ceremony.metadata().values())
    root = next((one for one in metadata if one.role == "root"), None) or ceremony.base()
    if root:
        return role_of(root, "root")[1]
    return max((role_of(*judge[:2])[1] for one in metadata for judge in ceremony.judges(one)), default=1)


def seal_file(ceremony):
    """The seal is the one on record: its bytes, and each signature."""
    sealed = seal(ceremony)

    def whole_file():
        recorded = [entry for record in ceremony.transcript.of("seal-written") for entry in files_of(record)]
        demand(recorded, "seal.dsse.json is there, and no record leads to it")
        demand(recorded[-1].get("sha256") == sealed.file, "it is not the file on record")

    def each_signature():
        made = {sig for _, sig in ceremony.transcript.signatures_over("seal", sha256(sealed.payload))}
        demand(made == {sig for _, sig in sealed.signatures}, "its signatures are not those on record")

    each(whole_file, each_signature)
    return "seal.dsse.json, byte for byte"


CHECKS = {
    "transcript.chain": chain,
    "transcript.whole": whole,
    "transcript.head": head,
    "script.digest": digest_of_first("script.toml"),
    "plan.digest": digest_of_first("plan.toml"),
    "ceremony.mode": mode,
    "root.base": base_root,
    "files.in": files_read,
    "keys.possession": possession,
    "attestation.evidence": evidence,
    "keys.ids": key_ids,
    "root.payload": content,
    "root.approved": approved,
    "root.signatures": signatures,
    "root.recorded": signatures_recorded,
    "root.threshold": thresholds,
    "root.trusted": trusted,
    "root.files": written,
    "files.out": files_out,
    "seal.head": seal_head,
    "seal.statement": seal_statement,
    "seal.subjects": seal_subjects,
    "seal.signatures": seal_signatures,
    "seal.count": seal_count,
    "seal.file": seal_file,
}


def checked(check, ceremony):
    try:
        return "PASS", check(ceremony)
    except Undecided as note:
        return "NOTE", str(note)
    except Wrong as wrong:
        return "FAIL", str(wrong)
    except Exception as error:  # whatever a hostile file brings about is a failure, not a traceback
        return "FAIL", f"it is not of the form that is described: {type(error).__name__}"


def verify(ceremony):
    """(name, verdict, explanation) of every check."""
    return [(name, *checked(check, ceremony)) for name, check in CHECKS.items()]


# ---- the head as words -----------------------------------------------------------------------------------


def words(digest):
    """The PGP words of bytes: even places (from 0) from the two-syllable list."""
    return [WORDS[2 * byte + place % 2] for place, byte in enumerate(digest)]


def head_of(arguments):
    """The digest that --expect-head names, 64 hex digits or 32 words, in either case."""
    given = " ".join(arguments).lower().split()
    joined = "".join(given)
    if re.fullmatch("[0-9a-f]{64}", joined):
        return bytes.fromhex(joined)
    lower = [word.lower() for word in WORDS]
    digest = bytearray()
    for place, word in enumerate(given):
        if word not in lower:
            raise ValueError(f"word {place + 1}, {word[:20]!r}, is not in the PGP word list")
        here = [at for at, one in enumerate(lower) if one == word and at % 2 == place % 2]
        if not here:
            raise ValueError(f"word {place + 1}, {word!r}, is of the other list: a word was dropped or doubled")
        digest.append(here[0] // 2)
    if len(digest) != 32:
        raise ValueError(f"a head has 64 hex digits or 32 words, here are {len(digest)} words")
    return bytes(digest)


# ---- the call --------------------------------------------------------------------------------------------


def safe(text):
    """Text from outside, without what a terminal would obey."""
    return "".join(one if one.isprintable() else "?" for one in text)[:600]


def opened(arguments):
    try:
        expected = head_of(arguments.expect_head) if arguments.expect_head else None
    except ValueError as error:
        print(f"--expect-head: {safe(str(error))}. Nothing was verified.", file=sys.stderr)
        sys.exit(2)
    try:
        data = read(os.path.join(arguments.directory, "transcript.jsonl"), TRANSCRIPT_BYTES)
        trusted_roots = [Metadata(read(file)) for file in arguments.trusted_root]
    except (OSError, Wrong, ValueError) as error:
        print(f"{safe(str(error))}. Nothing was verified.", file=sys.stderr)
        sys.exit(3)
    return Ceremony(arguments.directory, Transcript(data), trusted_roots, expected)


def main():
    parser = argparse.ArgumentParser(description="Checks the directory of a rootstage ceremony without rootstage.")
    parser.add_argument("directory", metavar="DIR", help="a ceremony directory, or a published copy of one")
    parser.add_argument("--expect-head", nargs="+", metavar="HEX|WORDS", help="the head that is on paper")
    parser.add_argument("--trusted-root", action="append", default=[], metavar="FILE", help="a root that you trust")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    arguments = parser.parse_args()
    sys.stdout.reconfigure(errors="replace")  # a terminal that lacks a character is no reason to fall over
    ceremony = opened(arguments)
    transcript = ceremony.transcript
    results = verify(ceremony)
    passed = all(verdict != "FAIL" for _, verdict, _ in results)
    if arguments.json:
        document = {
            "checks": [{"name": name, "verdict": verdict.lower(), "explanation": why} for name, verdict, why in results],
            "head": transcript.head.hex(),
            "head_words": " ".join(words(transcript.head)),
            "mode": transcript.mode,
            "passed": passed,
            "published": ceremony.published(),
            "records": len(transcript.records),
            "withheld": dict(transcript.withheld),
        }
        print(json.dumps(document, indent=2, sort_keys=True))
    else:
        for name, verdict, why in results:
            print(f"{verdict} {name:<21} {safe(why)}")
        print(f"\n{'PASSED' if passed else 'FAILED'} ({transcript.mode}): {len(transcript.records)} records")
        if ceremony.published():
            notes = sum(verdict == "NOTE" for _, verdict, _ in results)
            print(f"a published copy: bodies are withheld, and {notes} checks were not decided")
        print(f"head  {transcript.head.hex()}\nwords {' '.join(words(transcript.head))}")
    return 0 if passed else 1


# the PGP word list: for each byte the two-syllable word and the three-syllable one
WORDS = """
aardvark adroitness absurd adviser accrue aftermath acme aggregate adrift alkali adult almighty afflict amulet ahead
amusement aimless antenna Algol applicant allow Apollo alone armistice ammo article ancient asteroid apple Atlantic
artist atmosphere assume autopsy Athens Babylon atlas backwater Aztec barbecue baboon belowground backfield bifocals
backward bodyguard banjo bookseller beaming borderline bedlamp bottomless beehive Bradbury beeswax bravado befriend
Brazilian Belfast breakaway berserk Burlington billiard businessman bison butterfat blackjack Camelot blockade
candidate blowtorch cannonball bluebird Capricorn bombast caravan bookshelf caretaker brackish celebrate breadline
cellulose breakup certify brickyard chambermaid briefcase Cherokee Burbank Chicago button clergyman buzzard
coherence cement combustion chairlift commando chatter company checkup component chisel concurrent choking
confidence chopper conformist Christmas congregate clamshell consensus classic consulting classroom corporate
cleanup corrosion clockwork councilman cobra crossover commence crucifix concert cumbersome cowbell customer
crackdown Dakota cranky decadence crowfoot December crucial decimal crumpled designing crusade detector cubic
detergent dashboard determine deadbolt dictator deckhand dinosaur dogsled direction dragnet disable drainage
disbelief dreadful disruptive drifter distortion dropper document drumbeat embezzle drunken enchanting Dupont
enrollment dwelling enterprise eating equation edict equipment egghead escapade eightball Eskimo endorse everyday
endow examine enlist existence erase exodus escape fascinate exceed filament eyeglass finicky eyetooth forever
facial fortitude fallout frequency flagpole gadgetry flatfoot Galveston flytrap getaway fracture glossary framework
gossamer freedom graduate frighten gravity gazelle guitarist Geiger hamburger glitter Hamilton glucose handiwork
goggles hazardous goldfish headwaters gremlin hemisphere guidance hesitate hamlet hideaway highchair holiness hockey
hurricane indoors hydraulic indulge impartial inverse impetus involve inception island indigo jawbone inertia
keyboard infancy kickoff inferno kiwi informant klaxon insincere locale insurgent lockup integrate merit intention
minnow inventive miser Istanbul Mohawk Jamaica mural Jupiter music leprosy necklace letterhead Neptune liberty
newborn maritime nightbird matchmaker Oakland maverick obtuse Medusa offload megaton optic microscope orca microwave
payday midsummer peachy millionaire pheasant miracle physique misnomer playhouse molasses Pluto molecule preclude
Montana prefer monument preshrunk mosquito printer narrative prowler nebula pupil newsletter puppy Norwegian python
October quadrant Ohio quiver onlooker quota opulent ragtime Orlando ratchet outfielder rebirth Pacific reform
pandemic regain Pandora reindeer paperweight rematch paragon repay paragraph retouch paramount revenge passenger
reward pedigree rhythm Pegasus ribcage penetrate ringbolt perceptive robust performance rocker pharmacy ruffled
phonetic sailboat photograph sawdust pioneer scallion pocketful scenic politeness scorecard positive Scotland potato
seabird processor select provincial sentence proximate shadow puberty shamrock publisher showgirl pyramid skullcap
quantity skydive racketeer slingshot rebellion slowdown recipe snapline recover snapshot repellent snowcap replica
snowslide reproduce solo resistor southward responsive soybean retraction spaniel retrieval spearhead retrospect
spellbind revenue spheroid revival spigot revolver spindle sandalwood spyglass sardonic stagehand Saturday stagnate
savagery stairway scavenger standard sensation stapler sociable steamship souvenir sterling specialist stockman
speculate stopwatch stethoscope stormy stupendous sugar supportive surmount surrender suspense suspicious sweatband
sympathy swelter tambourine tactics telephone talon therapist tapeworm tobacco tempest tolerance tiger tomorrow
tissue torpedo tonic tradition topmost travesty tracker trombonist transit truncated trauma typewriter treadmill
ultimate Trojan undaunted trouble underfoot tumor unicorn tunnel unify tycoon universe uncut unravel unearth
upcoming unwind vacancy uproot vagabond upset vertigo upshot Virginia vapor visitor village vocalist virus voyager
Vulcan warranty waffle Waterloo wallet whimsical watchword Wichita wayside Wilmington willow Wyoming woodlark
yesteryear Zulu Yucatan
""".split()


if __name__ == "__main__":
    sys.exit(main())
