"""A key set fetched over HTTP from the address its issuer publishes."""

import warnings
from typing import Any, cast

import anyio
import httpx
import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet, RSAKey

from service.adapters.signing_keys import SigningKeysUnavailable, is_weak

FETCH_SECONDS = 5.0
# The largest sets in use have some twenty keys of 2 kB.
BODY_MAX_BYTES = 256_000
# A symmetric key is no public key; with it anybody who can read the set could sign.
_KINDS = {"RSA", "EC", "OKP"}


class HttpSigningKeys:
    """See `SigningKeys`. `url` is the operator's own choice, so it may be anywhere, also in a private network."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def fetch(self) -> KeySet:
        try:
            with anyio.fail_after(FETCH_SECONDS):
                content = await self._content()
            published = msgspec.json.decode(content, type=dict[str, Any]).get("keys")
        except (httpx.HTTPError, TimeoutError, msgspec.MsgspecError) as error:
            raise SigningKeysUnavailable(f"No key set can be had from {self._url}.") from error
        keys = [key for entry in cast("list[Any]", published or []) if (key := _usable(entry)) is not None]
        if not keys:
            raise SigningKeysUnavailable(f"{self._url} has no public key that verifies signatures here.")
        return KeySet(keys)

    async def _content(self) -> bytes:
        content, size = bytearray(), 0
        async with (
            httpx.AsyncClient(trust_env=False, timeout=FETCH_SECONDS) as client,
            client.stream("GET", self._url, headers={"accept": "application/jwk-set+json, application/json"}) as answer,
        ):
            answer.raise_for_status()
            # Read to its end within the time, kept within the bound: leaving httpx's generators early strands them.
            async for chunk in answer.aiter_bytes():
                size += len(chunk)
                content += chunk[: max(0, BODY_MAX_BYTES - len(content))]
        if size > BODY_MAX_BYTES:
            raise SigningKeysUnavailable(f"{self._url} has more than {BODY_MAX_BYTES} bytes.")
        return bytes(content)


def _usable(entry: Any) -> Key | None:
    """The key, or None for one that is for something else, of a kind that is not known here, or too weak."""
    if not isinstance(entry, dict):
        return None
    fields = cast("dict[str, Any]", entry)
    if fields.get("kty") not in _KINDS or fields.get("use", "sig") != "sig":
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # joserfc's of a weak key, which is left out
            key = JWKRegistry.import_key(fields)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None if isinstance(key, RSAKey) and is_weak(key) else key
