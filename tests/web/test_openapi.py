"""The document says what the declarations do, and the page shows it without fetching anything."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

import msgspec
import pytest
from msgspec import Meta

from service.kernel.errors import Kind, ServiceError
from service.web.endpoint import Access, Call, Endpoint, JsonBody
from service.web.openapi import document
from service.web.paging import Page, Paging
from tests.web.test_serving import GREET, WHO

pytestmark = pytest.mark.anyio


class PenBroken(ServiceError):
    """The pen writes no more."""

    kind, slug, title = Kind.CONFLICT, "pen-broken", "The pen is broken"


class Pen(msgspec.Struct, frozen=True):
    """What one writes with."""

    id: int
    colour: str


class PenQuery(Paging, frozen=True, forbid_unknown_fields=True, kw_only=True):
    colour: Annotated[str, Meta(max_length=20, description="Exactly this one <b>.")] | None = None


async def handle(_call: Call[Any, Any]) -> Any:
    """Do it to a <pen>.

    At length.
    """


ENDPOINTS = [
    replace(GREET, idempotent=True, admitted=True, problems=(PenBroken,), tag="greetings"),
    replace(WHO, access=Access.PUBLIC, tag="people"),
    Endpoint("GET", "/pens", handle, answer=Page[Pen], query=PenQuery, tag="pens"),
    Endpoint("GET", "/pens/{pen_id:int}", handle, answer=Pen, tag="pens"),
    Endpoint("DELETE", "/pens/{pen_id:int}", handle, status=204, tag="pens"),
]
CONTRACT = document(ENDPOINTS, version="1.2.3")


def parameters(operation: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(each["in"], each["name"]): each for each in operation["parameters"]}


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():  # pyright: ignore[reportUnknownVariableType] - any JSON
            if name == "$ref":
                yield str(inner)  # pyright: ignore[reportUnknownArgumentType]
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:  # pyright: ignore[reportUnknownVariableType]
            yield from references(inner)


def test_every_reference_leads_somewhere() -> None:
    names = {name.removeprefix("#/components/schemas/") for name in references(CONTRACT)}
    assert names <= set(CONTRACT["components"]["schemas"])
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in CONTRACT["components"]["schemas"])
    msgspec.json.encode(CONTRACT)


def test_operations_are_named_once() -> None:
    names = [operation["operationId"] for methods in CONTRACT["paths"].values() for operation in methods.values()]
    assert len(set(names)) == len(names) == len(ENDPOINTS)


def test_every_problem_of_an_endpoint_is_documented() -> None:
    greet = CONTRACT["paths"]["/greet"]["post"]["responses"]
    expected = {"201", "400", "401", "403", "408", "409", "413", "415", "422", "429", "431", "500", "503", "504"}
    assert set(greet) == expected
    assert set(greet["409"]["content"]["application/problem+json"]["examples"]) == {
        "pen-broken",
        "idempotency-in-progress",
    }
    assert "`idempotency-mismatch`" in greet["422"]["description"]
    assert "404" in CONTRACT["paths"]["/pens/{pen_id}"]["get"]["responses"]
    assert "401" not in CONTRACT["paths"]["/who"]["get"]["responses"]


def test_a_query_is_parameters_and_a_path_is_typed() -> None:
    listing = parameters(CONTRACT["paths"]["/pens"]["get"])
    assert listing["query", "limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 25}
    assert listing["query", "colour"]["schema"]["maxLength"] == 20
    assert not listing["query", "colour"]["required"]
    assert parameters(CONTRACT["paths"]["/pens/{pen_id}"]["get"])["path", "pen_id"]["schema"]["type"] == "integer"
    assert "PenQuery" not in CONTRACT["components"]["schemas"]


def test_headers_are_documented_where_they_count() -> None:
    greet, who = (parameters(CONTRACT["paths"][path][method]) for path, method in (("/greet", "post"), ("/who", "get")))
    assert {("header", "Idempotency-Key"), ("header", "X-On-Behalf-Of"), ("header", "X-Request-Timeout")} <= set(greet)
    assert {("header", "Idempotency-Key"), ("header", "X-On-Behalf-Of")}.isdisjoint(who)
    assert {"RateLimit", "RateLimit-Policy"} <= set(CONTRACT["paths"]["/greet"]["post"]["responses"]["201"]["headers"])
    assert CONTRACT["paths"]["/who"]["get"]["security"] == []
    assert CONTRACT["paths"]["/greet"]["post"]["security"] == [{"bearer": []}]


def test_an_answer_without_a_body_has_no_content() -> None:
    assert CONTRACT["paths"]["/pens/{pen_id}"]["delete"]["responses"]["204"]["content"] == {}


class Ink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    colour: Annotated[str, Meta(description="Of the ink.")] = "blue"
    note: str | None = None
    more: dict[str, Any] = {}


def named(module: str) -> type:
    """Another type of the same name, as another slice has it."""
    return msgspec.defstruct("Twin", [(module.rpartition(".")[2], int)], module=module, frozen=True)


def test_what_is_sent_need_not_name_what_has_a_default() -> None:
    fill = Endpoint("POST", "/pens/fill", handle, answer=Pen, body=JsonBody(Ink))
    ink = document([fill], version="1")["components"]["schemas"]["Ink"]
    assert ink["required"] == []
    assert ink["properties"] == {
        "colour": {"type": "string", "description": 'Of the ink. By default "blue".'},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "more": {"type": "object", "additionalProperties": True, "description": "By default {}."},
    }


def test_types_of_one_name_are_told_apart_by_their_slices() -> None:
    twins = [Endpoint("GET", f"/{name}", handle, answer=named(f"service.{name}.model")) for name in ("crm", "emails")]
    schemas = document([*twins, *ENDPOINTS], version="1")["components"]["schemas"]
    assert {"CrmTwin", "EmailsTwin", "PenPage", "Pen"} <= set(schemas)
    assert all(schema.get("title", name) == name for name, schema in schemas.items())


def test_the_document_says_where_it_is_served() -> None:
    assert CONTRACT["servers"] == [{"url": "/"}]
    told = document(ENDPOINTS, version="1", server_url="https://overture.example")
    assert told["servers"] == [{"url": "https://overture.example"}]
