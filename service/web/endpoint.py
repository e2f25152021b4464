"""One way to declare an endpoint: what goes in, what comes out, which problems it may answer with. The same
declaration validates and serves (`web.serving`) and is written into /openapi.json (`web.openapi`).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from service.access.callers import Access, Principal
from service.access.idempotency import Remember
from service.access.rates import PUBLIC, READ, WRITE
from service.adapters.rate_limits import Rate
from service.kernel.errors import ServiceError

BodyOf = TypeVar("BodyOf")
QueryOf = TypeVar("QueryOf")

JSON_BODY_MAX_BYTES = 1_000_000
# Boundaries and headers of one part of a form, and what the parser holds back for it may be a boundary: browsers send
# some 300 bytes.
FORM_OVERHEAD_MAX_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class JsonBody:
    """Decoded into `form`, a msgspec struct (frozen, unknown fields refused). An absent body is `None` where it is
    optional, else malformed JSON."""

    form: Any
    is_optional: bool = False
    max_bytes: int = JSON_BODY_MAX_BYTES


@dataclass(frozen=True, slots=True)
class RawBody:
    """Given as it was sent, whatever it says of itself: for what is signed over its bytes."""

    max_bytes: int = JSON_BODY_MAX_BYTES


@dataclass(frozen=True, slots=True)
class FormFile:
    """The one file of a multipart/form-data body, given as an `UploadedFile`; `accepts` says what it may be: "a PDF or
    DOCX file". Of some MB at the most: memory holds it whole, and the body it came in."""

    max_bytes: int
    accepts: str
    name: str = "file"

    @property
    def body_max_bytes(self) -> int:
        return self.max_bytes + FORM_OVERHEAD_MAX_BYTES


@dataclass(frozen=True, slots=True)
class JsonOrFile:
    """Either, by what the body calls itself."""

    json: JsonBody
    file: FormFile


@dataclass(frozen=True, slots=True)
class IncomingBody:
    """Handed over while it arrives, as an `Incoming`. What the handler has committed by the time something goes wrong
    stays, so the handler says how far it came."""

    media_types: Sequence[str]
    max_bytes: int


Body = JsonBody | RawBody | FormFile | JsonOrFile | IncomingBody


@dataclass(frozen=True, slots=True)
class Json:
    """The answer as JSON; nothing where the endpoint declares none."""


@dataclass(frozen=True, slots=True)
class Events:
    """The answer as JSON or, with `Accept: text/event-stream`, as events: those told by `Call.tell` (each name with
    its form) and a `last` one with the answer."""

    last: str
    told: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Download:
    """A file that is written by `Call.write` while it is sent. With `other_media_types` each call says which it is."""

    file_name: str
    media_type: str
    other_media_types: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A page or a text, whole: the handler returns a `Reply` with its bytes."""

    media_type: str


Sends = Json | Events | Download | Text


@dataclass(frozen=True, slots=True)
class Call(Generic[BodyOf, QueryOf]):
    """One decoded request. `path` holds the converted path parameters (`{email_id:uuid}` gives a UUID).

    `remember(tx, answer)` is for endpoints declared `idempotent`: called inside the unit of work that has the effect,
    with the wire struct that is about to be answered; without an `Idempotency-Key` it does nothing. Of an
    `IncomingBody`, it is called once that was read to its end.
    `tell(name, value)` is for `Events`: one for whoever asked for them (`is_streamed`), else nothing; it never waits
    and never fails.
    `write(piece)` is for a `Download`: it waits until the client has taken what was written before.
    `name_file(file_name, media_type)`, before the first piece, is for those that declare `other_media_types`.
    """

    principal: Principal
    body: BodyOf
    query: QueryOf
    path: Mapping[str, Any]
    request_id: str
    remember: Remember
    headers: Mapping[str, str]  # names in lower case; never `authorization`
    is_streamed: bool
    tell: Callable[[str, Any], None]
    write: Callable[[bytes], Awaitable[None]]
    name_file: Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer with headers of its own, or whose bytes are not JSON (`value: bytes` goes out as it is)."""

    value: Any
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    media_type: str = "application/json"
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`handler(call)` returns an `answer` struct (or a `Reply`); its docstring is the endpoint's documentation.

    `query` is a msgspec struct or None. `problems`: what it raises of its own; the general ones (401, 422, 503, 504
    ...) are added from the declaration.
    """

    method: str
    path: str
    handler: Callable[[Call[Any, Any]], Awaitable[Any]]
    answer: Any = None
    status: int = 200
    body: Body | None = None
    query: type[Any] | None = None
    sends: Sends = Json()
    access: Access = Access.USER
    idempotent: bool = False
    is_probe: bool = False  # answers while the process drains too, and the drain does not wait for it
    admitted: bool = False  # takes a place among the generations in flight in this process
    rate: Rate | None = None  # None: by access and method, see `rate_of`
    other_statuses: Mapping[int, str] = field(default_factory=dict[int, str])  # of a `Reply` with the same answer: when
    problems: Sequence[type[ServiceError]] = ()
    tag: str = ""


def rate_of(endpoint: Endpoint) -> Rate | None:
    """The declared rate, else one by access and method; None for probes, which are asked as often as they like."""
    if endpoint.is_probe:
        return None
    if endpoint.rate is not None:
        return endpoint.rate
    if endpoint.access is Access.PUBLIC:
        return PUBLIC
    return READ if endpoint.method == "GET" else WRITE
