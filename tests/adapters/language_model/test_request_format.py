"""How a request is written for an endpoint, and what of it changes where a part is refused."""

import json

import pytest

from service.adapters.language_model.request_format import (
    RAISED_LIMIT_FACTOR,
    AnswerForm,
    Part,
    RequestFormat,
    refused_part,
    request_body,
    without_fence,
)
from tests.adapters.language_models import PROMPT


@pytest.mark.parametrize(
    ("status", "body", "part"),
    [
        (400, {"error": {"message": "Invalid parameter: 'response_format' of type 'json_schema'"}}, Part.FORM),
        (400, {"error": {"message": "Unsupported parameter: 'max_tokens'", "param": "max_tokens"}}, Part.LIMIT_NAME),
        (422, {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs"}]}, Part.USAGE),
        (400, {"error": {"message": "too long for json_schema", "param": "messages"}}, None),
        (400, {"error": {"message": "too long", "code": "context_length_exceeded"}}, None),
        (400, {"error": {"message": "Failed to parse grammar", "code": 400}}, Part.SCHEMA),
        (400, [{"error": {"message": "Unknown name at 'generation_config.response_schema'"}}], Part.SCHEMA),
        (422, {"detail": "no"}, Part.SCHEMA),
        (500, {"error": {"message": "response_format"}}, None),
        (None, {}, None),
    ],
)
def test_which_part_an_endpoint_refuses(status: int | None, body: object, part: Part | None) -> None:
    assert refused_part(status, json.dumps(body).encode()) is part


def test_each_part_gives_way_a_bounded_number_of_times() -> None:
    current = RequestFormat()
    for part in (Part.SCHEMA, Part.FORM, Part.USAGE, Part.LIMIT_NAME, Part.LIMIT):
        changed = current.change(part)
        assert changed is not None
        current = changed
    assert current == RequestFormat(
        AnswerForm.TEXT, "max_completion_tokens", is_limit_raised=True, asks_for_usage=False
    )
    assert not any(current.change(part) for part in Part)


def test_without_a_name_only_the_schema_is_suspected() -> None:
    assert RequestFormat().change(Part.SCHEMA) == RequestFormat(AnswerForm.OBJECT)
    assert RequestFormat(AnswerForm.OBJECT).change(Part.SCHEMA) is None


def test_a_raised_limit_is_asked_for() -> None:
    body = json.loads(request_body(PROMPT, model="m", request_format=RequestFormat(is_limit_raised=True)))
    assert body["max_tokens"] == PROMPT.max_output_tokens * RAISED_LIMIT_FACTOR


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ('```json\n{"a": 1}\n```', '{"a": 1}'),
        ('\n```\n{"a": "```"}\n```\n', '{"a": "```"}'),
        ("```", "```"),
        ('{"a": "```"}', '{"a": "```"}'),
    ],
)
def test_fences(said: str, meant: str) -> None:
    assert without_fence(said) == meant
