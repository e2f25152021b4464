"""A language model that answers one structured question, streamed; behind it any OpenAI-compatible endpoint.

A prompt goes in, the text of a JSON document that follows its schema comes out. While it is being written a
`Listener` hears each piece. Every attempt, whatever became of it, is told to `on_call` once: finished, failed or
cancelled, with the tokens the provider counted, or an estimate where it never said.

openai_compatible   the chain of models, tries, accounting
exchange            one request on the wire, and what came of it
connections         HTTP connections that survive cancellation
request_format      how a request is written, and otherwise where an endpoint refuses a part of it
answer_reader       what arrives, read as it arrives
retrying            whether and when there is another try
json_answer         the JSON object in what a model said, for whoever asked
scripted            the fake that ships
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Protocol

import msgspec
from msgspec import Meta

from service.adapters.language_model.json_answer import THOUGHT_END as THOUGHT_END
from service.adapters.language_model.json_answer import THOUGHT_END_MAX_CHARS as THOUGHT_END_MAX_CHARS
from service.adapters.language_model.json_answer import find_object as find_object
from service.adapters.language_model.json_answer import without_thoughts as without_thoughts
from service.kernel.errors import DeadlineExceeded, Kind, ServiceError


class Message(msgspec.Struct, frozen=True):
    role: Literal["system", "user", "assistant"]
    content: str


class Prompt(msgspec.Struct, frozen=True):
    """`schema` is the JSON Schema of the answer, `schema_name` the name providers want beside it."""

    messages: tuple[Message, ...]
    schema_name: str
    schema: dict[str, Any]
    max_output_tokens: int


def fence(document: Any, *, boundary: str) -> str:
    """What others wrote, as one JSON document between two lines that carry a value of this one request: nobody who
    wrote a part of it can have known that value. Belongs into the user's message, never into the system role."""
    data = msgspec.json.format(msgspec.json.encode(document), indent=1).decode()
    return f"BEGIN DATA {boundary}\n{data}\nEND DATA {boundary}\n"


class ModelCall(msgspec.Struct, frozen=True):
    """One attempt, for accounting. `cost_microcents`: millionths of a cent, None where no price is configured."""

    provider: str
    model: str
    outcome: Literal["finished", "failed", "cancelled"]
    input_tokens: int
    output_tokens: int
    is_estimated: bool
    cost_microcents: int | None = None


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a million tokens cost, in US dollars: one model's entry in OVERTURE_MODEL_PRICES."""

    input: Annotated[float, Meta(ge=0, le=100_000)]
    output: Annotated[float, Meta(ge=0, le=100_000)]


class ModelAnswer(msgspec.Struct, frozen=True):
    """`text` is the whole answer, as sent but for a Markdown fence around it; `call` the attempt that gave it."""

    text: str
    call: ModelCall


class ModelUnavailable(ServiceError):
    """No configured model answered, after retries and fallbacks."""

    kind, slug, title = Kind.UPSTREAM, "llm-unavailable", "No language model gave a letter"


class ModelOutOfTime(ModelUnavailable):
    """The caller's time was up before an answer was complete: its patience ended, and the model may be well."""

    kind, slug, title = DeadlineExceeded.kind, DeadlineExceeded.slug, DeadlineExceeded.title


OnCall = Callable[[ModelCall], None]


class Listener(Protocol):
    """Who hears an answer while it is written, through every attempt at it. Nothing here waits or raises."""

    @property
    def has_passed_on(self) -> bool:
        """Whether somebody was shown a part of this answer: another one would say something else."""
        ...

    def begin(self) -> None:
        """An attempt begins; what was said before it is void."""
        ...

    def hear(self, piece: str, /) -> None: ...

    def accepts(self, text: str, /) -> bool:
        """Whether the whole answer is what was asked for; one that is not is a failure like any other."""
        ...


class Unheard:
    """The `Listener` of those who show nothing of an answer before it is whole."""

    has_passed_on = False

    def __init__(self, accepts: Callable[[str], bool]) -> None:
        self._accepts = accepts

    def begin(self) -> None: ...

    def hear(self, piece: str) -> None: ...

    def accepts(self, text: str) -> bool:
        return self._accepts(text)


class LanguageModel(Protocol):
    async def answer(self, prompt: Prompt, *, listener: Listener, on_call: OnCall) -> ModelAnswer:
        """An answer that `listener` accepts: of the first model, and after its failures of the next; none is tried any
        more once a part was passed on.

        Every attempt gets the least of its own limits and what `deadlines.attempt_seconds` leaves of the caller's
        time. `on_call` neither waits nor raises. Raises `ModelUnavailable`, and of that `ModelOutOfTime` where it was
        the caller's time that ended. Cancellation closes the connection at once, so that the provider stops.
        """
        ...
