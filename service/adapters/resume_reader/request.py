"""What a worker is asked, and what it answers."""

from typing import Any

import msgspec


class Request(msgspec.Struct, frozen=True):
    """One file to read."""

    content: bytes
    file_name: str


class Recognised(msgspec.Struct, frozen=True, tag=True):
    """A JSON Resume document."""

    document: dict[str, Any]


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Why a file cannot be read, to be said after "The file cannot be read: it"."""

    reason: str


Answer = Recognised | Refused
