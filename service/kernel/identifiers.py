"""Ids and randomness, injected, so that a test can seed them."""

import random
import uuid
from collections.abc import Callable
from typing import NewType
from uuid import UUID

from service.kernel.clock import Clock

UserId = NewType("UserId", str)  # the token's `sub`
TenantId = NewType("TenantId", str)  # the token's `tenant`, or the user's personal one

_PERSONAL = "user:"

# Shorter than HS256's own output, a secret can be searched (RFC 7518, 3.2).
SECRET_MIN_BYTES = 32
# So many random bytes have at least twelve different digits in hexadecimal, but once in a million times.
SECRET_MIN_DISTINCT = 8


def personal_tenant(user: UserId) -> TenantId:
    """Whose rows a token without a tenant of its own acts for: the user's alone."""
    return TenantId(_PERSONAL + user)


def person_of(tenant: TenantId) -> UserId | None:
    """The user of a personal tenant, None for one of several people."""
    return UserId(tenant.removeprefix(_PERSONAL)) if tenant.startswith(_PERSONAL) else None


def weakness_of(secret: bytes) -> str | None:
    """What is wrong with a secret that tokens are signed with, as the end of a sentence; None where it will do."""
    if len(secret) < SECRET_MIN_BYTES:
        return f"has {len(secret)} bytes; at least {SECRET_MIN_BYTES} are needed"
    if len(set(secret)) < SECRET_MIN_DISTINCT:
        return f"is made of {len(set(secret))} characters over and over; give random ones"
    return None


class Identifiers:
    """Makes UUID version 7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, then 74 random bits.

    Within one process the ids of one millisecond are not ordered among themselves; nothing here relies on that.
    """

    def __init__(self, clock: Clock, bits: Callable[[int], int] | None = None) -> None:
        self._clock = clock
        self._bits = bits or random.SystemRandom().getrandbits

    def uuid7(self) -> UUID:
        milliseconds = int(self._clock.now().timestamp() * 1000) & ((1 << 48) - 1)
        value = milliseconds << 80 | 0x7 << 76 | self._bits(12) << 64 | 0b10 << 62 | self._bits(62)
        return uuid.UUID(int=value)

    def token(self) -> str:
        """128 random bits in hexadecimal: request ids, secrets of one use."""
        return f"{self._bits(128):032x}"
