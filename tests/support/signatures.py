#!/usr/bin/python3
"""tests/support/signatures.py FOLDER - signed requests good and forged, by the RFC's text and nothing of the gateway's.

Writes into FOLDER: `signers`, as the gateway reads it, and each request as it goes over the wire, in a file of its
name.
All are for the host shop.example and good for an hour.
"""
import base64
import hashlib
import hmac
import os
import sys
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

folder = sys.argv[1]
now = int(time.time())
number = 0


def b64(data):
    return base64.b64encode(data).decode()


def der(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def by_hmac(secret):
    return lambda base: hmac.new(secret, base, hashlib.sha256).digest()


def by_ecdsa(key, algorithm, size):
    def sign(base):
        r, s = decode_dss_signature(key.sign(base, ec.ECDSA(algorithm)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return sign


secret = os.urandom(32)
rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ec_key, ec384_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP384R1())
ed_key = ed25519.Ed25519PrivateKey.generate()
pss = padding.PSS(padding.MGF1(hashes.SHA512()), 64)  # RFC 9421 section 3.3.1: a salt of 64 bytes
signers = {
    "alice": ("hmac-sha256", secret, by_hmac(secret), "acme gold orders:read,orders:write"),
    "rsa": ("rsa-pss-sha512", der(rsa_key), lambda base: rsa_key.sign(base, pss, hashes.SHA512()), "- -"),
    "rsa_v1_5": ("rsa-v1_5-sha256", der(rsa_key),
                 lambda base: rsa_key.sign(base, padding.PKCS1v15(), hashes.SHA256()), "- -"),
    "p256": ("ecdsa-p256-sha256", der(ec_key), by_ecdsa(ec_key, hashes.SHA256(), 32), "- -"),
    "p384": ("ecdsa-p384-sha384", der(ec384_key), by_ecdsa(ec384_key, hashes.SHA384(), 48), "- -"),
    "ed": ("ed25519", der(ed_key), ed_key.sign, "- - -"),
}
with open(f"{folder}/signers", "w") as file:
    for name, (algorithm, material, _, rest) in signers.items():
        file.write(f"{name} {algorithm} {b64(material)} {rest}\n")

derived = ["@method", "@authority", "@path", "@query"]


def value_of(component, method, target, lines):
    path, mark, query = target.partition("?")
    if component.startswith('"'):
        component, _, parameter = component[1:].partition('"')
        wanted = parameter.split('"')[1]
        return dict(pair.split("=") for pair in query.split("&"))[wanted]
    known = {"@method": method, "@authority": "shop.example", "@path": path, "@query": "?" + query,
             "@target-uri": "http://shop.example" + target, "@request-target": target, "@scheme": "http"}
    if component in known:
        return known[component]
    return ", ".join(v.strip() for n, v in lines if n.lower() == component)


def signed(key="alice", method="GET", target="/orders?b=2&a=1", cover=None, lines=(), body=None, digest="sha-256",
           created=0, parameters="", label="sig", sign=None, keyid=None, nonce=True, chunked=False, also=()):
    """The lines and the rest of one request; `also` are covered as well."""
    global number
    number += 1
    lines = list(lines)
    cover = list(derived if cover is None else cover) + list(also)
    if body is not None:
        sums = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512, "md5": hashlib.md5}
        if digest:
            made = (f"{name}=:{b64(sums[name](body).digest())}:" for name in digest.split("+"))
            lines.append(("Content-Digest", ", ".join(made)))
            cover.append("content-digest")
        lines.append(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(body))))
    created = "" if created is None else f";created={now + created}"
    unique = f';nonce="n{number}"' if nonce else ""
    names = [name if name.startswith('"') else f'"{name}"' for name in cover]
    params = f'({" ".join(names)}){created};keyid="{keyid or key}"{unique}{parameters}'
    base = "".join(f"{name}: {value_of(c, method, target, lines)}\n" for name, c in zip(names, cover))
    base += f'"@signature-params": {params}'
    signature = (sign or signers[key][2])(base.encode())
    lines += [("Signature-Input", f"{label}={params}"), ("Signature", f"{label}=:{b64(signature)}:")]
    return {"method": method, "target": target, "lines": lines, "body": body, "chunked": chunked}


def write(name, request, **changes):
    request = {**request, **changes}
    text = f'{request["method"]} {request["target"]} HTTP/1.1\r\n'.encode()
    lines = request["lines"]
    if not any(n == "Host" for n, _ in lines):
        lines = [("Host", "shop.example"), *lines]
    text += "".join(f"{n}: {v}\r\n" for n, v in lines).encode() + b"\r\n"
    body = request["body"] or b""
    if request["chunked"]:
        pieces = [body[at:at + 1000] for at in range(0, len(body), 1000)]
        body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    with open(f"{folder}/{name}", "wb") as file:
        file.write(text + body)


def changed(request, header, change):
    return {**request, "lines": [(n, change(v) if n == header else v) for n, v in request["lines"]]}


hello = b'{"hello": "world"}'
post = lambda **more: signed(method="POST", body=hello, **more)

for name in signers:
    write(f"good_{name}", signed(key=name))
write("good_post", post())
write("good_post_512", post(digest="sha-512"))
write("good_post_both", post(digest="sha-256+sha-512"))
write("good_post_weak_beside", post(digest="md5+sha-256"))
write("good_post_chunked", signed(method="POST", body=bytes(range(256)) * 400, chunked=True))
write("good_post_length", post(also=["content-length"]))
write("good_normal_path", signed(target="/a/~u?b=2"), target="/a//%7Eu?b=2")
write("good_empty_body", signed(method="POST", body=b""))
write("good_target_uri", signed(cover=["@method", "@target-uri"]))
write("good_request_target", signed(cover=["@method", "@authority", "@request-target"]))
write("good_without_query", signed(target="/orders"))
write("good_query_param", signed(also=['"@query-param";name="a"', '"@query-param";name="b"']))
write("good_header", signed(lines=[("Date", "Tue, 20 Apr 2021 02:07:55 GMT")], also=["date"]))
write("good_two_lines", signed(lines=[("X-List", "a"), ("X-List", " b ")], also=["x-list"]))
write("good_alg", signed(parameters=';alg="hmac-sha256"'))
write("good_expires", signed(parameters=f";expires={now + 3600}"))
write("good_tag", signed(parameters=';tag="app"'))
write("good_old_enough", signed(created=-600))
write("good_clock_ahead", signed(created=20))
write("good_large", signed(method="POST", body=b"x" * 300_000))
plain = signed(nonce=False)
write("good_without_nonce", plain)
p256 = signed(key="p256", nonce=False)
write("good_p256_without_nonce", p256)
again = signed(parameters=";again")
write("good_once", again)

# Everybody can make another good signature out of one by ECDSA: s and n - s are alike.
order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551


def other_half(value):
    raw = base64.b64decode(value.split(":")[1])
    return "sig=:" + b64(raw[:32] + (order - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")) + ":"


write("replayed_p256", changed(p256, "Signature", other_half))

# Forged, or not well made; the first word says what becomes of it.
good = signed()
write("invalid_method", good, method="DELETE")
write("invalid_path", good, target="/order?b=2&a=1")
write("invalid_query_order", good, target="/orders?a=1&b=2")
write("invalid_query_more", good, target="/orders?b=2&a=1&c=3")
write("invalid_host", good, lines=[("Host", "shop.example.org"), *good["lines"]])
dated = signed(lines=[("Date", "Tue, 20 Apr 2021 02:07:55 GMT")], also=["date"])
write("invalid_header", changed(dated, "Date", lambda v: v.replace("07", "08")))
write("invalid_header_twice", dated,
      lines=dated["lines"] + [("Date", "Tue, 20 Apr 2021 02:07:55 GMT")])
write("invalid_created_later",
      changed(good, "Signature-Input", lambda v: v.replace(f"created={now}", f"created={now + 1}")))
write("invalid_other_keyid", changed(good, "Signature-Input", lambda v: v.replace('"alice"', '"ed"')))
write("invalid_unknown_keyid", signed(keyid="mallory"))
write("invalid_stranger", signed(sign=by_hmac(os.urandom(32))))
write("invalid_truncated",
      changed(good, "Signature", lambda v: "sig=:" + b64(base64.b64decode(v.split(":")[1])[:16]) + ":"))
write("invalid_empty", changed(good, "Signature", lambda v: "sig=::"))
write("invalid_alg_none", signed(parameters=';alg="none"'))
write("invalid_alg_other", signed(parameters=';alg="hmac-sha512"'))
write("invalid_alg_of_another_kind", signed(parameters=';alg="ed25519"'))
# A public key as a shared secret.
write("invalid_confused", signed(key="rsa", sign=by_hmac(der(rsa_key))))
write("invalid_confused_alg", signed(key="rsa", sign=by_hmac(der(rsa_key)), parameters=';alg="hmac-sha256"'))
write("invalid_zero_ecdsa", signed(key="p256", sign=lambda base: bytes(64)))  # CVE-2022-21449
write("invalid_pkcs_for_pss",
      signed(key="rsa", sign=lambda base: rsa_key.sign(base, padding.PKCS1v15(), hashes.SHA512())))
body = post()
forged = b'{"hello": "w0rld"}'
forged_digest = f"sha-256=:{b64(hashlib.sha256(forged).digest())}:"
write("invalid_body_and_digest", changed(body, "Content-Digest", lambda v: forged_digest), body=forged)
length = post(also=["content-length"])
write("invalid_length", changed(length, "Content-Length", lambda v: "17"), body=hello[:-1])
write("digest_body", body, body=forged)
write("digest_weak", post(digest="md5"))
write("digest_missing", post(digest=None, also=["content-digest"], lines=[("Content-Digest", "none")]))
write("malformed_label", changed(good, "Signature", lambda v: v.replace("sig=", "gis=")))
write("malformed_two", good, lines=good["lines"] + signed(label="other")["lines"])
write("malformed_same_label_twice", good, lines=good["lines"] + signed()["lines"])
write("malformed_component_twice", signed(also=["@path"]))
write("malformed_absent_header", signed(also=["x-absent"]))
write("malformed_length_of_chunks", signed(method="POST", body=hello, chunked=True, also=["content-length"]))
write("malformed_status", changed(good, "Signature-Input", lambda v: v.replace('"@path"', '"@path" "@status"')))
write("malformed_without_created", signed(created=None))
write("malformed_without_signature", good, lines=[line for line in good["lines"] if line[0] != "Signature"])
write("malformed_text", changed(good, "Signature-Input", lambda v: v + ","))
write("expired_created", signed(created=-7200))
write("expired_expires", signed(created=-600, parameters=f";expires={now - 300}"))
write("not_yet_created", signed(created=600))
write("incomplete_method", signed(cover=["@authority", "@path", "@query"]))
write("incomplete_query", signed(cover=["@method", "@authority", "@path"]))
write("incomplete_nothing", signed(cover=[]))
write("incomplete_body", post(digest=None))
write("malformed_part_of_digest",
      changed(post(), "Signature-Input", lambda v: v.replace('"content-digest"', '"content-digest";key="sha-256"')))
write("tagged", good, lines=signed(parameters=';tag="app"')["lines"] + signed(label="proxy")["lines"])
