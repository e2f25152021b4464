"""What is said to an endpoint, and how it is said to one that does not know the newest words. Pure.

Every part starts as the current API has it and is taken back where an endpoint refuses it by name.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Literal

import msgspec

from service.adapters.language_model import Prompt
from service.adapters.language_model.answer import error_field

LimitName = Literal["max_tokens", "max_completion_tokens"]


class Form(Enum):
    """How the answer's form is asked for, from the strictest down."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"
    TEXT = "text"


class Part(Enum):
    FORM = "form"
    LIMIT = "limit"
    USAGE = "usage"


@dataclass(frozen=True, slots=True)
class Dialect:
    """`max_tokens` first: whoever wants the newer name says so, while an old server would silently ignore that one."""

    form: Form = Form.SCHEMA
    limit_name: LimitName = "max_tokens"
    asks_for_usage: bool = True

    def without(self, part: Part) -> "Dialect | None":
        """The next simpler dialect; None where there is none."""
        match part:
            case Part.USAGE if self.asks_for_usage:
                return replace(self, asks_for_usage=False)
            case Part.LIMIT if self.limit_name == "max_tokens":
                return replace(self, limit_name="max_completion_tokens")
            case Part.FORM if self.form is Form.SCHEMA:
                return replace(self, form=Form.OBJECT)
            case Part.FORM if self.form is Form.OBJECT:
                return replace(self, form=Form.TEXT)
            case _:
                return None


# How endpoints name what they refuse, in `param` or, without one, somewhere in the text. The first found decides.
_NAMES = (
    (Part.USAGE, ("stream_options", "include_usage")),
    (Part.FORM, ("response_format", "json_schema", "json_object", "structured output", "structured_output")),
    (Part.LIMIT, ("max_tokens", "max_completion_tokens")),
)


def refused_part(status: int | None, body: bytes) -> Part | None:
    """Which part of our request an error is about, if it says so."""
    if status not in {400, 422}:
        return None
    text = (error_field(body, "param") or body.decode("utf-8", errors="replace")).lower()
    return next((part for part, names in _NAMES if any(name in text for name in names)), None)


def request_body(prompt: Prompt, *, model: str, dialect: Dialect) -> bytes:
    body: dict[str, Any] = {
        "model": model,
        "messages": _messages(prompt, dialect.form),
        dialect.limit_name: prompt.max_output_tokens,
        "stream": True,
    }
    if dialect.asks_for_usage:
        body["stream_options"] = {"include_usage": True}
    match dialect.form:
        case Form.SCHEMA:
            schema = {"name": prompt.schema_name, "schema": prompt.schema, "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        case Form.OBJECT:
            body["response_format"] = {"type": "json_object"}
        case Form.TEXT:
            pass
    return msgspec.json.encode(body)


def _messages(prompt: Prompt, form: Form) -> list[dict[str, str]]:
    messages = [{"role": message.role, "content": message.content} for message in prompt.messages]
    if form is Form.SCHEMA:
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
