"""What verify_ceremony.py says of keys, signatures and thresholds, with roots made here by `cryptography`."""

import hashlib
import json
import os
import tempfile
import unittest

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

import verify_ceremony as v


def pem(private):
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return private.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()


def point(private):
    kind = serialization.PublicFormat.UncompressedPoint
    return private.public_key().public_bytes(serialization.Encoding.X962, kind).hex()


def entry(keytype, scheme, public, **more):
    return {"keytype": keytype, "scheme": scheme, "keyval": {"public": public}, **more}


def sign(private, message):
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(message)
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    digest = hashes.SHA384() if private.curve.name == "secp384r1" else hashes.SHA256()
    return private.sign(message, ec.ECDSA(digest))


def root(keys, threshold, by, version=1, more=None):
    """A root of these (id, entry); signed by (id, private key)."""
    role = {"keyids": [keyid for keyid, _ in keys], "threshold": threshold}
    signed = {"_type": "root", "version": version, "keys": dict(keys), "roles": {"root": role}, **(more or {})}
    message = v.canonical(signed, olpc=True)
    return signed, [(keyid, sign(private, message).hex()) for keyid, private in by]


def keyid(listed):
    return hashlib.sha256(v.canonical(listed, olpc=True)).hexdigest()


P256, OTHER, P384 = (ec.generate_private_key(curve) for curve in (ec.SECP256R1(), ec.SECP256R1(), ec.SECP384R1()))
ED = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(65537, 2048)
ED_HEX = ED.public_key().public_bytes_raw().hex()


class Canonical(unittest.TestCase):
    def test_only_two_characters_are_escaped(self):
        value = {"b": 'a"\\\n\té', "a": [1, -2, True, None, {}]}
        self.assertEqual(v.canonical(value, olpc=True), '{"a":[1,-2,true,null,{}],"b":"a\\"\\\\\n\té"}'.encode())
        self.assertEqual(v.canonical(value), '{"a":[1,-2,true,null,{}],"b":"a\\"\\\\\\n\\té"}'.encode())

    def test_names_are_sorted_by_code_points_or_by_utf_16(self):
        value = {"\ufb33": 1, "\U0001f600": 2}
        self.assertTrue(v.canonical(value, olpc=True).startswith('{"\ufb33"'.encode()))
        self.assertTrue(v.canonical(value).startswith('{"\U0001f600"'.encode()))


class Signatures(unittest.TestCase):
    def reaches(self, metadata, holder=None):
        signed, pairs = metadata
        return v.enough({"": v.tally(signed, pairs, holder or signed)})

    def test_every_kind_of_key(self):
        for private, listed in [
            (P256, entry("ecdsa", "ecdsa-sha2-nistp256", pem(P256))),
            (P256, entry("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", pem(P256))),
            (P256, entry("ecdsa", "ecdsa-sha2-nistp256", point(P256))),
            (P384, entry("ecdsa", "ecdsa-sha2-nistp384", pem(P384))),
            (ED, entry("ed25519", "ed25519", ED_HEX)),
            (RSA, entry("rsa", "rsassa-pss-sha256", pem(RSA))),
        ]:
            good = root([(keyid(listed), listed)], 1, [(keyid(listed), private)])
            self.assertTrue(self.reaches(good), listed)
            other = OTHER if listed["keytype"].startswith("ecdsa") and private is P256 else None
            if other:
                self.assertFalse(self.reaches(root([("k", listed)], 1, [("k", other)])))
            other_content = good[0] | {"version": 2}
            self.assertFalse(self.reaches((other_content, good[1])), listed)

    def test_a_key_is_of_the_kind_that_is_listed(self):
        small = rsa.generate_private_key(65537, 1024)
        for listed in [
            entry("ecdsa", "ecdsa-sha2-nistp384", pem(P256)),
            entry("ed25519", "ed25519", pem(P256)),
            entry("rsa", "rsassa-pss-sha256", pem(small)),
            entry("ed25519", "ecdsa-sha2-nistp256", pem(P256)),
            entry("ecdsa", "ecdsa-sha2-nistp256", "04" + "00" * 64),
            entry("ed25519", "ed25519", ED_HEX[:-2]),
            entry("dsa", "dsa", "00"),
        ]:
            self.assertEqual(v.load_key(listed), (None, None), listed)

    def test_one_key_under_two_ids_counts_once(self):
        one = entry("ecdsa", "ecdsa-sha2-nistp256", pem(P256))
        same = entry("ecdsa", "ecdsa-sha2-nistp256", point(P256))
        listed, by = [("a", one), ("b", same)], [("a", P256), ("b", P256)]
        self.assertTrue(self.reaches(root(listed, 1, by)))
        self.assertFalse(self.reaches(root(listed, 2, by)))

    def test_an_id_cannot_sign_twice(self):
        one = entry("ecdsa", "ecdsa-sha2-nistp256", pem(P256))
        signed, pairs = root([("a", one)], 1, [("a", P256), ("a", P256)])
        signatures = [{"keyid": keyid, "sig": sig} for keyid, sig in pairs]
        with tempfile.TemporaryDirectory() as empty:
            ceremony = v.Ceremony(empty, b"", [], None)
            for kept, good in ((signatures, False), (signatures[:1], True)):
                file = json.dumps({"signatures": kept, "signed": signed}).encode()
                self.assertEqual(ceremony.add_metadata(file)[0] is not None, good)

    def test_a_threshold_of_nothing_is_none(self):
        for threshold in (0, -1, True):
            metadata = root([], threshold, [])
            self.assertRaises(v.Stop, self.reaches, metadata)

    def test_each_side_counts_by_itself(self):
        a = ("a", entry("ecdsa", "ecdsa-sha2-nistp256", pem(P256)))
        b = ("b", entry("ed25519", "ed25519", ED_HEX))
        old = root([a], 1, [("a", P256)])[0]
        for by, before, itself in [
            ([("a", P256), ("b", ED)], True, True),
            ([("b", ED)], False, True),
            ([("a", P256)], True, False),
        ]:
            new = root([b], 1, by, 2)
            self.assertEqual((self.reaches(new, old), self.reaches(new)), (before, itself))

    def test_vectors_of_rsa(self):
        with open(os.environ["RSA_VECTORS"]) as file:
            vectors = json.load(file)
        for vector in vectors["signatures"]:
            key, _ = v.load_key(entry("rsa", "rsassa-pss-sha256", vector["public"]))
            good = v.verifies(key, bytes.fromhex(vector["sig"]), vectors["message"].encode())
            self.assertEqual(good, vector["valid"], vector["by"])


if __name__ == "__main__":
    unittest.main()
