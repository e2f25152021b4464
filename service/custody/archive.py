"""A zip of JSON lines, made piece by piece: no file, and no more in memory than what was not taken yet."""

import zipfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec

# The smallest and fastest of deflate's levels: text shrinks to a quarter at 100 MB/s, and more would hold the loop up.
COMPRESSION_LEVEL = 1

_encode = msgspec.json.Encoder().encode


class Archive:
    """`table` opens an entry, `add` writes one row to it, `take` hands out what the zip has grown by since."""

    def __init__(self, *, now: datetime) -> None:
        self._outlet = _Outlet()
        self._zip = zipfile.ZipFile(self._outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL)
        # A zip's times are of the years 1980 to 2107.
        self._when = min(max(now.timetuple()[:6], (1980, 1, 1, 0, 0, 0)), (2107, 12, 31, 23, 59, 58))

    @contextmanager
    def table(self, name: str) -> "Generator[Table]":
        entry = zipfile.ZipInfo(f"{name}.jsonl", self._when)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o600 << 16
        with self._zip.open(entry, "w", force_zip64=True) as opened:
            yield Table(opened)

    def close(self) -> None:
        """Write the directory, which makes it a zip."""
        self._zip.close()

    @property
    def waiting_bytes(self) -> int:
        return self._outlet.size

    def take(self) -> bytes:
        return self._outlet.take()


class Table:
    """One entry, being written."""

    def __init__(self, entry: Any) -> None:
        self._entry = entry

    def add(self, row: Mapping[str, Any]) -> None:
        values = {name: _readable(value) for name, value in row.items()}
        self._entry.write(_encode(values) + b"\n")


def _readable(value: Any) -> Any:
    """Stored bytes are answers of this API, JSON in UTF-8."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


class _Outlet:
    """As much of a file as `zipfile` needs to write to a pipe; without `tell` it never tries to go back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self.size = 0

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        self.size += len(piece)
        return len(piece)

    def flush(self) -> None:
        return

    def close(self) -> None:
        return

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        self.size = 0
        return taken
