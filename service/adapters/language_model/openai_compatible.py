"""A language model behind any endpoint that speaks OpenAI's chat completions, over HTTP.

`answer` walks the fallback chain; `_ask` tries one model up to `TRIES_MAX` times; `_try` finds the format of requests
that the endpoint understands; `_attempt` is one request, accounted for.
"""

import math
import secrets
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import anyio
import anyio.lowlevel
import httpx
import stamina
import structlog

from service.adapters.language_model import (
    Listener,
    ModelAnswer,
    ModelCall,
    ModelOutOfTime,
    ModelUnavailable,
    OnCall,
    Price,
    Prompt,
)
from service.adapters.language_model.connections import Connections
from service.adapters.language_model.exchange import Exchange, Usage
from service.adapters.language_model.request_format import (
    Part,
    RequestFormat,
    refused_part,
    request_body,
    without_fence,
)
from service.adapters.language_model.retrying import TRIES_MAX, AttemptFailed, pause_seconds
from service.kernel.clock import Clock
from service.kernel.deadlines import attempt_seconds, remaining_seconds
from service.kernel.telemetry import track
from service.kernel.trace import outgoing

# Azure's classic endpoint of a deployment takes bearer tokens for its own, and keys in a header of their own name.
AZURE_CLASSIC_PATH = "/openai/deployments/"

# One dollar per million tokens is a hundred microcents per token.
MICROCENTS_PER_TOKEN = 100

log = structlog.get_logger(__name__)


class FormatRefused(AttemptFailed):
    """With another `part` of the request there may be an answer."""

    def __init__(self, part: Part, failure: AttemptFailed) -> None:
        super().__init__(failure.reason, may_differ=failure.may_differ)
        self.part = part


@dataclass(slots=True, eq=False)
class Question:
    """One call of `answer`; its last attempt is over at the time `until`."""

    prompt: Prompt
    listener: Listener
    on_call: OnCall
    until: float
    failures: list[str] = field(default_factory=list[str])
    retry_after_seconds: float | None = None

    @property
    def left_seconds(self) -> float:
        return max(0.0, self.until - anyio.current_time())


class OpenAICompatible:
    """See `LanguageModel`; made by `openai_compatible`."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: httpx.URL,
        *,
        models: Sequence[str],
        prices: Mapping[str, Price],
        timeout_seconds: float,
        first_token_timeout_seconds: float,
        clock: Clock,
        jitter: Callable[[], float],
    ) -> None:
        self._client = client
        self._url = url
        self._provider = url.netloc.decode("ascii")
        self._models = tuple(models)
        self._prices = prices
        self._timeout_seconds = timeout_seconds
        self._silence_seconds = first_token_timeout_seconds
        self._clock = clock
        self._jitter = jitter
        # What each model's endpoint understands is found out once per process.
        self._formats = dict.fromkeys(self._models, RequestFormat())

    async def answer(self, prompt: Prompt, *, listener: Listener, on_call: OnCall) -> ModelAnswer:
        # The reserve for settling is set aside once: taken anew from what each attempt leaves, it would melt away.
        budget_seconds = attempt_seconds(math.inf, remaining_seconds())
        question = Question(prompt, listener, on_call, until=anyio.current_time() + budget_seconds)
        for model in self._models:
            # Who has left already has no time left either; that is a cancellation, not a failure of the model.
            await anyio.lowlevel.checkpoint_if_cancelled()
            if not question.left_seconds:
                question.failures.append(f"{model}: no time was left")
                break
            try:
                return await self._ask(model, question)
            except AttemptFailed as failure:
                log.warning("a model gave no answer", model=model, reason=failure.reason)
                question.failures.append(f"{model}: {failure.reason}")
                question.retry_after_seconds = failure.retry_after_seconds
                if question.listener.has_passed_on:
                    raise _unavailable(question) from failure
        raise _unavailable(question)

    async def _ask(self, model: str, question: Question) -> ModelAnswer:
        """The model's answer, after at most `TRIES_MAX` tries. Raises the last one's `AttemptFailed`."""
        tried = 0

        def pause(failure: Exception) -> float | bool:
            if not isinstance(failure, AttemptFailed) or question.listener.has_passed_on:
                return False
            seconds = pause_seconds(
                failure,
                tried=tried,
                has_next=model != self._models[-1],
                jitter=self._jitter,
                left_seconds=question.left_seconds,
            )
            return False if math.isinf(seconds) else seconds

        async for attempt in stamina.retry_context(on=pause, attempts=TRIES_MAX, timeout=None):
            with attempt:
                tried = attempt.num
                return await self._try(model, question)
        raise AssertionError("stamina ends with a result or an error")

    async def _try(self, model: str, question: Question) -> ModelAnswer:
        """One try; repeated at once where the request has to be written otherwise, which each part has an end of."""
        request_format = self._formats[model]
        while True:
            try:
                return await self._attempt(model, request_format, question)
            except FormatRefused as refused:
                changed = request_format.change(refused.part)
                if changed is None or question.listener.has_passed_on:
                    raise
                request_format = changed

    async def _attempt(self, model: str, request_format: RequestFormat, question: Question) -> ModelAnswer:
        body = request_body(question.prompt, model=model, request_format=request_format)
        until = min(question.until, anyio.current_time() + self._timeout_seconds)
        exchange = Exchange(body, until=until, silence_seconds=self._silence_seconds)
        question.listener.begin()
        outcome: Literal["finished", "failed", "cancelled"] = "failed"
        try:
            with track("model", model):
                await exchange.run(self._client, self._url, headers=_headers(until), hear=question.listener.hear)
            if exchange.is_accepted:
                self._formats[model] = request_format
            self._check(exchange)
            text = without_fence(exchange.answer.text)
            if not question.listener.accepts(text):
                raise AttemptFailed("the answer is not the JSON that was asked for", is_passing=True)
            outcome = "finished"
        except anyio.get_cancelled_exc_class():
            outcome = "cancelled"
            raise
        finally:
            # Here, and without awaiting, so that no way out of an attempt leaves it untold.
            call = self._call(model, exchange, outcome)
            question.on_call(call)
        return ModelAnswer(text, call)

    def _check(self, exchange: Exchange) -> None:
        """Raises `AttemptFailed` where the exchange gave no answer, `FormatRefused` where another format might."""
        failure = exchange.verdict(self._clock.now())
        if failure is None:
            return
        if exchange.is_accepted:
            part = Part.LIMIT if exchange.answer.is_cut_by_thoughts else None
        else:
            part = refused_part(exchange.status, exchange.error_body)
        raise failure if part is None else FormatRefused(part, failure)

    def _call(self, model: str, exchange: Exchange, outcome: Literal["finished", "failed", "cancelled"]) -> ModelCall:
        usage, is_estimated = exchange.usage()
        return ModelCall(
            provider=self._provider,
            model=model,
            outcome=outcome,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            is_estimated=is_estimated,
            cost_microcents=cost_microcents(usage, self._prices.get(model)),
        )


@asynccontextmanager
async def openai_compatible(
    *,
    base_url: str,
    api_key: str | None,
    models: Sequence[str],
    prices: Mapping[str, Price],
    timeout_seconds: float,
    first_token_timeout_seconds: float,
    max_in_flight: int,
    clock: Clock,
    user_agent: str = "overture",
    jitter: Callable[[], float] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncGenerator[OpenAICompatible, None]:
    """The models of one endpoint, for the time of the `async with`.

    `base_url` ends before `/chat/completions`; a query in it (`?api-version=...`) is kept. `models` is the fallback
    chain. `max_in_flight` generations get twice as many connections, since those that were cancelled take a moment to
    close. `jitter` gives numbers from 0 to 1. Raises `ValueError` for a key that cannot stand in a header.
    """
    if api_key is not None and not (api_key.isascii() and api_key.isprintable()):
        raise ValueError("The API key has characters that no key has.")
    url = httpx.URL(base_url)
    keys = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    if api_key and AZURE_CLASSIC_PATH in url.path:
        keys["api-key"] = api_key
    async with httpx.AsyncClient(
        transport=transport or Connections(limit=2 * max_in_flight),
        headers={"User-Agent": user_agent} | keys,
        trust_env=False,
    ) as client:
        yield OpenAICompatible(
            client,
            url.copy_with(path=f"{url.path.rstrip('/')}/chat/completions"),
            models=models,
            prices=prices,
            timeout_seconds=timeout_seconds,
            first_token_timeout_seconds=first_token_timeout_seconds,
            clock=clock,
            jitter=jitter or secrets.SystemRandom().random,
        )


def cost_microcents(usage: Usage, price: Price | None) -> int | None:
    if price is None:
        return None
    dollars = usage.input_tokens * Decimal(str(price.input)) + usage.output_tokens * Decimal(str(price.output))
    return int((dollars * MICROCENTS_PER_TOKEN).quantize(Decimal(1), ROUND_HALF_UP))


def _headers(until: float) -> dict[str, str]:
    """What differs from request to request. No compression: a small body could then hold an endless answer."""
    headers = {
        "Accept": "text/event-stream, application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "X-Request-Timeout": f"{max(0.0, until - anyio.current_time()):.3f}",
    }
    traceparent = outgoing()
    return headers if traceparent is None else headers | {"traceparent": traceparent}


def _unavailable(question: Question) -> ModelUnavailable:
    if not question.left_seconds:
        tried = "; ".join(question.failures)
        return ModelOutOfTime(f"No model's answer was complete within the request's time ({tried}).")
    seconds = question.retry_after_seconds
    return ModelUnavailable(
        f"No configured model answered ({'; '.join(question.failures) or 'none is configured'}); try again later.",
        retry_after_seconds=None if seconds is None else math.ceil(seconds),
    )
