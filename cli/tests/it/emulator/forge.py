"""Prints, as JSON and by name, what someone who wants to read items makes of the valid token in the first argument."""

import base64
import json
import sys

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def changed(part: str, **values: str) -> str:
    return encode(json.dumps(json.loads(decode(part)) | values).encode())


header, claims, signature = sys.argv[1].split(".")
key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
signed_by_another = key.sign(f"{header}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
altered = bytes([decode(signature)[0] ^ 1]) + decode(signature)[1:]

json.dump(
    {
        "signed by another key": f"{header}.{claims}.{encode(signed_by_another)}",
        "with one bit of the signature changed": f"{header}.{claims}.{encode(altered)}",
        "with a scope added to what was signed": f"{header}.{changed(claims, scope='items/read items/write')}.{signature}",
        "with the algorithm none": f"{changed(header, alg='none')}.{claims}.",
    },
    sys.stdout,
)
