"""Server-sent events as chat-completions endpoints send them, read as they arrive. Pure.

Lines end in LF or CRLF; the CR alone that the format also knows is sent by nobody. Only `data` matters here.
"""

from collections.abc import Iterator

# The longest honest line is a whole answer in one event, each character as a \\u escape of six.
LINE_MAX_BYTES = 1_300_000


class EventReader:
    """Takes bytes as they come, gives the data of each event that is complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    @property
    def is_overlong(self) -> bool:
        """The event under way is larger than any that is meant seriously; reading on is pointless."""
        return len(self._rest) + sum(map(len, self._data)) > LINE_MAX_BYTES

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if data := self._read(line.removesuffix(b"\r")):
                yield data

    def end(self) -> bytes:
        """The data of an event whose closing blank line never came, as some servers leave it out after the last."""
        self._read(self._rest.removesuffix(b"\r"))
        self._rest = b""
        return self._read(b"")

    def _read(self, line: bytes) -> bytes:
        if not line:
            data, self._data = b"\n".join(self._data), []
            return data
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
        return b""
