"""A language model that reads from a script: for tests and demonstrations without a network."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import anyio

from service.adapters.language_model import Listener, ModelAnswer, ModelCall, ModelUnavailable, OnCall, Prompt
from service.adapters.language_model.retrying import TRIES_MAX


@dataclass(frozen=True, slots=True)
class Line:
    """One answer of the script: `pieces`, each after its delay, and then `failure`, if there is one.

    `delay_seconds` of `math.inf` hangs until it is cancelled.
    """

    pieces: tuple[str, ...] = ()
    first_delay_seconds: float = 0.0
    delay_seconds: float = 0.0
    failure: ModelUnavailable | None = None


@dataclass
class ScriptedLanguageModel:
    """Answers with the lines in turn, the last one again and again; takes the next where one is not accepted.

    `prompts` and `calls` are what was asked and what was told.
    """

    lines: Sequence[Line | str]
    model: str = "scripted"
    prompts: list[Prompt] = field(default_factory=list[Prompt])
    calls: list[ModelCall] = field(default_factory=list[ModelCall])

    async def answer(self, prompt: Prompt, *, listener: Listener, on_call: OnCall) -> ModelAnswer:
        for _ in range(TRIES_MAX):
            answer = await self._attempt(prompt, listener, on_call)
            if answer.call.outcome == "finished":
                return answer
            if listener.has_passed_on:
                break
        raise ModelUnavailable("No answer was the JSON that was asked for.")

    async def _attempt(self, prompt: Prompt, listener: Listener, on_call: OnCall) -> ModelAnswer:
        listener.begin()
        self.prompts.append(prompt)
        given = self.lines[min(len(self.prompts), len(self.lines)) - 1]
        line = Line((given,)) if isinstance(given, str) else given
        said: list[str] = []
        outcome: Literal["finished", "failed", "cancelled"] = "failed"
        try:
            await anyio.sleep(line.first_delay_seconds)
            for piece in line.pieces:
                await anyio.sleep(line.delay_seconds)
                said.append(piece)
                listener.hear(piece)
            if line.failure is not None:
                raise line.failure
            if listener.accepts("".join(said)):
                outcome = "finished"
        except anyio.get_cancelled_exc_class():
            outcome = "cancelled"
            raise
        finally:
            call = self._call(prompt, said, outcome)
            self.calls.append(call)
            on_call(call)
        return ModelAnswer("".join(said), call)

    def _call(
        self, prompt: Prompt, said: Sequence[str], outcome: Literal["finished", "failed", "cancelled"]
    ) -> ModelCall:
        """A word is a token."""
        return ModelCall(
            provider="scripted",
            model=self.model,
            outcome=outcome,
            input_tokens=sum(len(message.content.split()) for message in prompt.messages),
            output_tokens=len("".join(said).split()),
            is_estimated=outcome == "cancelled",
        )
