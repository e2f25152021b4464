"""Key sets as issuers publish them, over real HTTP."""

from typing import Any

import anyio
import msgspec
import pytest
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.adapters.signing_keys import SigningKeysUnavailable, refresh
from service.adapters.signing_keys.http import BODY_MAX_BYTES, HttpSigningKeys
from service.adapters.signing_keys.scripted import ScriptedSigningKeys
from tests.access.test_tokens import weak_rsa
from tests.http import serve

pytestmark = pytest.mark.anyio

EC = ECKey.generate_key("P-256", {"kid": "ec"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})


def published(content: bytes, status: int = 200) -> Starlette:
    async def keys(_request: Request) -> Response:
        return Response(content, status)

    return Starlette(routes=[Route("/keys", keys)])


def key_set(*entries: Any) -> bytes:
    return msgspec.json.encode({"keys": entries})


async def test_public_keys_are_taken_and_what_is_not_for_us_is_left_out() -> None:
    public = EC.as_dict(private=False)
    others = [
        OctKey.generate_key(256).as_dict(private=True),
        {**RSA.as_dict(private=False), "use": "enc"},
        {"kty": "AKP", "kid": "of the future"},
        {"kty": "EC", "crv": "P-256"},
        weak_rsa().as_dict(private=False),
        "no object",
    ]
    async with serve(published(key_set(*others, public))) as url:
        keys = await HttpSigningKeys(f"{url}/keys").fetch()
    assert [key.kid for key in keys] == ["ec"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (key_set(), 200),
        (b'{"keys": null}', 200),
        (b"<html>", 200),
        (b"[]", 200),
        (key_set(OctKey.import_key("a secret of 32 bytes, in the wrong set").as_dict(private=True)), 200),
        (key_set(EC.as_dict(private=False)), 500),
        (b'{"keys": [' + b" " * BODY_MAX_BYTES + b"]}", 200),
    ],
)
async def test_what_gives_no_key_is_refused(content: bytes, status: int) -> None:
    async with serve(published(content, status)) as url:
        with pytest.raises(SigningKeysUnavailable):
            await HttpSigningKeys(f"{url}/keys").fetch()


async def test_nobody_there_is_refused() -> None:
    with anyio.fail_after(30), pytest.raises(SigningKeysUnavailable):
        await HttpSigningKeys("http://127.0.0.1:1/keys").fetch()


async def test_a_rotation_reaches_who_holds_the_set() -> None:
    current = KeySet([RSA])
    await refresh(current, ScriptedSigningKeys([EC]))
    assert [key.kid for key in current] == ["ec"]
    with pytest.raises(SigningKeysUnavailable):
        await refresh(current, ScriptedSigningKeys())
    assert [key.kid for key in current] == ["ec"]
