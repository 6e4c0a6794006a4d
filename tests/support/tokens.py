#!/usr/bin/python3
"""tests/support/tokens.py FOLDER - keys, JWK sets and JWTs good and bad, by PyJWT, which shares no code with the gateway.

Writes into FOLDER: NAME.pem (public keys), NAME.key.pem (private ones), jwks.json (all public keys, kid = NAME),
rotated.json (rsa2 alone), secret, and `tokens`: a line per token, "NAME TOKEN".
"""
import base64
import hashlib
import hmac
import json
import sys
import time

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

folder = sys.argv[1]
now = int(time.time())


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=None):
    return b64(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def public_pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def private_pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def jwk(name, key):
    public = key.public_key()
    if isinstance(key, rsa.RSAPrivateKey):
        facts = {"kty": "RSA", "n": number(public.public_numbers().n), "e": number(public.public_numbers().e)}
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.key_size + 7) // 8
        facts = {"kty": "EC", "crv": f"P-{key.key_size}", "x": number(public.public_numbers().x, size),
                 "y": number(public.public_numbers().y, size)}
    else:
        raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        facts = {"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}
    return {"kid": name, "use": "sig", **facts}


keys = {
    "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "rsa2": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ec256": ec.generate_private_key(ec.SECP256R1()),
    "ec384": ec.generate_private_key(ec.SECP384R1()),
    "ec521": ec.generate_private_key(ec.SECP521R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate(),
}
stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
secret = "a shared secret of sixty-four bytes, which does for HS512 as well"[:64].ljust(64, "!")

for name, key in keys.items():
    open(f"{folder}/{name}.pem", "wb").write(public_pem(key))
    open(f"{folder}/{name}.key.pem", "wb").write(private_pem(key))
# As issuers have it: also keys that are of no use for tokens.
others = [{"kty": "RSA", "use": "enc", "kid": "enc", "n": "AQAB", "e": "AQAB"}, {"kty": "oct", "kid": "oct", "k": b64(b"x" * 64)},
          {"kty": "later"}]
json.dump({"keys": others + [jwk(name, key) for name, key in keys.items() if name != "rsa2"]},
          open(f"{folder}/jwks.json", "w"))
json.dump({"keys": [jwk("rsa2", keys["rsa2"])]}, open(f"{folder}/rotated.json", "w"))
open(f"{folder}/secret", "w").write(secret)

claims = {
    "iss": "https://issuer.example", "aud": ["orders", "billing"], "sub": "alice", "iat": now, "exp": now + 3600,
    "scope": "orders:read orders:write", "org": "acme", "plan": "gold", "admin": True, "level": 7,
    "realm": {"roles": ["reader", "writer"], "deep": {"er": 1.5}},
}


def made(algorithm, key, kid=None, changes=None, headers=None):
    body = {name: value for name, value in {**claims, **(changes or {})}.items() if value is not None}
    return jwt.encode(body, key, algorithm=algorithm, headers={**({"kid": kid} if kid else {}), **(headers or {})})


def signed_by_hand(header, body, sign):
    signed = b64(json.dumps(header).encode()) + "." + (body if isinstance(body, str) else b64(json.dumps(body).encode()))
    return signed + "." + b64(sign(signed.encode()))


def hs256(key):
    return lambda signed: hmac.new(key, signed, hashlib.sha256).digest()


families = {"HS": lambda size: (secret, None), "RS": lambda size: (keys["rsa"], "rsa"),
            "PS": lambda size: (keys["rsa"], "rsa"),
            "ES": lambda size: (keys[f"ec{521 if size == 512 else size}"], f"ec{521 if size == 512 else size}")}
tokens = {}
for family, chosen in families.items():
    for size in (256, 384, 512):
        key, kid = chosen(size)
        tokens[f"{family}{size}"] = made(f"{family}{size}", key, kid)
tokens["EdDSA"] = made("EdDSA", keys["ed25519"], "ed25519")

rs = lambda changes=None, kid="rsa", key=keys["rsa"], headers=None: made("RS256", key, kid, changes, headers)
tokens["without_kid"] = rs(kid=None)
tokens["rotated_without_kid"] = rs(kid=None, key=keys["rsa2"])
tokens["at_jwt"] = rs(headers={"typ": "application/at+JWT"})
tokens["without_typ"] = rs(headers={"typ": None})
tokens["typ_that_is_no_text"] = signed_by_hand({"alg": "RS256", "kid": "rsa", "typ": 1}, claims, lambda signed: keys["rsa"].sign(
    signed, padding.PKCS1v15(), hashes.SHA256()))
tokens["key_id_in_sub"] = rs({"sub": "key-6163937e6547"})
tokens["expired"] = rs({"exp": now - 3600})
tokens["expired_a_moment_ago"] = rs({"exp": now - 5})
tokens["not_yet"] = rs({"nbf": now + 3600})
tokens["issued_later"] = rs({"iat": now + 3600})
tokens["begins_soon"] = rs({"nbf": now + 5, "iat": now + 5})
tokens["without_exp"] = rs({"exp": None})
tokens["other_issuer"] = rs({"iss": "https://other.example"})
tokens["without_issuer"] = rs({"iss": None})
tokens["other_audience"] = rs({"aud": "cards"})
tokens["without_audience"] = rs({"aud": None})
tokens["without_sub"] = rs({"sub": None})
tokens["one_audience"] = rs({"aud": "orders"})
tokens["scp_list"] = rs({"scope": None, "scp": ["orders:read", "orders:write"]})
tokens["few_scopes"] = rs({"scope": "orders:read"})
tokens["other_tier"] = rs({"plan": "platinum"})
tokens["bob"] = rs({"sub": "bob", "org": None, "plan": None})
tokens["limit_of_its_own"] = rs({"rate": "1000000/1s", "burst": "1000", "tollgate.rate": "1000000/1s", "tollgate.burst": "1000",
                                 "tollgate": {"rate": "1000000/1s", "burst": "1000"}})
tokens["line_in_sub"] = rs({"sub": "alice\r\nX-Admin: 1"})
tokens["line_in_claim"] = rs({"note": "x\r\nX-Admin: 1"})
tokens["rotated"] = rs(kid="rsa2", key=keys["rsa2"])
tokens["unknown_kid"] = rs(kid="nobody")
# Forged, each in a way that has worked somewhere.
tokens["by_a_stranger"] = rs(key=stranger)
tokens["with_its_own_key"] = rs(key=stranger, headers={"jwk": jwk("rsa", stranger)})
tokens["with_crit"] = rs(headers={"crit": ["exp"], "b64": True})
for alg in ("none", "None", "NONE", "nOnE"):
    tokens[alg] = b64(json.dumps({"alg": alg}).encode()) + "." + b64(json.dumps(claims).encode()) + "."
tokens["none_with_kid"] = signed_by_hand({"alg": "none", "kid": "rsa"}, claims, lambda signed: b"")
tokens["confused"] = signed_by_hand({"alg": "HS256", "kid": "rsa"}, claims, hs256(public_pem(keys["rsa"])))
tokens["confused_der"] = signed_by_hand({"alg": "HS256", "kid": "rsa"}, claims, hs256(keys["rsa"].public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)))
tokens["by_the_published_secret"] = signed_by_hand({"alg": "HS256", "kid": "oct"}, claims, hs256(b"x" * 64))
tokens["empty_secret"] = signed_by_hand({"alg": "HS256"}, claims, hs256(b""))
tokens["zero_es256"] = signed_by_hand({"alg": "ES256", "kid": "ec256"}, claims, lambda signed: bytes(64))  # CVE-2022-21449
tokens["twice"] = signed_by_hand(
    {"alg": "HS256"}, b64(b'{"sub":"alice","sub":"bob","exp":%d}' % (now + 3600)), hs256(secret.encode()))
tokens["no_object"] = signed_by_hand({"alg": "HS256"}, b64(b'["sub"]'), hs256(secret.encode()))
tokens["text_exp"] = signed_by_hand({"alg": "HS256"}, {**claims, "exp": str(now + 3600)}, hs256(secret.encode()))

with open(f"{folder}/tokens", "w") as file:
    for name, token in tokens.items():
        file.write(f"{name} {token}\n")
