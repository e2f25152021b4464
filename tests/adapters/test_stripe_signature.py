"""The `Stripe-Signature` header: the vector of others, and each of its bytes changed."""

import hmac
import json
from typing import Any

import pytest

from service.adapters.stripe.signature import is_genuine
from tests.samples import SAMPLES, needs_samples

NOW = 1_800_000_000
BODY = b'{"id": "evt_1"}'


def v1(secret: str = "s", at: int | str = NOW, body: bytes = BODY) -> str:
    return hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()


def genuine(header: str | None, *, secrets: tuple[str, ...] = ("s",), now: float = NOW, body: bytes = BODY) -> bool:
    return is_genuine(body, header, secrets=secrets, now_seconds=now)


def vector() -> tuple[dict[str, Any], bytes]:
    folder = SAMPLES / "payments"
    read = json.loads((folder / "vector.json").read_text())
    return read, (folder / read["payload_file"]).read_bytes()


@needs_samples
def test_the_vector_of_stripe_s_own_tests() -> None:
    read, body = vector()
    assert len(read["cases"]) == 3
    for case in read["cases"]:
        sent = body + case.get("payload_suffix", "").encode()
        now = case.get("now", read["timestamp"])
        found = genuine(read["header"], secrets=(read["secret"],), now=now, body=sent)
        assert found == (case["expect"] == "ok"), case


@needs_samples
def test_no_byte_of_it_can_be_changed() -> None:
    """Not of the body, not of the secret, and of the header nothing up to the end of v1 (v0 is not looked at)."""
    read, body = vector()
    header, secret = read["header"].encode(), read["secret"].encode()
    end = header.index(b",v0=")
    tried = 0
    for place, original in (("body", body), ("secret", secret), ("header", header[:end])):
        for index in range(len(original)):
            for flip in (0x01, 0x20):
                changed = original[:index] + bytes([original[index] ^ flip]) + original[index + 1 :]
                parts = {"body": body, "secret": secret, "header": header} | {place: changed}
                if place == "header":
                    parts["header"] = changed + header[end:]
                tried += 1
                assert not genuine(
                    parts["header"].decode(),
                    secrets=(parts["secret"].decode(),),
                    now=read["timestamp"],
                    body=parts["body"],
                ), (place, index, changed)
    assert tried > 1000


@pytest.mark.parametrize("offset", [-301, -300, -299, 0, 299, 300, 301])
def test_the_time_may_differ_by_the_tolerance_both_ways(offset: int) -> None:
    at = NOW + offset
    assert genuine(f"t={at},v1={v1(at=at)}") == (abs(offset) <= 300)


def test_several_signatures_and_several_secrets() -> None:
    both = f"t={NOW},v1={v1('new')},v1={v1('old')}"
    assert genuine(both, secrets=("old",))
    assert genuine(both, secrets=("new", "newest"))
    assert not genuine(both, secrets=("other",))
    assert not genuine(both, secrets=())


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        f"t={NOW}",
        f"v1={v1()}",
        f"t=,v1={v1(at='')}",
        f"t=-5,v1={v1(at=-5)}",
        f"t={NOW}.0,v1={v1(at=f'{NOW}.0')}",
        f"t=1e9,v1={v1(at='1e9')}",
        f"t={'9' * 5000},v1=x",
        f"t={NOW},t={NOW},v1={v1()}",
        f"t={NOW},v0={v1()}",
        f"t={NOW},v1={v1().upper()}",
        f"t={NOW},v1={v1()}0",
        f"t={NOW},v1=",
        f"t={NOW},v1=é",
        f"t={NOW}," + "v1=0," * 9 + f"v1={v1()}",
        f"t={NOW},v1={v1()}," + "x" * 2000,
    ],
)
def test_what_is_no_signature(header: str | None) -> None:
    assert not genuine(header)


def test_the_one_that_is() -> None:
    assert genuine(f"t={NOW},v1={v1()}")
    assert genuine(f"t={NOW}, v1={v1()}, v0=abc")
