"""Providers' events, read into our words: one file for each provider, and here what both are read with. Pure."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta

from service.payments.model import EventKind, OrderId, Provider, ProviderEvent

# Ids of both providers are some 20 to 70 letters, digits and underscores.
Id = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[!-~]+$")]
Amount = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Currency = Annotated[str, Meta(pattern=r"^[A-Za-z]{3}$")]
# Unix seconds up to the year 9999.
Moment = Annotated[int, Meta(ge=0, le=253_402_300_799)]

# Some fields of a `ProviderEvent`, by name.
Fields = dict[str, Any]


def instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def order_id(text: object) -> OrderId | None:
    """Our own id, if that is what it is: others' references stand in the same places."""
    try:
        return OrderId(UUID(text)) if isinstance(text, str) and len(text) == 36 else None
    except ValueError:
        return None


def unreadable(provider: Provider, raw: bytes) -> ProviderEvent:
    """Genuine, and not what we know of this provider; known by the digest of its bytes."""
    return ProviderEvent(
        provider=provider,
        event_id=f"sha256:{sha256(raw).hexdigest()}",
        type="unreadable",
        kind=EventKind.FOR_REVIEW,
        note="genuine, and it cannot be read",
    )
