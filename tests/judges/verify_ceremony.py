#!/usr/bin/env python3
"""Verify a ceremony directory of rootstage, or a published copy of one, without rootstage.

    verify_ceremony.py DIR [--expect-head HEX|WORDS...] [--trusted-root FILE]... [--json]

Written from the descriptions alone (CEREMONY.md, transcript-format.md, seal-format.md), before any code of
rootstage was read, for Python 3.11 with `cryptography`. 32 corrections came from running it over directories of
kinds that its author had not had: 26 of what it got wrong or refused (files of `out/`, `attestations/` and
interrupted steps; aborted ceremonies; plans without a seal; whose seals count; accepted findings; trusted roots;
copies that withhold more, or nothing; the head on paper; forms of keys and numbers), and 6 of what it had left out
(delegated roles, mode, recording, counted signatures, what belongs before a seal, what a seal says of people and
exceptions). They were made by somebody else, with the findings of `rootstage audit` and the verifier before this
one beside them. All but three (`..` in the name of a subject, a recording without records, copies of management keys
after an interruption) follow a sentence of the descriptions, some of which were written because the author asked.

A line for each rule of CEREMONY.md that is judged: PASS, FAIL, or NOTE where nothing was decided. Exit with
0 nothing failed, 1 something failed, 2 the call is wrong, 3 something cannot be read.

What it does not do: it does not follow the script, makes no root from the plan, opens no envelope (neither of
`in/` nor of `out/`), and judges no policy, findings, media, nor certificates of tokens. `rootstage audit` does.
"""

import argparse
import base64
import contextlib
import hashlib
import json
import os
import re
import stat
import sys
from collections import Counter

try:
    import tomllib

    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
except ImportError as missing:
    sys.exit(print(f"Nothing was verified: {missing}. Python 3.11 and `cryptography` do it.", file=sys.stderr) or 3)

LIMIT, TRANSCRIPT_LIMIT, DEPTH, FILES = 16 << 20, 1 << 30, 126, 10_000
FORM_ERRORS = (ValueError, TypeError, KeyError, AttributeError, IndexError, OSError, RecursionError)
CURVES = {"ecdsa-sha2-nistp256": ec.SECP256R1(), "ecdsa-sha2-nistp384": ec.SECP384R1()}
SIGNING = {"sign": "payload", "seal": "seal", "prove-possession": "possession"}  # by the kind of a step
PROOF = "rootstage proof of possession, version 1\nceremony {0}\nkeyholder {2}\ntoken {1}\nkey {3}\n"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
AFTER_HEAD = """asked answered step-begun step-done paused resumed ceremony-closed faulted log-lost
log-attached media-listed medium-bound intended intended:attach-log intended:list-media""".split()
BEFORE_SEAL = """root-trusted root-assembled content-imported content-withdrawn archived findings-accepted
content-approved signatures-counted metadata-written exported seal-stated""".split()
EXCEPTION = ("expected", "happened", "decided")
ID, HEX, SALT = re.compile("[a-z0-9-]*"), re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{32}")
RECORD = {"actor": ID, "at": re.compile(r"[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z"), "digest": HEX, "kind": ID,
          "mono": int, "node": HEX, "seq": int, "step": re.compile("[a-z0-9.-]*")}
ROOT = {"_type": re.compile("root"), "version": int, "roles": dict, "keys": dict}
SEAL = {"_type": re.compile("https://in-toto.io/Statement/v1"), "subject": list, "predicate": {"head": dict},
        "predicateType": re.compile("https://github.com/rootstage/rootstage/seal/v1")}


class Stop(Exception):
    """A verdict, FAIL or NOTE (nothing was decided), and why."""


def demand(holds, explanation, otherwise="FAIL"):
    if not holds:
        raise Stop(otherwise, explanation)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def parse(data, largest=2**53 - 1):
    """JSON as the descriptions allow it, and nothing else."""
    def members(pairs):
        demand(len(dict(pairs)) == len(pairs), "a member stands twice in an object")
        return dict(pairs)
    def whole(digits):
        right = re.fullmatch("-?[0-9]{1,20}", digits) and abs(int(digits)) <= largest
        demand(right, f"{digits[:20]} is no whole number up to {largest}")
        return int(digits)
    demand(len(data) <= LIMIT, f"JSON of more than {LIMIT} bytes")
    try:
        value = json.loads(data.decode(), object_pairs_hook=members, parse_int=whole, parse_float=whole,
                           parse_constant=whole)
        json.dumps(value, ensure_ascii=False).encode()  # refuses half of a surrogate pair
    except (ValueError, RecursionError) as error:
        raise Stop("FAIL", f"no JSON in UTF-8: {type(error).__name__}") from None
    level, depth = [value], 0
    while level := [one for one in level if isinstance(one, (dict, list))]:
        depth += 1
        demand(depth <= DEPTH, f"JSON is nested deeper than {DEPTH}")
        level = [one for outer in level for one in (outer.values() if isinstance(outer, dict) else outer)]
    return value


def canonical(value, olpc=False):
    """RFC 8785, or OLPC canonical JSON, of what `parse` returned."""
    def text(one):
        if isinstance(one, dict):
            names = sorted(one) if olpc else sorted(one, key=lambda name: name.encode("utf-16-be"))
            return "{" + ",".join(text(name) + ":" + text(one[name]) for name in names) + "}"
        if isinstance(one, list):
            return "[" + ",".join(map(text, one)) + "]"
        if olpc and isinstance(one, str):
            return '"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return json.dumps(one, ensure_ascii=False)
    return text(value).encode()


def payload_of(signed):
    return sha256(canonical(signed, olpc=True))


def fits(value, form):
    """Whether a value has a form: a type, a pattern, or an object of forms, which may have others too."""
    if isinstance(form, dict):
        return isinstance(value, dict) and all(one in value and fits(value[one], form[one]) for one in form)
    if isinstance(form, re.Pattern):
        return isinstance(value, str) and form.fullmatch(value) is not None
    return type(value) is form


def read(root, name, limit=LIMIT):
    """An ordinary file, by a path below `root` on which there is no link; None where there is nothing."""
    path = root
    try:
        for part in name.split("/"):
            path = os.path.join(path, part)
            demand(part != ".." and not os.path.islink(path), f"{name} leads elsewhere: {path} is a link, or above")
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            found = os.fstat(file.fileno())
            right = stat.S_ISREG(found.st_mode) and found.st_size <= limit
            demand(right, f"{name} is no ordinary file of at most {limit} bytes")
            return file.read(limit)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Stop("FAIL", f"{name} cannot be read as an ordinary file: {error}") from None


def listed(root, folder):
    """The paths in a folder and below it, where nothing but ordinary files may be."""
    found, waiting = set(), [folder]
    while waiting:
        path = os.path.join(root, inside := waiting.pop())
        demand(not os.path.islink(path), f"{inside} is a link")
        for entry in os.scandir(path) if os.path.lexists(path) else []:
            name, below = f"{inside}/{entry.name}", entry.is_dir(follow_symlinks=False)
            demand(below or entry.is_file(follow_symlinks=False), f"{name} does not belong there")
            waiting.append(name) if below else found.add(name.removeprefix(f"{folder}/"))
            demand(len(found) + len(waiting) <= FILES, f"{folder} has more than {FILES} files")
    return found


def named(bodies):
    """The files that bodies name: by the last part of the path, size and digest."""
    files = [file for body in bodies for file in body.get("files", [body.get("file")])]
    return {file["name"].rsplit("/", 1)[-1]: (file["size"], file["sha256"]) for file in files}


def describe(data):
    return len(data), sha256(data)


def compare(root, folder, files, may=None):
    """Demand that files are in a folder as the record has them; and, unless `may` is None, no others but those."""
    extra = sorted(listed(root, folder) - set(files)) if may is not None else []
    for name, file in (files | {name: may[name] for name in extra if name in may}).items():
        data = read(root, f"{folder}/{name}")
        demand(data is not None, f"{folder}/{name} is on record and is not here")
        demand(describe(data) == file, f"{folder}/{name} is not the file that is on record")
    extra = [name for name in extra if name not in may]
    demand(not extra, f"nobody put on record in {folder}/: {extra}")
    return f"{len(files)} files, byte for byte"


def load_key(listing):
    """A public key, in PEM or as metadata lists it, and its fingerprint; or (None, None)."""
    try:
        pem = isinstance(listing, str)
        public, scheme, keytype = (listing, None, None) if pem else (
            listing["keyval"]["public"], listing["scheme"], listing["keytype"])
        if scheme in CURVES and not public.startswith("-----"):
            key = ec.EllipticCurvePublicKey.from_encoded_point(CURVES[scheme], bytes.fromhex(public))
        elif scheme == "ed25519":
            key = ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
        else:
            key = serialization.load_pem_public_key(public.encode())
        own, keytypes = "rsassa-pss-sha256", ["rsa"]
        if isinstance(key, ed25519.Ed25519PublicKey):
            own, keytypes = "ed25519", ["ed25519"]
        elif isinstance(key, ec.EllipticCurvePublicKey):
            own = {curve.name: one for one, curve in CURVES.items()}[key.curve.name]
            keytypes = ["ecdsa", own]
        elif not isinstance(key, rsa.RSAPublicKey) or not 2048 <= key.key_size <= 8192:
            return None, None
        right = pem or scheme == own and keytype in keytypes
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return (key, sha256(key.public_bytes(serialization.Encoding.DER, form))) if right else (None, None)
    except FORM_ERRORS + (UnsupportedAlgorithm,):
        return None, None


def verifies(key, signature, message):
    if isinstance(key, ec.EllipticCurvePublicKey):
        how = [ec.ECDSA(hashes.SHA384() if key.curve.key_size == 384 else hashes.SHA256())]
    elif isinstance(key, rsa.RSAPublicKey):
        how = [padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.AUTO), hashes.SHA256()]
    else:
        how = []
    try:
        key.verify(signature, message, *how)
        return True
    except FORM_ERRORS + (InvalidSignature,):
        return False


def encoded(statement):  # DSSE's pre-authentication encoding
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(statement), statement)


def role_of(holder, role):
    """A role as a root names it, or as targets delegate it, and the keys that are listed there."""
    if "roles" in holder:
        return holder["roles"][role], holder["keys"]
    named_so = [one for one in holder["delegations"]["roles"] if one["name"] == role]
    demand(len(named_so) == 1, f"{role} is not delegated there, or twice")
    return named_so[0], holder["delegations"]["keys"]


def keys_of(holder, role="root"):
    entry, keys = role_of(holder, role)
    return {one: load_key(keys[one]) for one in entry["keyids"] if one in keys}


def tally(signed, pairs, holder, role="root"):
    """How many different keys of a role have signed, and how many must."""
    keys, message, need = keys_of(holder, role), canonical(signed, olpc=True), role_of(holder, role)[0]["threshold"]
    demand(type(need) is int and need > 0, f"the role {role} needs no signature")
    return len({keys[one][1] for one, sig in pairs
                if one in keys and verifies(keys[one][0], bytes.fromhex(sig), message)}), need


def enough(sides):
    return all(have >= need for have, need in sides.values())


class Ceremony:
    """What lies in a directory, and the rules that judge it."""

    def __init__(self, root, data, trusted, expected):
        self.root, self.expected, self.given, self.checks, self.fault = root, expected, trusted, [], None
        self.records, self.mode, self.step_kinds, self.signatures, self.came = [], None, {}, [], []
        self.contents, self.keys, self.holders, self.made, self.files_read = {}, {}, {}, {}, []
        self.content, self.approved, self.withheld, self.published, self.twice = None, set(), 0, False, False
        *lines, self.torn = data.split(b"\n")
        planned = os.path.lexists(os.path.join(root, "plan.toml"))
        try:
            for line in lines:
                self.add_record(line, planned)
            self.opened, self.ending = self.records[0]["body"] or {}, self.records[-1]["kind"]
            self.closed = self.ending == "ceremony-closed"
            self.withheld = sum(one["body"] is None for one in self.records)
            self.published = not planned and bool(self.withheld or os.path.lexists(f"{root}/README.txt"))
            self.plan, self.script = self.load("plan"), self.load("script")
            self.gather()
            self.walk()
        except FORM_ERRORS + (Stop,) as error:
            self.fault = f"record {len(self.records)}, or what is in one before it: {error!r}"

    def add_record(self, line, planned):
        number, record = len(self.records), parse(line)
        demand(fits(record, RECORD) and set(record) - {"body", "salt"} == set(RECORD), "this is no record")
        demand(canonical(record) == line, "the line is not in canonical form")
        body, salt, node = record.pop("body", None), record.pop("salt", None), record.pop("node")
        demand((body is None) == (salt is None), "it is neither whole nor withheld")
        demand(body is not None or not planned, "its body is missing, in a directory that has the plan")
        last = self.records[-1] if number else {"mono": 0, "kind": None}
        demand(record["seq"] == number and record["mono"] >= last["mono"], "number or time is out of order")
        for mode in [self.mode] if self.mode else ["production", "rehearsal"]:
            domain = f"rootstage/transcript/1/{mode}".encode()
            before = last["node"] if number else sha256(domain + b"/header\0")
            leaf = sha256(domain + b"/leaf\0" + canonical(record))
            if sha256(domain + b"/node\0" + bytes.fromhex(before + leaf)) == node:
                break
        else:
            demand(False, "the chain breaks: its node does not follow")
        self.mode = mode
        demand((number == 0) == (record["kind"] == "ceremony-opened"), "only the first opens a ceremony")
        demand(last["kind"] not in ("ceremony-closed", "aborted"), "it follows the end")
        if body is not None:
            form = {"effect": str} if record["kind"] == "intended" else {}
            demand(fits(salt, SALT) and fits(body, form), "its salt or its body has another form")
            committed = sha256(domain + b"/body\0" + bytes.fromhex(salt) + canonical(body))
            demand(committed == record["digest"], "its body is not that of its digest")
            demand(number or (body["mode"], body["rules"]) == (mode, 1), "another mode, or other rules")
        self.records.append(record | {"body": body, "node": node})

    def load(self, name):  # {} where it cannot be read
        with contextlib.suppress(Stop, *FORM_ERRORS):
            return tomllib.loads(read(self.root, f"{name}.toml").decode())
        return {}

    def of(self, *kinds, before=None):  # the bodies of some kinds that are not withheld, before a number
        records = self.records[:before]
        return [one["body"] for one in records if one["kind"] in kinds and one["body"] is not None]

    def lacks(self, *kinds):
        return any(one["kind"] in kinds and one["body"] is None for one in self.records)

    def step_kind(self, step):
        return self.step_kinds.get(step) or self.step_kinds.get(step.split(".")[0])

    def intended(self):  # files that an interruption may have left without the record of their result
        return named([body for body in self.of("intended") if "files" in body or "file" in body])

    def hand(self, before=None):
        return {body["key"]: body for body in self.of("key-presented", "key-enrolled", before=before)}

    def add_metadata(self, data):
        """Remember a content and its keys. Its digest and the signatures with it; (None, []): it is none."""
        with contextlib.suppress(Stop, *FORM_ERRORS):
            value = parse(data, largest=2**64)
            pairs = [(one["keyid"], one["sig"].lower()) for one in value["signatures"]]
            demand(len(dict(pairs)) == len(pairs), "an id has two signatures")
            demand(all(re.fullmatch("[0-9a-f]*", sig) for _, sig in pairs), "a signature is no hex")
            if fits(value, {"payload": HEX, "role": str, "version": int}):
                return value["payload"], pairs  # signatures alone, from an envelope
            demand(set(value) == {"signatures", "signed"} and fits(value["signed"], dict), "no metadata")
            payload, signed = payload_of(value["signed"]), value["signed"]
            self.contents[payload] = signed
            for holder in (signed, signed.get("delegations")):
                listings = holder["keys"].values() if fits(holder, {"keys": dict}) else []
                self.keys |= [load_key(one)[::-1] for one in listings]
            return payload, pairs
        return None, []

    def gather(self):
        """All contents and all public keys, wherever they are from: digests name them."""
        self.by, acts, what = self.plan.get("seal", {}).get("by", "all"), self.script.get("act", []), None
        self.bases = [body["payload"] for body in self.of("root-trusted")]
        self.step_kinds = {step["id"]: step["kind"] for act in acts for step in act["step"]}
        for record in [one for one in self.records if one["body"] is not None]:
            kind, body = record["kind"], record["body"]
            what = body.get("what", "metadata") if kind == "intended" else what
            if kind == "root-assembled":
                self.add_metadata(canonical({"signatures": [], "signed": body["signed"]}))
            for file in body["files"] if kind == "files-read" else []:
                payload, pairs = self.add_metadata(file["text"].encode())
                self.came += [(payload, *pair) for pair in pairs]
                self.files_read.append(file | {"what": what, "payload": payload})
            if kind == "seal-stated":
                self.keys |= [load_key(key["public"])[::-1] for key in body["statement"]["predicate"]["keys"]]
            elif kind == "key-generated":
                key, mark = load_key(body["public_pem"])
                self.keys[mark], name = key, record["step"].partition(".")[2]
                self.holders.setdefault(name.removesuffix(".old"), set()).add((name, mark))
        for name, body in [(body["key"], body) for body in self.of("key-presented", "key-enrolled")]:
            self.holders.setdefault(name.removesuffix(".old"), set()).add((name, body["fingerprint"]))
        with contextlib.suppress(Stop, *FORM_ERRORS):
            for name in listed(self.root, "metadata"):
                self.add_metadata(read(self.root, f"metadata/{name}") or b"")
        given = [self.add_metadata(data) for data in self.given]
        self.trusted = [(self.contents.get(payload), pairs) for payload, pairs in given]

    def walk(self):
        """The content in force, who approved it, and each signature, judged as of when it was made."""
        last, serials, statements = None, {}, {}
        for record in self.records:
            kind, body = record["kind"], record["body"]
            if kind in ("root-assembled", "content-imported", "content-withdrawn"):
                content = {"payload": None, "role": "root"} | (body or {})
                self.twice |= self.content is not None and kind != "content-withdrawn"
                self.content = None if kind == "content-withdrawn" else content
                self.approved, self.made = set(), {}
            elif kind == "content-approved" and body is not None and self.content:
                self.approved |= set(body["by"]) if body["payload"] == self.content["payload"] else set()
            elif kind == "token-identified" and body is not None:
                serials[record["step"]] = body["serial"]
            elif kind == "seal-stated" and body is not None:
                statements[body["sha256"]] = encoded(canonical(body["statement"]))
            elif kind == "signature-made":
                self.signatures.append(self.judge(record, last, serials.get(record["step"]), statements))
            last = record if kind in ("intended", "faulted", "signature-made") else last
        if self.published and self.content and not self.content["payload"]:
            with contextlib.suppress(Stop, *FORM_ERRORS):  # which it was is withheld: the one that lies there
                here = [self.add_metadata(read(self.root, f"metadata/{name}"))[0]
                        for name in listed(self.root, "metadata") if not name.startswith("defunct-")]
                payload, = set(here)
                self.content = {"payload": payload, "role": self.contents[payload]["_type"]}

    def judge(self, made, intent, serial, statements):
        """What a signature is over, and the key of its actor under which it verifies; or what is wrong."""
        found, where = {"kind": None, "key": None, "wrong": None}, f"signature of record {made['seq']}"
        body = intent and ({"effect": "sign", "message": {}} if intent["body"] is None else intent["body"])
        if not intent or intent["kind"] != "intended" or body["effect"] != "sign":
            return found | {"wrong": f"{where}: no intent to sign"}
        message, actor = body["message"], intent["actor"]
        kind = message.get("message", SIGNING.get(self.step_kind(made["step"])))
        kind = kind if kind in (None, "possession", "seal") else "payload"
        marks, signed = self.holders.get(actor, set()), self.contents.get((self.content or {}).get("payload"))
        if kind == "payload" and signed:
            texts = [(payload_of(signed), canonical(signed, olpc=True), mark) for _, mark in marks]
        elif kind == "possession" and self.opened and serial is not None:
            texts = [(sha256(proof), proof, mark) for name, mark in marks
                     for proof in [PROOF.format(self.opened["ceremony"], serial, name, mark).encode()]]
        else:
            known = statements if kind == "seal" else {}
            texts = [(digest, text, mark) for digest, text in known.items() for _, mark in marks]
        found |= {"kind": kind, "unapproved": kind == "payload" and actor not in self.approved}
        if made["body"] is None or self.withheld and not any(mark in self.keys for _, _, mark in texts):
            return found
        sig = made["body"]["sig"]
        for digest, text, mark in texts:
            right = message.get("sha256", digest) == digest
            if right and verifies(self.keys.get(mark), bytes.fromhex(sig), text):
                self.made |= {mark: self.made.get(mark, set()) | {sig}} if kind == "payload" else {}
                return found | {"key": mark, "sig": sig}
        return found | {"wrong": f"{where}: it verifies under no key of {actor} over a {kind} of the record"}

    def none_wrong(self, *kinds):
        wrong = [one["wrong"] for one in self.signatures if one["wrong"] and one["kind"] in kinds]
        demand(not wrong, "; ".join(map(str, wrong)))
        return [one for one in self.signatures if one["kind"] in kinds and one["key"]]

    def base(self):
        here = not self.bases or self.bases[-1] in self.contents
        demand(here, "the root before is not here, see --trusted-root", "NOTE" if self.withheld else "FAIL")
        return self.contents[self.bases[-1]] if self.bases else None

    def signed(self):
        demand(self.content, "nothing is signed in this ceremony", "NOTE")
        signed = self.contents.get(self.content["payload"])
        demand(signed, "there is no content of the digest on record", "NOTE" if self.withheld else "FAIL")
        demand(self.content["role"] != "root" or fits(signed, ROOT), "the content is no root")
        return signed

    def pairs(self):  # the signatures over the content, as its file has them
        for name in named(self.of("metadata-written")) or sorted(listed(self.root, "metadata")):
            payload, pairs = self.add_metadata(read(self.root, f"metadata/{name}") or b"")
            if payload == self.content["payload"]:
                return pairs
        allowed = not self.closed or self.of("step-skipped")
        raise Stop("NOTE" if allowed else "FAIL", "no file of the content was written")

    def judge_of(self, role):
        """Who says which keys sign content of a role: the root before, or the targets that delegate it."""
        base, path = self.base(), self.plan.get("staged", {}).get("delegated_by")
        if not base or role in base["roles"]:
            return base
        came = [file["payload"] for file in self.files_read if file["path"] == path and file["payload"]][-1:]
        demand(came, f"who delegates {role} is not on record", "NOTE" if self.withheld else "FAIL")
        side = tally(self.contents[came[0]], self.came_with(came[0]), base, "targets")
        demand(enough({"": side}), f"{side}: too few keys have signed the targets that delegate {role}")
        return self.contents[came[0]]

    def came_with(self, payload):
        return [pair for one, *pair in self.came if one == payload]

    def sealed(self):
        """The seal that lies here: the statement, its bytes, and the list of signatures."""
        data = read(self.root, "seal.dsse.json")
        wanted = self.closed and self.by != "paper" and "seal" in self.step_kinds.values()
        needed = self.of("seal-written") or wanted and not self.published
        demand(data is not None, "there is no seal here", "FAIL" if needed else "NOTE")
        value = parse(data)
        demand(data == canonical(value) + b"\n", "seal.dsse.json is not one line of canonical JSON")
        demand(set(value) == {"payload", "payloadType", "signatures"}, "seal.dsse.json is no envelope")
        demand(value["payloadType"] == PAYLOAD_TYPE, "seal.dsse.json has another type of payload")
        payload = base64.b64decode(value["payload"], validate=True)
        statement = parse(payload)
        demand(canonical(statement) == payload and fits(statement, SEAL), "its payload is no seal")
        self.keys |= [load_key(key["public"])[::-1] for key in statement["predicate"]["keys"]]
        return statement, payload, value["signatures"]

    def sealers(self):
        """By fingerprint the keys that may sign what was signed, with their ids, and how many are a quorum."""
        content, base = self.content or {"role": "root", "payload": None}, [*self.bases[-1:]]
        payloads = [content["payload"]] * (content["role"] == "root") + base
        roots = [self.contents[one] for one in payloads if fits(self.contents.get(one), ROOT)]
        roots += [one for one, _ in self.trusted if self.published and fits(one, ROOT)]
        holders = [self.judge_of(content["role"])] if content["role"] != "root" and roots else roots
        sides = [keys_of(holder, content["role"]) for holder in holders]
        keys = {mark: one for side in sides for one, (_, mark) in side.items()}
        return keys, roots[0]["roles"]["root"]["threshold"] if roots else 0

    def seals(self):
        """By fingerprint the signatures of the seal. Each has to verify under a key that was in hand."""
        _, payload, listed_signatures = self.sealed()
        hidden, sigs = self.lacks("key-presented", "key-enrolled"), {}
        known = {body["fingerprint"]: body["keyid"] for body in self.hand().values()}
        if hidden:
            known, _ = self.sealers()
        for one in listed_signatures:
            sig = base64.b64decode(one["sig"], validate=True)
            marks = [mark for mark, keyid in known.items() if keyid == one["keyid"]
                     and verifies(self.keys.get(mark), sig, encoded(payload))]
            unknown = hidden and one["keyid"] not in known.values()
            demand(not unknown, "keys in hand are withheld, and one of them sealed", "NOTE")
            demand(marks and set(one) == {"keyid", "sig"}, f"{one['keyid']}: no signature by a key in hand")
            sigs[marks[0]] = sig.hex()
        return sigs

    @contextlib.contextmanager
    def rule(self, name, needs_all=False):  # needs_all: a published copy cannot be judged by it
        said, verdict = [], "PASS"
        try:
            yield said.append
        except Stop as why:
            verdict, *said = why.args
        except FORM_ERRORS as error:
            verdict, said = "FAIL", [f"something has another form: {error!r}"]
        if needs_all and self.published:
            said, verdict = ["it needs records or files that are withheld in a published copy"], "NOTE"
        self.checks.append((name, verdict, "; ".join(said)))

    def judge_record(self):
        nodes = [one["node"] for one in self.records]
        with self.rule("transcript.chain") as say:
            demand(not self.fault, self.fault)
            say(f"{len(nodes)} records, {self.mode}, {self.withheld} bodies withheld")
        if self.fault:
            return
        with self.rule("transcript.whole"):
            demand(not self.torn, "its last record is torn")
            demand(self.closed, f"it ends with {self.ending}, and not with the end of a ceremony")
        with self.rule("transcript.head") as say:
            shown = {nodes[one["seq"] - 1]: one for one in reversed(self.records[1:])
                     if one["kind"] == "asked" and self.step_kind(one["step"]) == "head"}
            for node, one in shown.items():
                digest = (one["body"] or {}).get("digest", {"sha256": node})
                demand(digest["sha256"] == node, f"record {one['seq']} shows another head than it has")
            demand(self.expected, f"not compared: give --expect-head. It is {nodes[-1]}", "NOTE")
            here, paper = words_of(nodes[-1]), words_of(self.expected)
            differ = [f"word {one + 1}, {here[one]}, is {paper[one]} on paper" for one in range(32)
                      if here[one] != paper[one]]
            demand(not differ or self.expected in shown, f"another head, {nodes[-1]}: {(differ + [''])[0]}")
            before = shown[self.expected]["seq"] if differ else len(nodes)
            seen = {one["kind"] for one in self.records[:before]}
            early = self.content and "metadata-written" not in seen
            demand(not differ or not early, "it is the head that was shown before anything was written")
            programs = {body["program"] for body in self.of("ceremony-opened", "resumed", before=before)}
            for one in self.records[before:]:
                kind, body = one["kind"], one["body"] or {}
                kind = f"intended:{body['effect']}" if kind == "intended" and body else kind
                right = kind in AFTER_HEAD and (kind != "resumed" or not body or body["program"] in programs)
                demand(right, f"it is the head that was shown; but {kind} follows, record {one['seq']}")
            say("as on paper" + (": the head that was shown" if differ else ""))
        for name in ("script", "plan"):
            with self.rule(f"{name}.digest", needs_all=name == "plan") as say:
                data = read(self.root, f"{name}.toml")
                demand(data is not None, f"{name}.toml is not here", "NOTE" if self.published else "FAIL")
                demand(self.opened, "the first record, which names it, is withheld", "NOTE")
                demand(sha256(data) == self.opened[name], f"{name}.toml is not the one of the first record")
                demand(getattr(self, name), f"{name}.toml cannot be read")
                say(f"SHA-256 {sha256(data)}")
        with self.rule("ceremony.mode") as say:
            parts = [part.get(name, {}).get("mode") for name, part in (("plan", self.plan), ("script", self.script))
                     if part]
            demand({self.mode, *parts} == {self.mode}, f"the record is of {self.mode}, plan and script: {parts}")
            say(self.mode)

    def judge_content_and_files(self):
        plan = self.plan.get("root", {})
        with self.rule("root.base", needs_all=True) as say:
            base = self.base()
            demand("trusted" not in self.plan or base or not self.closed, "the plan names one")
            for body in self.of("root-trusted")[-1:]:
                files = [file["sha256"] for file in self.files_read if file["payload"] == body["payload"]]
                demand(fits(base, ROOT) and base["version"] == body["version"], "no root of that version")
                demand(self.plan["trusted"].get("sha256", files[0]) in files, "it is not that of the plan")
                side = tally(base, self.came_with(body["payload"]), base)
                demand(enough({"": side}), f"{side}: too few of its own keys have signed it")
            say(f"version {base['version']}, SHA-256 {payload_of(base)}" if base else "there was none")
        with self.rule("keys.possession", needs_all=True) as say:
            proved = {one["key"] for one in self.none_wrong("possession")}
            needed = {body["fingerprint"] for body in self.of("key-enrolled")}
            if self.of("root-assembled") and self.content:
                old = keys_of(self.base()).values() if self.bases else []
                needed |= {mark for _, mark in keys_of(self.signed()).values()} - {mark for _, mark in old}
            demand(needed <= proved, f"{len(needed - proved)} keys have not proved that they are in hand")
            say(f"{len(proved)} proofs verify")
        with self.rule("keys.ids") as say:
            content, payload = self.signed(), self.content["payload"]
            listed_keys = {one: load_key(key)[1] for one, key in content.get("keys", {}).items()}
            other = [name for name, body in self.hand().items()
                     if listed_keys.get(body["keyid"], body["fingerprint"]) != body["fingerprint"]]
            demand(not other, f"the record has other keys under the ids of {other}")
            wrong = {one for one, key in content.get("keys", {}).items() if payload_of(key) != one}
            kept = any(body["payload"] == payload and "root.key-id" in body["rules"]
                       for body in self.of("findings-accepted"))
            kept = kept or wrong and plan.get("key_ids") != "recompute" and wrong <= set((self.base() or {})["keys"])
            demand(not wrong, f"not the hashes of their keys: {wrong}", "NOTE" if kept else "FAIL")
            say(f"{len(listed_keys)} keys")
        with self.rule("root.payload", needs_all=True) as say:
            signed, base, payload = self.signed(), self.base(), self.content["payload"]
            demand(not self.twice, "there was content already, and nobody withdrew it")
            follows = self.content["role"] != "root" or not base or signed["version"] == base["version"] + 1
            demand(follows, "its version is not one more than that of the root before")
            came = [file["payload"] for file in self.files_read]
            demand(self.of("root-assembled") or payload in came, "it is in no file that was read")
            say(f"SHA-256 {payload}")
        with self.rule("root.approved", needs_all=True):
            demand(not any(one.get("unapproved") for one in self.signatures), "somebody had not approved")
        with self.rule("root.signatures") as say:
            say(f"{len(self.none_wrong('payload', None))} signatures verify")
        with self.rule("root.threshold") as say:
            signed, pairs, role = self.signed(), self.pairs(), self.content["role"]
            written = named(self.of("metadata-written"))
            numbered = {name for name in written if name[0].isdigit()}
            fewer = self.plan.get("policy", {}).get("signing_continues")
            otherwise = "NOTE" if self.published and not numbered else "FAIL"  # the plan may allow it
            sides = {"itself": tally(signed, pairs, signed)} if role == "root" else {}
            demand(fewer or enough(sides), f"{sides}: too few of its own keys have signed", otherwise)
            if judge := self.judge_of(role):
                sides = {"before" if "roles" in judge else "delegated": tally(signed, pairs, judge, role)} | sides
            wanted = {f"{signed['version']}.root.json"} if role == "root" and enough(sides) else set()
            demand(not written or numbered == wanted, f"of N.root.json there is {numbered}, and not {wanted}")
            for body in self.of("signatures-counted")[-1:]:
                counted = [(one["counted"], one["threshold"]) for one in body["judges"]]
                right = counted == list(sides.values()) and body["reached"] == enough(sides)
                demand(right, f"the record has counted {counted}, and it is {sides}")
            demand(sides and enough(sides), f"{sides}: too few keys have signed", "NOTE" if fewer else otherwise)
            say("; ".join(f"{side}: {have} keys signed, {need} are needed" for side, (have, need) in sides.items()))
        with self.rule("root.trusted") as say:
            demand(self.given, "not compared: give --trusted-root with a root that you trust", "NOTE")
            trust = None
            for root, pairs in self.trusted:
                demand(fits(root, ROOT), "a file that was given is no root")
                sides = {one["version"]: tally(root, pairs, one) for one in (root, trust) if one}
                chain = not trust or root["version"] == trust["version"] + 1
                demand(chain and enough(sides), f"{sides}: the roots that were given are no chain")
                trust = root
            made = self.content and self.content["role"] == "root"
            root = self.signed() if made else self.base()
            demand(root, "nothing was signed, and no root was there before", "NOTE")
            pairs = self.pairs() if made else self.came_with(self.bases[-1])
            leads = root["version"] == trust["version"] + 1
            leads = leads and enough({one["version"]: tally(root, pairs, one) for one in (root, trust)})
            demand(root == trust or leads, "no root that was given leads to it")
            say(f"version {root['version']}, SHA-256 {payload_of(root)}")
        with self.rule("files.in", needs_all=True) as say:
            files = {}
            for file in self.files_read:
                data, digest = file["text"].encode(), file["sha256"]
                name = re.sub("[.]rse$", ".json", file["path"].rsplit("/", 1)[-1])
                demand(sha256(data) == digest, f"{file['path']} is not of its digest")
                if file["what"] == "metadata":
                    files |= {f"{digest[:12]}-{name}": describe(data)}
                    files |= named([file["envelope"]] if "envelope" in file else [])
            say(compare(self.root, "in", files))
            say(f"others, which nobody uses: {sorted(listed(self.root, 'in') - set(files))}")
        with self.rule("attestation.evidence", needs_all=True):
            files, serials = {}, {}
            for step, kind, body in [(one["step"], one["kind"], one["body"] or {}) for one in self.records]:
                if kind == "token-identified":
                    serials[step] = re.sub("[^A-Za-z0-9_-]", "_", body["serial"])
                elif kind == "key-attested":
                    pems = enumerate(body.get("certificates", []))
                    pems = {{0: "key", 1: "device"}.get(at, f"issuer-{at}"): pem.encode() for at, pem in pems}
                    pems["public"] = body["key"]["public_pem"].encode()
                    files |= {f"{serials[step]}/{name}.pem": describe(pem) for name, pem in pems.items()}
                    verdict = f"{serials[step]}/verdict.json"
                    files[verdict] = describe(read(self.root, f"attestations/{verdict}") or b"")
            say(compare(self.root, "attestations", files, {} if self.closed else None))
            full = not files or self.sealed()[0]["predicate"]["disclosure"] == "full"
            demand(full, "no seal covers verdict.json, which says what was found by the certificates", "NOTE")
        with self.rule("root.files") as say:
            if self.lacks("metadata-written", "archived"):
                told = {digest for _, digest in named(self.of("metadata-written", "archived")).values()}
                with contextlib.suppress(Stop, *FORM_ERRORS):
                    told |= {one["digest"].get("sha256") for one in self.sealed()[0]["subject"]}
                contents = {body["payload"] for body in self.of("root-assembled", "content-imported")}
                for name in sorted(listed(self.root, "metadata")):
                    data = read(self.root, f"metadata/{name}")
                    known = sha256(data) in told or self.add_metadata(data)[0] in contents
                    demand(known, f"metadata/{name}: nothing in this copy says that it is of this ceremony")
                demand(False, "what was written is withheld", "NOTE")
            say(compare(self.root, "metadata", named(self.of("metadata-written", "archived")), self.intended()))
            if self.of("metadata-written") and self.content and self.content["payload"]:
                pairs, made = self.pairs(), set().union(*self.made.values())
                known = [tuple(pair) for one, *pair in self.came if one == self.content["payload"]]
                right = all(pair in known or pair[1] in made for pair in pairs) or self.withheld
                right = right and all(sigs & {sig for _, sig in pairs} for sigs in self.made.values())
                demand(right, "the signatures in the file are not those that were made or came in")
        with self.rule("files.out", needs_all=True) as say:
            escrows = [{"file": body["escrow"]} for body in self.of("token-provisioned") if body.get("escrow")]
            may, intents = named(escrows) | self.intended(), self.of("intended")
            begun = [body for body in intents if body["effect"] == "provision"]
            unsure = len(begun) > len(self.of("token-provisioned"))  # an interruption may have left a copy
            for name in listed(self.root, "out") if unsure else []:
                if name.startswith("management-key-"):
                    may[name] = may.get(name) or describe(read(self.root, f"out/{name}"))
            say(compare(self.root, "out", named(self.of("exported")), may))
        with self.rule("recording.file", needs_all=True) as say:
            marks, data = self.of("screen-recorded"), read(self.root, "session.cast", TRANSCRIPT_LIMIT)
            demand(marks, f"no record is about session.cast; it is here: {data is not None}", "NOTE")
            demand(data is not None, "session.cast is on record and is not here")
            wrong = [body["bytes"] for body in marks if sha256(data[:body["bytes"]]) != body["sha256"]
                     or body["bytes"] > len(data) or body.get("ended") and body["bytes"] != len(data)]
            demand(not wrong, f"session.cast is not the one on record up to byte {wrong[:1]}")
            say(f"{marks[-1]['bytes']} bytes")

    def judge_seal(self):
        with self.rule("seal.statement") as say:
            statement, payload, _ = self.sealed()
            said, number = statement["predicate"], statement["predicate"]["head"]["records"]
            demand(0 < number < len(self.records), "it seals more records than there are")
            stated, node = self.records[number], self.records[number - 1]["node"]
            states = {"statement": statement, "sha256": sha256(payload), "head": node, "records": number}
            right = stated["kind"] == "seal-stated" and stated["body"] in (None, states)
            demand(right, f"record {number} does not state it")
            content = self.content and self.contents.get(self.content["payload"])
            signed = said.get("payload") if self.withheld and self.content else None
            signed = {"role": self.content["role"], "version": content["version"],
                      "sha256": self.content["payload"]} if content else signed
            told = said["mode"], said["head"], said.get("payload"), said["ceremony"]
            known = self.mode, {"hex": node, "records": number}, signed, (self.opened or said)["ceremony"]
            demand(told == known, "it is of another ceremony, mode, head or content")
            full = said["disclosure"] == "full"
            plan = {"sha256": self.opened.get("plan")} if full else None
            entries = [{name: body[name] for name in ("by", "number", *(EXCEPTION if full else ()))}
                       for body in self.of("exception-logged", before=number)]
            people = {(one["duty"], one["id"], *((one["name"], one["initials"]) if full else (None, None)))
                      for one in self.plan.get("participant", [])}
            took_part = {(duty, one["id"], one.get("name"), one.get("initials"))
                         for duty, some in said["participants"].items() for one in some}
            told = [said.get("plan"), said["exceptions"], took_part, said["formats"], said["script"]["sha256"]]
            known = [plan, {"entries": entries, "number": len(entries)}, people,
                     {"seal": 1, "transcript": self.opened.get("rules")}, self.opened.get("script")]
            demand(self.published or told == known, "it has another plan, other people or other exceptions")
            late = [one["kind"] for one in self.records[number + 1:] if one["kind"] in BEFORE_SEAL]
            demand(not late, f"behind it stands {late}, which is to be sealed")
            hand = {(name, one["keyid"], one["fingerprint"]) for name, one in self.hand(number).items()}
            told = {(key["name"], key["keyid"], load_key(key["public"])[1]) for key in said["keys"]}
            hidden = self.lacks("key-presented", "key-enrolled")
            demand(told >= hand if hidden else told == hand, "its keys are not those that were in hand")
            files = {"script.toml": self.opened["script"]} if self.opened else {}
            files |= {"plan.toml": self.opened["plan"]} if self.opened and plan else {}
            evidence = listed(self.root, "attestations") if full and not self.withheld else []
            files |= {f"attestations/{name}": sha256(read(self.root, f"attestations/{name}")) for name in evidence}
            for folder, kinds in (("metadata", ("metadata-written", "archived")), ("out", ("exported",))):
                written = named(self.of(*kinds, before=number))
                files |= {f"{folder}/{name}": digest for name, (_, digest) in written.items()}
            *subjects, last = statement["subject"]
            digests = {one["name"]: one["digest"]["sha256"] for one in subjects}
            demand(last["digest"] == {"rootstageTranscriptHead": node}, "its last subject is not this head")
            for name, digest in digests.items():
                data = read(self.root, name)
                demand(files.get(name, digest) == digest, f"{name} is another one on record")
                missing = data is None and self.published and not name.startswith("metadata/")
                demand(missing or data is not None and sha256(data) == digest, f"{name} is another, or not here")
            other = sorted(set(files) ^ set(digests))
            demand(not other or self.published, f"not both on record and a subject: {other}")
            demand(stated["body"], f"record {number}, which states it, is withheld", "NOTE")
            say(f"the first {number} records, {node}")
        with self.rule("seal.signatures") as say:
            made, sigs = {one["key"]: one["sig"] for one in self.none_wrong("seal")}, self.seals()
            demand(sigs == made or self.withheld and made.items() <= sigs.items(), "not those on record")
            say(f"{len(sigs)} different keys sealed, and their signatures verify")
        with self.rule("seal.count") as say:
            payload, sigs, none = self.sealed()[1], self.seals(), ed25519.Ed25519PublicKey
            demand(self.by != "paper", "the plan wants paper alone, and there is a seal")
            demand(not self.lacks("key-presented", "key-enrolled"), "keys in hand are withheld", "NOTE")
            keys = self.hand()
            cards = {one["step"].partition(".")[2] for one in self.records if "piv" in (one["body"] or {})}
            for name in cards & set(keys) if len(encoded(payload)) > 3072 else []:
                if isinstance(self.keys.get(keys[name]["fingerprint"]), none):
                    del keys[name]  # it signs no more than 3072 bytes
            missing = {name for name, body in keys.items() if body["fingerprint"] not in sigs}
            for one in self.records:
                excused = one["kind"] == "step-skipped" and self.step_kind(one["step"]) == "seal"
                if excused and (one["body"] is None or len(set(one["body"]["by"])) > 1):
                    missing.discard(one["step"].partition(".")[2])
            listed_keys, quorum = self.sealers()
            before = any(one["kind"] == "root-trusted" for one in self.records)
            # where there is no root at all, every key in hand counts
            counts = set(sigs) & set(listed_keys) if quorum or before else set(sigs)
            one_does = self.plan.get("policy", {}).get("signing_continues") or not quorum
            need = min(1 if one_does else quorum, len(keys))
            unknown = before and not self.trusted and not any(one in self.contents for one in self.bases)
            demand(len(counts) >= need, f"{len(counts)} keys that count have sealed, and {need} must at least",
                   "NOTE" if self.published and unknown else "FAIL")
            otherwise = "NOTE" if self.published else "FAIL"
            demand(not missing or self.by == "quorum", f"{sorted(missing)} have not sealed", otherwise)
            say(f"{len(sigs)} of {len(keys)} keys in hand have sealed, {len(counts)} count, {need} must at least")
        with self.rule("seal.file") as say:
            written, data = named(self.of("seal-written")), read(self.root, "seal.dsse.json")
            demand(not self.lacks("seal-written"), "which it was is withheld", "NOTE")
            demand(written, "there is none, or nobody put it on record", "NOTE" if data is None else "FAIL")
            say(compare(self.root, ".", written))


def words_of(head):
    return [(ODD_WORDS if place % 2 else EVEN_WORDS)[byte] for place, byte in enumerate(bytes.fromhex(head))]


def read_head(parts):
    """A head as people give it: 64 hex digits, also in groups, or 32 words. ValueError where it is neither."""
    parts, head = " ".join(parts).lower().split(), []
    if re.fullmatch("[0-9a-f]{64}", "".join(parts)):
        return "".join(parts)
    if len(parts) != 32:
        raise ValueError(f"a head has 64 hex digits or 32 words; these are {len(parts)} words")
    for place, word in enumerate(parts):
        known = [one.lower() for one in (ODD_WORDS if place % 2 else EVEN_WORDS)]
        if word not in known:
            other = word in [one.lower() for one in (EVEN_WORDS if place % 2 else ODD_WORDS)]
            why = "of the other list: a word was dropped or doubled" if other else "not in the PGP word list"
            raise ValueError(f"word {place + 1} of the head, {word[:20]!r}, is {why}")
        head.append(known.index(word))
    return bytes(head).hex()


def verified(directory, data, trusted, expected):
    ceremony = Ceremony(directory, data, trusted, expected)
    ceremony.judge_record()
    if not ceremony.fault:
        ceremony.judge_content_and_files()
        ceremony.judge_seal()
    return ceremony


def main():
    parser = argparse.ArgumentParser(description="Verify a ceremony directory.", allow_abbrev=False)
    parser.add_argument("directory", metavar="DIR")
    parser.add_argument("--expect-head", nargs="+", metavar="HEX|WORDS")
    parser.add_argument("--trusted-root", action="append", default=[], metavar="FILE")
    parser.add_argument("--json", action="store_true")
    call = parser.parse_args()
    try:
        expected = read_head(call.expect_head) if call.expect_head else None
        data = read(call.directory, "transcript.jsonl", TRANSCRIPT_LIMIT)
        trusted = [read(*os.path.split(os.path.realpath(path))) for path in call.trusted_root]
        demand(None not in (data, *trusted), "transcript.jsonl, or a file of --trusted-root, is not here")
    except ValueError as error:
        parser.error(str(error))
    except Stop as why:
        print(f"{why.args[1]!r}. Nothing was verified.", file=sys.stderr)
        return 3
    found = verified(call.directory, data, trusted, expected)
    checks = [{"name": name, "verdict": verdict, "explanation": re.sub("[^ -~]", "?", text[:2000])}
              for name, verdict, text in found.checks]
    passed = all(one["verdict"] != "FAIL" for one in checks)
    head = found.records[-1]["node"] if found.records else None
    words = " ".join(words_of(head)) if head else None
    if call.json:
        said = {"passed": passed, "published": found.published, "mode": found.mode, "head": head, "head_words": words}
        said |= {"records": len(found.records)}
        said["checks"] = [one | {"verdict": one["verdict"].lower()} for one in checks]
        said["withheld"] = Counter(one["kind"] for one in found.records if one["body"] is None)
        print(json.dumps(said, indent=1))
    else:
        print("\n".join(f"{one['verdict']} {one['name']:<20} {one['explanation']}" for one in checks))
        print(f"\n{'PASSED' if passed else 'FAILED'} ({found.mode}): {len(found.records)} records")
        if found.published:
            print("taken for a published copy: it has no plan. What a NOTE is about was not decided")
        print(f"head  {head}\nwords {words}")
    return 0 if passed else 1


# The PGP word list: by bytes at even positions, from 0, and at odd ones
EVEN_WORDS = """
aardvark absurd accrue acme adrift adult afflict ahead aimless Algol allow alone ammo ancient apple artist assume
Athens atlas Aztec baboon backfield backward banjo beaming bedlamp beehive beeswax befriend Belfast berserk billiard
bison blackjack blockade blowtorch bluebird bombast bookshelf brackish breadline breakup brickyard briefcase Burbank
button buzzard cement chairlift chatter checkup chisel choking chopper Christmas clamshell classic classroom cleanup
clockwork cobra commence concert cowbell crackdown cranky crowfoot crucial crumpled crusade cubic dashboard deadbolt
deckhand dogsled dragnet drainage dreadful drifter dropper drumbeat drunken Dupont dwelling eating edict egghead
eightball endorse endow enlist erase escape exceed eyeglass eyetooth facial fallout flagpole flatfoot flytrap
fracture framework freedom frighten gazelle Geiger glitter glucose goggles goldfish gremlin guidance hamlet highchair
hockey indoors indulge inverse involve island jawbone keyboard kickoff kiwi klaxon locale lockup merit minnow miser
Mohawk mural music necklace Neptune newborn nightbird Oakland obtuse offload optic orca payday peachy pheasant
physique playhouse Pluto preclude prefer preshrunk printer prowler pupil puppy python quadrant quiver quota ragtime
ratchet rebirth reform regain reindeer rematch repay retouch revenge reward rhythm ribcage ringbolt robust rocker
ruffled sailboat sawdust scallion scenic scorecard Scotland seabird select sentence shadow shamrock showgirl skullcap
skydive slingshot slowdown snapline snapshot snowcap snowslide solo southward soybean spaniel spearhead spellbind
spheroid spigot spindle spyglass stagehand stagnate stairway standard stapler steamship sterling stockman stopwatch
stormy sugar surmount suspense sweatband swelter tactics talon tapeworm tempest tiger tissue tonic topmost tracker
transit trauma treadmill Trojan trouble tumor tunnel tycoon uncut unearth unwind uproot upset upshot vapor village
virus Vulcan waffle wallet watchword wayside willow woodlark Zulu
""".split()
ODD_WORDS = """
adroitness adviser aftermath aggregate alkali almighty amulet amusement antenna applicant Apollo armistice article
asteroid Atlantic atmosphere autopsy Babylon backwater barbecue belowground bifocals bodyguard bookseller borderline
bottomless Bradbury bravado Brazilian breakaway Burlington businessman butterfat Camelot candidate cannonball
Capricorn caravan caretaker celebrate cellulose certify chambermaid Cherokee Chicago clergyman coherence combustion
commando company component concurrent confidence conformist congregate consensus consulting corporate corrosion
councilman crossover crucifix cumbersome customer Dakota decadence December decimal designing detector detergent
determine dictator dinosaur direction disable disbelief disruptive distortion document embezzle enchanting enrollment
enterprise equation equipment escapade Eskimo everyday examine existence exodus fascinate filament finicky forever
fortitude frequency gadgetry Galveston getaway glossary gossamer graduate gravity guitarist hamburger Hamilton
handiwork hazardous headwaters hemisphere hesitate hideaway holiness hurricane hydraulic impartial impetus inception
indigo inertia infancy inferno informant insincere insurgent integrate intention inventive Istanbul Jamaica Jupiter
leprosy letterhead liberty maritime matchmaker maverick Medusa megaton microscope microwave midsummer millionaire
miracle misnomer molasses molecule Montana monument mosquito narrative nebula newsletter Norwegian October Ohio
onlooker opulent Orlando outfielder Pacific pandemic Pandora paperweight paragon paragraph paramount passenger
pedigree Pegasus penetrate perceptive performance pharmacy phonetic photograph pioneer pocketful politeness positive
potato processor provincial proximate puberty publisher pyramid quantity racketeer rebellion recipe recover repellent
replica reproduce resistor responsive retraction retrieval retrospect revenue revival revolver sandalwood sardonic
Saturday savagery scavenger sensation sociable souvenir specialist speculate stethoscope stupendous supportive
surrender suspicious sympathy tambourine telephone therapist tobacco tolerance tomorrow torpedo tradition travesty
trombonist truncated typewriter ultimate undaunted underfoot unicorn unify universe unravel upcoming vacancy vagabond
vertigo Virginia visitor vocalist voyager warranty Waterloo whimsical Wichita Wilmington Wyoming yesteryear Yucatan
""".split()


if __name__ == "__main__":
    sys.exit(main())
