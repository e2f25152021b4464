"""What a request brings in its body, taken in the way its endpoint declares."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import Scope

from service.access.idempotency import Arriving
from service.web.decoding import UnsupportedMediaType, decode_body, require_json, require_media_type
from service.web.endpoint import (
    JSON_BODY_MAX_BYTES,
    Body,
    FormFile,
    IncomingBody,
    JsonBody,
    JsonOrFile,
    RawBody,
)
from service.web.receiving import Inbox, Incoming
from service.web.uploads import FORM, is_form, uploaded_file


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A body as its handler gets it. `parts` are what a repeat must say again, as far as they are there before the
    handler reads; the rest is `arriving`."""

    value: Any
    parts: Sequence[bytes]
    arriving: Arriving | None = None


def file_in(body: Body | None, scope: Scope) -> FormFile | None:
    """What the endpoint says of the file, where the client sends one."""
    match body:
        case (FormFile() as file) | JsonOrFile(file=file) if is_form(scope):
            return file
        case _:
            return None


async def take_in(
    body: Body | None, scope: Scope, inbox: Inbox, *, timeout_seconds: float, watch: Callable[[], object]
) -> TakenIn:
    """The body, decoded. `watch` is called once nothing more of it is expected: from then on only the client's leaving
    can come. Raises BodyTooLarge, RequestTimeout, UnsupportedMediaType, MalformedJson, MalformedRequest,
    InvalidRequest."""
    if isinstance(body, IncomingBody):
        inbox.refuse_declared(body.max_bytes)
        media_type = require_media_type(scope, body.media_types)
        incoming = Incoming(
            inbox, media_type=media_type, max_bytes=body.max_bytes, idle_seconds=timeout_seconds, at_end=watch
        )
        return TakenIn(incoming, [media_type.encode()], incoming)
    file = file_in(body, scope)
    if file is not None:
        # At the pace at which a JSON body may come.
        timeout_seconds *= max(1, file.body_max_bytes / JSON_BODY_MAX_BYTES)
        raw = await inbox.body(file.body_max_bytes, timeout_seconds)
        watch()
        uploaded = await uploaded_file(scope, raw, file)
        return TakenIn(uploaded, [uploaded.name.encode(), uploaded.content])
    raw = await inbox.body(_max_bytes(body), timeout_seconds)
    watch()
    return TakenIn(_decode(body, scope, raw), [raw])


def _max_bytes(body: Body | None) -> int:
    match body:
        case JsonBody(max_bytes=limit) | RawBody(max_bytes=limit) | JsonOrFile(json=JsonBody(max_bytes=limit)):
            return limit
        case _:
            return JSON_BODY_MAX_BYTES


def _decode(body: Body | None, scope: Scope, raw: bytes) -> Any:
    match body:
        case None:
            return None
        case RawBody():
            return raw
        case JsonBody(is_optional=True) if not raw:
            return None
        case JsonBody(form=form):
            require_json(scope)
            return decode_body(raw, form)
        case JsonOrFile(json=JsonBody(form=form)):
            require_json(scope, otherwise=FORM)
            return decode_body(raw, form)
        case _:
            raise UnsupportedMediaType(f"The body must be sent as Content-Type: {FORM}.")
