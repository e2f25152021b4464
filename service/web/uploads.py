"""One file out of a `multipart/form-data` body (RFC 7578), in memory, by a parser that is pushed.

The parser is python-multipart's; Starlette's `request.form()` around the same one writes files to disk in a thread.
`FileForm` takes a body in pieces of any size, so a body that is read while it arrives can be given to it as well.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from anyio.lowlevel import checkpoint
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import Scope

from service.kernel.errors import FieldError, InvalidRequest, pointer_step
from service.kernel.text import one_line
from service.web.decoding import MalformedRequest
from service.web.endpoint import FORM_OVERHEAD_MAX_BYTES, FormFile
from service.web.headers import header
from service.web.receiving import BodyTooLarge

if TYPE_CHECKING:  # it is nowhere else
    from python_multipart.multipart import MultipartCallbacks

FORM = "multipart/form-data"
HEADERS_MAX = 8
HEADER_MAX_BYTES = 4_000
NAME_MAX_CHARS = 255
# The parser is Python, and goes through what is no content byte by byte: some milliseconds for a piece at the worst.
PIECE_BYTES = 16_384

_PATH = re.compile(r".*[/\\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it came. `name` is what its sender calls it, without any path, and may be empty; it opens nothing."""

    name: str
    content: bytes


def is_form(scope: Scope) -> bool:
    return (header(scope, b"content-type") or "").partition(";")[0].strip().lower() == FORM


async def uploaded_file(scope: Scope, raw: bytes, field: FormFile) -> UploadedFile:
    """The file of a whole body; others get their turn between its pieces. Raises MalformedRequest, InvalidRequest,
    BodyTooLarge."""
    form = FileForm(_boundary(scope), field)
    for start in range(0, len(raw), PIECE_BYTES):
        form.feed(raw[start : start + PIECE_BYTES])
        await checkpoint()
    return form.done()


class FileForm:
    """A form on its way in; of what is refused nothing more is read."""

    def __init__(self, boundary: bytes, field: FormFile) -> None:
        self._field = field
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._disposition = b""
        self._name: str | None = None  # the file's, once its part has begun
        self._content = bytearray()
        self._overhead = 0  # what was fed and is no content
        self._is_done = False
        callbacks: MultipartCallbacks = {
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_headers_finished": self._begin_part,
            "on_part_data": self._take_data,
            "on_end": self._end,
        }
        try:
            self._parser = MultipartParser(
                boundary, callbacks, max_header_count=HEADERS_MAX, max_header_size=HEADER_MAX_BYTES
            )
        except FormParserError as error:
            raise _malformed_form(str(error)) from error

    def feed(self, piece: bytes) -> None:
        """Raises MalformedRequest, InvalidRequest, BodyTooLarge."""
        before = len(self._content)
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise _malformed_form(str(error)) from error
        self._overhead += len(piece) - (len(self._content) - before)
        if self._overhead > FORM_OVERHEAD_MAX_BYTES:
            raise _malformed_form(f"it has more than {FORM_OVERHEAD_MAX_BYTES} bytes that are no file's")

    def done(self) -> UploadedFile:
        """At the end of the body. Raises MalformedRequest, InvalidRequest."""
        if not self._is_done:
            raise _malformed_form("it ends before its last boundary")
        if self._name is None:
            raise self._refusal("is missing")
        if not self._content:
            raise self._refusal("is empty")
        return UploadedFile(self._name, bytes(self._content))

    def _end_header(self) -> None:
        name, value = self._header
        if bytes(name).strip().lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def _begin_part(self) -> None:
        kind, options = parse_options_header(self._disposition.decode("latin-1"))
        self._disposition = b""
        if kind != b"form-data" or b"name" not in options:
            raise _malformed_form("a part has no name")
        name = options[b"name"].decode("utf-8", "replace")
        if name != self._field.name:
            place = pointer_step(one_line(name)[:NAME_MAX_CHARS])
            raise InvalidRequest(
                f"The form takes one field, `{self._field.name}`.", errors=[FieldError(place, "is not known")]
            )
        if self._name is not None:
            raise self._refusal("is given more than once")
        self._name = _file_name(options.get(b"filename", b""))

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if len(self._content) + end - start > self._field.max_bytes:
            raise BodyTooLarge(f"The file is larger than the {self._field.max_bytes} bytes this call takes.")
        self._content += data[start:end]

    def _end(self) -> None:
        self._is_done = True

    def _refusal(self, what: str) -> InvalidRequest:
        said = f"{what}; {self._field.accepts} is expected"
        return InvalidRequest(f"{self._field.name}: {said}.", errors=[FieldError(f"/{self._field.name}", said)])


def _boundary(scope: Scope) -> bytes:
    _, options = parse_options_header(header(scope, b"content-type"))
    boundary = options.get(b"boundary", b"")
    if not boundary:
        raise _malformed_form("its Content-Type names no boundary")
    return boundary


def _file_name(raw: bytes) -> str:
    return one_line(_PATH.sub("", raw.decode("utf-8", "replace")))[:NAME_MAX_CHARS]


def _malformed_form(what: str) -> MalformedRequest:
    return MalformedRequest(f"The body is no {FORM}: {what}.")
