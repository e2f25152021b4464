"""One way to declare an endpoint: what goes in, what comes out, which problems it may answer with. The same
declaration validates and serves (`web.serving`) and is written into /openapi.json (`web.openapi`).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from service.access.principal import Access, Principal
from service.access.rates import PUBLIC, READ, WRITE
from service.adapters.rate_limits import Rate
from service.kernel.database import Transaction
from service.kernel.errors import ServiceError
from service.web.events import Streamed
from service.web.uploads import FileField

Body = TypeVar("Body")
Query = TypeVar("Query")

JSON_BODY_MAX_BYTES = 1_000_000


def told_nobody(_name: str, _value: Any) -> None:
    """What `Call.tell` does where nobody asked for events."""


async def written_nowhere(_piece: bytes) -> None:
    """What `Call.write` is where no download is declared."""
    raise TypeError("this endpoint is not declared as a download")


def named_nowhere(_file_name: str, _media_type: str) -> None:
    """What `Call.name_file` is where no download is declared."""
    raise TypeError("this endpoint is not declared as a download")


@dataclass(frozen=True, slots=True)
class Call(Generic[Body, Query]):
    """One decoded request. `path` holds the converted path parameters (`{email_id:uuid}` gives a UUID).

    `remember(tx, answer)` is for endpoints declared `idempotent`: called inside the unit of work that has the effect,
    with the wire struct that is about to be answered; without an `Idempotency-Key` it does nothing. Where the body is
    `Incoming`, it is called once that was read to its end.
    `tell(name, value)` is for endpoints declared `streamed`: an event for whoever asked for them, else nothing; it
    never waits and never fails.
    `write(piece)` is for endpoints declared as a `download`: it waits until the client has taken what was written
    before. `name_file(file_name, media_type)`, before the first piece, is for those that declare `other_media_types`.
    """

    principal: Principal
    body: Body
    query: Query
    path: Mapping[str, Any]
    request_id: str
    remember: Callable[[Transaction, Any], Awaitable[None]]
    headers: Mapping[str, str] = field(default_factory=dict[str, str])  # names in lower case; never `authorization`
    tell: Callable[[str, Any], None] = told_nobody
    write: Callable[[bytes], Awaitable[None]] = written_nowhere
    name_file: Callable[[str, str], None] = named_nowhere


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

    body, query: msgspec structs (frozen, unknown fields refused) or None. `body=bytes` takes what was sent as it is,
    undecoded, whatever it says of itself: for what is signed over its bytes. `body=Incoming` hands it over while it
    arrives, if it calls itself one of `body_media_types`; what the handler has committed by the time something goes
    wrong stays, so the handler says how far it came. `file`: takes multipart/form-data too, or alone where there is no
    `body`; `call.body` is an `UploadedFile` then. problems: what it raises of its own; the general ones (401, 422, 503,
    504 ...) are added from the declaration.
    """

    method: str
    path: str
    handler: Callable[[Call[Any, Any]], Awaitable[Any]]
    answer: Any = None
    status: int = 200
    body: type[Any] | None = None
    is_body_optional: bool = False  # an absent body is `call.body is None`; otherwise it is malformed JSON
    query: type[Any] | None = None
    access: Access = Access.USER
    idempotent: bool = False
    is_probe: bool = False  # answers while the process drains too, and the drain does not wait for it
    admitted: bool = False  # takes a place among the generations in flight in this process
    rate: Rate | None = None  # None: by access and method, see `rate_of`
    body_max_bytes: int = JSON_BODY_MAX_BYTES
    body_media_types: Sequence[str] = ()  # of a body that is `Incoming`
    file: FileField | None = None  # of some MB at the most: memory holds it whole, and the body it came in
    media_type: str = "application/json"  # of the answer
    streamed: Streamed | None = None  # answers `Accept: text/event-stream` with events, the last with the answer
    download: str | None = None  # the name of a file of `media_type`, written by `Call.write` while it is sent
    other_media_types: Sequence[str] = ()  # of a download whose call says which it is
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
