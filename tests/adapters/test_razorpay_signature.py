"""Razorpay's signatures: the vectors of others, and each of their bytes changed."""

import json
from typing import Any

import pytest

from service.adapters.razorpay.signature import is_genuine
from tests.samples import SAMPLES, needs_samples


def vectors() -> list[tuple[dict[str, Any], bytes]]:
    folder = SAMPLES / "payments"
    read = json.loads((folder / "vectors.json").read_text())["vectors"]
    return [(vector, _message(vector)) for vector in read]


def _message(vector: dict[str, Any]) -> bytes:
    if "payload_file" in vector:
        return (SAMPLES / "payments" / vector["payload_file"]).read_bytes()
    return str(vector.get("message", vector.get("payload"))).encode()


@needs_samples
def test_the_vectors_of_razorpay_s_own_tests() -> None:
    assert len(vectors()) == 5
    for vector, message in vectors():
        assert is_genuine(message, vector["signature"], secret=vector["secret"]) == vector["expect"], vector


@needs_samples
def test_no_byte_of_them_can_be_changed() -> None:
    tried = 0
    for vector, message in vectors():
        if not vector["expect"]:
            continue
        whole = {"message": message, "signature": vector["signature"].encode(), "secret": vector["secret"].encode()}
        for place, original in whole.items():
            for index in range(len(original)):
                for flip in (0x01, 0x20):
                    changed = original[:index] + bytes([original[index] ^ flip]) + original[index + 1 :]
                    parts = whole | {place: changed}
                    tried += 1
                    signature, secret = parts["signature"].decode(), parts["secret"].decode()
                    assert not is_genuine(parts["message"], signature, secret=secret), (place, index)
    assert tried > 2000


@pytest.mark.parametrize("signature", [None, "", "é", "0" * 64, "x" * 100_000])
def test_what_is_no_signature(signature: str | None) -> None:
    assert not is_genuine(b"{}", signature, secret="s")
