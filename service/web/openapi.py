"""The OpenAPI 3.1 document, from the declarations that validate and serve."""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from inspect import getdoc

from service.access.callers import Forbidden, UnknownUser
from service.access.idempotency import KEY_MAX_CHARACTERS, IdempotencyInProgress, IdempotencyMismatch
from service.access.rates import RateLimited
from service.access.tokens import Unauthenticated
from service.kernel.database import DatabaseUnavailable
from service.kernel.errors import DeadlineExceeded, InvalidRequest, NotFound, Overloaded, ServiceError
from service.kernel.in_flight import ShuttingDown
from service.web.decoding import INTEGER_MAX, MalformedJson, MalformedRequest, UnsupportedMediaType
from service.web.endpoint import (
    Access,
    Body,
    Download,
    Endpoint,
    Events,
    FormFile,
    IncomingBody,
    JsonBody,
    JsonOrFile,
    RawBody,
    Text,
    rate_of,
)
from service.web.event_stream import EVENT_STREAM, PROBLEM
from service.web.problems import PROBLEM_JSON, TYPE_PREFIX, HeadersTooLarge, Internal, status_of
from service.web.receiving import BodyTooLarge, RequestTimeout
from service.web.schemas import Json, Problem, Schemas
from service.web.uploads import FORM

# `format` is of OpenAPI 3.0, and what generators look for.
_BYTES: Json = {"type": "string", "format": "binary"}
_PARAMETER = re.compile(r"{(\w+)(?::(\w+))?}")
_PATH_SCHEMAS: Mapping[str, Json] = {
    "str": {"type": "string", "minLength": 1},
    "path": {"type": "string", "minLength": 1},
    "int": {"type": "integer", "minimum": 0, "maximum": INTEGER_MAX},
    "uuid": {"type": "string", "format": "uuid"},
}


def document(
    endpoints: Sequence[Endpoint], *, version: str, description: str = "", server_url: str | None = None
) -> Json:
    """`server_url`: where the service is reached; unset, wherever the document was."""
    schemas = Schemas(endpoints)
    paths: defaultdict[str, Json] = defaultdict(dict)
    for endpoint in endpoints:
        path = _PARAMETER.sub(r"{\1}", endpoint.path)
        paths[path][endpoint.method.lower()] = _operation(endpoint, schemas)
    tags = {endpoint.tag: _room_description(endpoint) for endpoint in reversed(endpoints) if endpoint.tag}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Overture",
            "version": version,
            "description": description,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server_url or "/"}],
        "tags": [{"name": tag, "description": tags[tag]} for tag in reversed(tags)],
        "paths": dict(paths),
        "components": {
            "schemas": schemas.components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _room_description(endpoint: Endpoint) -> str:
    """The first sentence at the door of the room whose endpoint it is."""
    door = sys.modules.get(endpoint.handler.__module__.rpartition(".")[0])
    said = " ".join((getdoc(door) or "").partition("\n\n")[0].split())
    return said.partition(". ")[0].rstrip(".") + "."


def problems_of(endpoint: Endpoint) -> list[type[ServiceError]]:
    """What a call of it may end in: what it declares, and what the gate adds for what it declares."""
    found: list[type[ServiceError]] = [MalformedRequest, HeadersTooLarge, InvalidRequest, *endpoint.problems]
    if endpoint.access is not Access.PUBLIC:
        found += [Unauthenticated, Forbidden]
    if endpoint.access is Access.USER:
        found += [UnknownUser]
    if endpoint.body is not None:
        found += [BodyTooLarge, RequestTimeout]
    if isinstance(endpoint.body, JsonBody | JsonOrFile):
        found += [MalformedJson]
    if not isinstance(endpoint.body, RawBody | None):
        found += [UnsupportedMediaType]
    if _PARAMETER.search(endpoint.path):
        found += [NotFound]
    if endpoint.idempotent:
        found += [IdempotencyMismatch, IdempotencyInProgress]
    if endpoint.admitted:
        found += [Overloaded]
    if rate_of(endpoint) is not None:
        found += [RateLimited]
    found += [Internal, DatabaseUnavailable, ShuttingDown, DeadlineExceeded]
    return list(dict.fromkeys(found))


def _operation(endpoint: Endpoint, schemas: Schemas) -> Json:
    summary, _, description = (getdoc(endpoint.handler) or "").partition("\n")
    operation: Json = {
        "operationId": _operation_id(endpoint),
        "summary": summary.strip(),
        "description": description.strip() or summary.strip(),
        "tags": [endpoint.tag] if endpoint.tag else [],
        "security": [] if endpoint.access is Access.PUBLIC else [{"bearer": []}],
        "parameters": list(_parameters(endpoint, schemas)),
        "responses": _responses(endpoint, schemas),
    }
    if endpoint.body is not None:
        is_optional = isinstance(endpoint.body, JsonBody) and endpoint.body.is_optional
        operation["requestBody"] = {"required": not is_optional, "content": _body_content(endpoint.body, schemas)}
    return operation


def _body_content(body: Body, schemas: Schemas) -> Json:
    match body:
        case RawBody():
            return _json({"type": "object", "additionalProperties": True})
        case IncomingBody(media_types=media_types):
            return {media_type: {"schema": _BYTES} for media_type in media_types}
        case FormFile():
            return _form(body)
        case JsonBody(form=form):
            return _json(schemas.of(form))
        case JsonOrFile(json=JsonBody(form=form), file=file):
            return _json(schemas.of(form)) | _form(file)


def _form(file: FormFile) -> Json:
    """As OpenAPI 3.1 describes binary parts (4.8.15.3)."""
    content = _BYTES | {"contentMediaType": "application/octet-stream"}
    said = {"description": f"{file.accepts[0].upper()}{file.accepts[1:]}, of at most {file.max_bytes} bytes."}
    schema = {"type": "object", "properties": {file.name: content | said}, "required": [file.name]}
    return {FORM: {"schema": schema | {"additionalProperties": False}}}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _operation_id(endpoint: Endpoint) -> str:
    """The method and the path: unique, and stable while the call is."""
    path = _PARAMETER.sub(r"by \1", endpoint.path)
    words = f"{endpoint.method} {path}"
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")


def _parameters(endpoint: Endpoint, schemas: Schemas) -> Iterator[Json]:
    for name, convertor in _PARAMETER.findall(endpoint.path):
        said = f"The {name.removesuffix('_id').replace('_', ' ')}'s id." if name.endswith("_id") else f"The {name}."
        kind = _PATH_SCHEMAS.get(convertor or "str", {})
        yield {"name": name, "in": "path", "required": True, "description": said, "schema": kind}
    if endpoint.query is not None:
        schema = schemas.query(endpoint.query)
        for name, field in schema.get("properties", {}).items():
            kind = _without_null(field)
            said = {"description": kind.pop("description")} if "description" in kind else {}
            yield {"name": name, "in": "query", "required": name in schema.get("required", ()), **said, "schema": kind}
    seconds = {"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000}
    yield _header("X-Request-Timeout", "The caller's remaining patience in seconds; capped by the service.", seconds)
    yield _header("X-Request-ID", "Returned, and in every log line; made where it is missing.", {"type": "string"})
    if endpoint.access is not Access.PUBLIC:
        user = {"type": "string", "minLength": 1, "maxLength": 255}
        yield _header("X-On-Behalf-Of", "The user to act for; needs a token with scope `service`.", user)
    if endpoint.idempotent:
        key = {"type": "string", "minLength": 1, "maxLength": KEY_MAX_CHARACTERS, "pattern": "^[!-~]([ -~]*[!-~])?$"}
        yield _header("Idempotency-Key", "A repeat with the same key and body gets the first answer again.", key)


def _header(name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def _without_null(schema: Json) -> Json:
    """A parameter that is not given is absent, not null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    kept = {name: value for name, value in schema.items() if name != "anyOf" and value is not None}
    return kept | (choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {})


def _responses(endpoint: Endpoint, schemas: Schemas) -> Json:
    responses: Json = {str(endpoint.status): _success(endpoint, schemas, "The answer.")}
    if isinstance(endpoint.sends, Events):
        responses["200"] = _stream(endpoint, endpoint.sends, schemas)
    for status, when in endpoint.other_statuses.items():
        responses[str(status)] = _success(endpoint, schemas, when)
    by_status: defaultdict[int, list[type[ServiceError]]] = defaultdict(list)
    for problem in problems_of(endpoint):
        by_status[status_of(problem)].append(problem)
    for status, problems in sorted(by_status.items()):
        response = responses.setdefault(str(status), {"description": "", "content": {}})
        said = "; ".join(f"`{problem.slug}`: {problem.title}" for problem in problems)
        response["description"] = f"{response['description']} {said}.".strip()
        examples = {problem.slug: {"value": _example(problem, status)} for problem in problems}
        response["content"][PROBLEM_JSON] = {"schema": schemas.of(Problem), "examples": examples}
    return responses


def _answer_headers(endpoint: Endpoint) -> Json:
    said = {"X-Request-ID": "The request's id, as it stands in the log."}
    if endpoint.idempotent:
        said["Idempotency-Replayed"] = "`true` where this is the first answer again."
    if rate_of(endpoint) is not None:
        said |= {"RateLimit-Policy": "How often one may call.", "RateLimit": "How much of that is left."}
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in said.items()}


def _success(endpoint: Endpoint, schemas: Schemas, description: str) -> Json:
    headers = _answer_headers(endpoint)
    match endpoint.sends:
        case Text(media_type=media_type):
            content = {media_type: {"schema": {"type": "string"}}}
        case Download(media_type=media_type, other_media_types=others):
            content = {name: {"schema": _BYTES} for name in (media_type, *others)}
        case _:
            content = {} if endpoint.answer is None else _json(schemas.of(endpoint.answer))
    return {"description": description, "headers": headers, "content": content}


def _stream(endpoint: Endpoint, streamed: Events, schemas: Schemas) -> Json:
    """Events of a stream have no place in OpenAPI 3.1; `x-events` names them with the schema of their data."""
    ended = {streamed.last: schemas.of(endpoint.answer), PROBLEM: schemas.of(Problem)}
    told = {name: schemas.of(kind) for name, kind in streamed.told.items()}
    description = (
        f"With `Accept: {EVENT_STREAM}`: server-sent events ({', '.join(told)}), ended by one `{streamed.last}` with "
        f"the answer or one `{PROBLEM}`. A call refused before its first event is answered with its own status."
    )
    headers = _answer_headers(endpoint)
    content = {EVENT_STREAM: {"schema": {"type": "string"}, "x-events": {**told, **ended}}}
    return {"description": description, "headers": headers, "content": content}


def _example(problem: type[ServiceError], status: int) -> Json:
    return {
        "type": TYPE_PREFIX + problem.slug,
        "title": problem.title,
        "status": status,
        "detail": problem.title + ".",
        "instance": "/",
        "request_id": "0f4e2a7c5d1b4f6a9c3e8b7d6a5f4e3d",
        "errors": [],
    }
