"""What the tests of the language model share: a prompt, an ear, and the adapter in front of the fake server."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
import httpx

from service.adapters.language_model import LanguageModel, Message, ModelAnswer, ModelCall, Price, Prompt
from service.adapters.language_model.openai_compatible import OpenAICompatible, openai_compatible
from service.kernel.clock import Clock, SystemClock
from tests.fakes.model_server import ModelServer, model_server
from tests.fakes.model_talk import Manner

KEY = "sk-the-key-that-nobody-may-see"

SCHEMA = {
    "type": "object",
    "properties": {
        "subject": {"type": "string"},
        "body": {"type": "string"},
        "claims": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("text", "source", "reference")},
                "required": ["text", "source", "reference"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["subject", "body", "claims"],
    "additionalProperties": False,
}

PROMPT = Prompt(
    (
        Message("system", "You write one short e-mail."),
        Message("user", "resume work/0/highlights/1: Cut build times by half for 40 people"),
    ),
    "letter",
    SCHEMA,
    max_output_tokens=800,
)


@dataclass
class Ear:
    """Hears the pieces and is told the calls; `heard` is set by the first piece. Unless it `passes_on` what it hears,
    nothing that goes wrong is too late to be tried again; so many whole answers it `refuses`."""

    pieces: list[str] = field(default_factory=list[str])
    calls: list[ModelCall] = field(default_factory=list[ModelCall])
    heard: anyio.Event = field(default_factory=anyio.Event)
    passes_on: bool = True
    refuses: int = 0

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def outcomes(self) -> list[str]:
        return [call.outcome for call in self.calls]

    @property
    def has_passed_on(self) -> bool:
        return self.passes_on and bool(self.pieces)

    def begin(self) -> None: ...

    def hear(self, piece: str) -> None:
        self.pieces.append(piece)
        self.heard.set()

    def accepts(self, _text: str, /) -> bool:
        self.refuses -= 1
        return self.refuses < 0

    async def ask(self, model: LanguageModel, prompt: Prompt = PROMPT) -> ModelAnswer:
        return await model.answer(prompt, listener=self, on_call=self.calls.append)


@asynccontextmanager
async def adapter(
    base_url: str,
    *models: str,
    api_key: str | None = KEY,
    prices: Mapping[str, Price] | None = None,
    timeout_seconds: float = 5.0,
    first_token_timeout_seconds: float = 3.0,
    max_in_flight: int = 5,
    clock: Clock | None = None,
    jitter: Sequence[float] = (),
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncGenerator[OpenAICompatible, None]:
    numbers = list(jitter)
    async with openai_compatible(
        base_url=base_url,
        api_key=api_key,
        models=models or ("fake",),
        prices=prices or {},
        timeout_seconds=timeout_seconds,
        first_token_timeout_seconds=first_token_timeout_seconds,
        max_in_flight=max_in_flight,
        clock=clock or SystemClock(),
        jitter=lambda: numbers.pop(0) if numbers else 0.0,
        transport=transport,
    ) as model:
        yield model


@asynccontextmanager
async def fake_model(
    *models: str,
    manner: Manner | None = None,
    prices: Mapping[str, Price] | None = None,
    timeout_seconds: float = 5.0,
    first_token_timeout_seconds: float = 3.0,
) -> AsyncGenerator[tuple[OpenAICompatible, ModelServer], None]:
    """The adapter in front of the fake server; afterwards, nothing is left open on it."""
    async with model_server(manner) as server:
        async with adapter(
            server.base_url,
            *models,
            prices=prices,
            timeout_seconds=timeout_seconds,
            first_token_timeout_seconds=first_token_timeout_seconds,
        ) as model:
            yield model, server
        await server.quiet()
