"""Answers for scripted models: a good letter, and letters with something wrong in them."""

import json
from typing import Any

from service.adapters.language_model import ModelUnavailable
from service.adapters.language_model.scripted import Line, ScriptedLanguageModel
from service.emails.by_model.writer import ModelWriter
from service.kernel.clock import SystemClock
from service.kernel.identifiers import Identifiers

SUBJECT = "Backend Engineer at Lumenvale"
OPENING = "I would like to be considered for the Backend Engineer position at Lumenvale."
EXAMPLE = "At Tidemark Ferries I cut the p99 latency of the booking API from 900 ms to 140 ms."
BODY = f"Dear Ada Park,\n\n{OPENING} {EXAMPLE}\n\nCould we arrange a short call?\n\nKind regards,\nMira Castellane"
CLAIMS = [
    {"text": OPENING, "sources": [{"source": "job", "reference": "title"}]},
    {"text": EXAMPLE, "sources": [{"source": "resume", "reference": "work/0/highlights/0"}]},
]
AWAY = ModelUnavailable("No model answered.")


def answer(body: str = BODY, **changes: Any) -> str:
    return json.dumps({"subject": SUBJECT, "body": body, "claims": CLAIMS} | changes)


def with_sentence(sentence: str, **changes: Any) -> str:
    """The good letter with one more sentence in its middle."""
    return answer(BODY.replace(EXAMPLE, f"{EXAMPLE} {sentence}"), **changes)


def streamed(text: str, *, size: int = 9, delay_seconds: float = 0.0, first_delay_seconds: float = 0.0) -> Line:
    pieces = tuple(text[at : at + size] for at in range(0, len(text), size))
    return Line(pieces, first_delay_seconds, delay_seconds)


def scripted(*lines: Line | str) -> ScriptedLanguageModel:
    return ScriptedLanguageModel(lines or (answer(),))


def writer(model: ScriptedLanguageModel) -> ModelWriter:
    return ModelWriter(model, identifiers=Identifiers(SystemClock()))
