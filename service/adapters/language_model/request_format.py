"""How a request is written for an endpoint, which may not know all of the current API. Pure.

Every part starts as the current API has it and changes where an endpoint refuses it.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Literal

import msgspec

from service.adapters.language_model import Prompt
from service.adapters.language_model.answer_reader import error_code, error_field

LimitName = Literal["max_tokens", "max_completion_tokens"]


# For thoughts of some thousands of tokens, in front of an answer of as many at the most.
RAISED_LIMIT_FACTOR = 4


class AnswerForm(Enum):
    """How the answer's form is asked for, from the strictest down."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    TEXT = "text"


class Part(Enum):
    """What of a request may have to change."""

    FORM = "form"
    SCHEMA = "schema"  # suspected where an endpoint complains and does not say of what
    LIMIT_NAME = "limit name"
    LIMIT = "limit"
    USAGE = "usage"


@dataclass(frozen=True, slots=True)
class RequestFormat:
    """`max_tokens` first: whoever wants the newer name says so, while an old server would silently ignore that one."""

    form: AnswerForm = AnswerForm.SCHEMA
    limit_name: LimitName = "max_tokens"
    is_limit_raised: bool = False
    asks_for_usage: bool = True

    def change(self, part: Part) -> "RequestFormat | None":
        """The next one to try; None where there is none."""
        match part:
            case Part.USAGE if self.asks_for_usage:
                return replace(self, asks_for_usage=False)
            case Part.LIMIT_NAME if self.limit_name == "max_tokens":
                return replace(self, limit_name="max_completion_tokens")
            case Part.LIMIT if not self.is_limit_raised:
                return replace(self, is_limit_raised=True)
            case Part.FORM | Part.SCHEMA if self.form is AnswerForm.SCHEMA:
                return replace(self, form=AnswerForm.OBJECT)
            case Part.FORM if self.form is AnswerForm.OBJECT:
                return replace(self, form=AnswerForm.TEXT)
            case _:
                return None


# How endpoints name what they refuse, in `param` or, without one, somewhere in the text. The first found decides.
_NAMES = (
    (Part.USAGE, ("stream_options", "include_usage")),
    (Part.FORM, ("response_format", "json_schema", "json_object", "structured output", "structured_output")),
    (Part.LIMIT_NAME, ("max_tokens", "max_completion_tokens")),
)
# Complaints that another format does not answer.
_OTHER_FIELDS = ("messages", "model", "prompt")
_OTHER_CODES = frozenset({"content_filter", "context_length_exceeded", "model_not_found", "string_above_max_length"})


def refused_part(status: int | None, body: bytes) -> Part | None:
    """Which part of our request an error is about: as it says, else perhaps the schema, which fails in most ways."""
    if status not in {400, 422}:
        return None
    field = error_field(body, "param")
    text = (field or body.decode("utf-8", errors="replace")).lower()
    named = next((part for part, names in _NAMES if any(name in text for name in names)), None)
    is_about_another = error_code(body) in _OTHER_CODES or (field or "").startswith(_OTHER_FIELDS)
    return named or (None if is_about_another else Part.SCHEMA)


def request_body(prompt: Prompt, *, model: str, request_format: RequestFormat) -> bytes:
    limit = prompt.max_output_tokens * (RAISED_LIMIT_FACTOR if request_format.is_limit_raised else 1)
    body: dict[str, Any] = {
        "model": model,
        "messages": _messages(prompt, request_format.form),
        request_format.limit_name: limit,
        "stream": True,
    }
    if request_format.asks_for_usage:
        body["stream_options"] = {"include_usage": True}
    match request_format.form:
        case AnswerForm.SCHEMA:
            schema = {"name": prompt.schema_name, "schema": prompt.schema, "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        case AnswerForm.OBJECT:
            body["response_format"] = {"type": "json_object"}
        case AnswerForm.TEXT:
            pass
    return msgspec.json.encode(body)


def _messages(prompt: Prompt, form: AnswerForm) -> list[dict[str, str]]:
    messages = [{"role": message.role, "content": message.content} for message in prompt.messages]
    if form is AnswerForm.SCHEMA:
        return messages
    wanted = (
        "Answer with one JSON object that follows this JSON Schema, and with nothing else, no code fence around it:\n"
        + msgspec.json.encode(prompt.schema).decode()
    )
    if messages and messages[0]["role"] == "system":
        messages[0]["content"] += f"\n\n{wanted}"
        return messages
    return [{"role": "system", "content": wanted}, *messages]


def without_fence(text: str) -> str:
    """The answer without the Markdown fence that models without a schema like to put around JSON."""
    inner = text.strip()
    if not inner.startswith("```") or not inner.endswith("```"):
        return text
    return inner.removesuffix("```").partition("\n")[2].strip() or text
