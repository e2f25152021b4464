"""The public keys that somebody else signs our callers' tokens with (a JSON Web Key Set, RFC 7517)."""

from typing import Protocol

from joserfc.jwk import KeySet, RSAKey

from service.kernel.errors import Unavailable

# What RFC 7518 (3.3) asks of RS256.
RSA_MIN_BITS = 2048


class SigningKeysUnavailable(Unavailable):
    """The keys could not be had, or none of them can verify a token here."""

    slug, title = "signing-keys-unavailable", "The signing keys cannot be had"


class SigningKeys(Protocol):
    async def fetch(self) -> KeySet:
        """The keys published now, those that verify signatures: public, and of a kind known here.

        Within 5 s and 256 kB. Raises `SigningKeysUnavailable`.
        """
        ...


def is_weak(key: RSAKey) -> bool:
    return key.raw_value.key_size < RSA_MIN_BITS


async def refresh(current: KeySet, source: SigningKeys) -> None:
    """Make `current` hold what is published now, in place: verification goes on with the new keys."""
    current.keys = (await source.fetch()).keys
