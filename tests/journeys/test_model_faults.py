"""Every fault of a language model, end to end: the next model writes, or nobody does and nothing is charged."""

from dataclasses import dataclass
from itertools import product

import anyio
import pytest

from tests.fakes.model_faults import FAULTS
from tests.fakes.model_talk import Manner
from tests.journeys.conftest import Writing
from tests.journeys.directed_model import Answered, DirectedModel, asked, directed_model

pytestmark = pytest.mark.anyio

# A model that does this has written all the same.
WRITES = {
    "ok",
    "whole",
    "no-done",
    "uncounted",
    "open-end",
    "hang-up",
    "thinking",
    "fenced",
    "grammar",
    "no-schema",
    "no-form",
    "no-max-tokens",
    "no-stream-options",
    "old",
}
# Whoever asked for a stream was shown a sentence of it: there is no other model after that.
BEGINS = {"stall", "drop", "drop-clean", "filtered-late", "length"}
# Worth another try: a moment later the same call may succeed.
PASSING = ("408", "429", "500", "502", "503", "529")
LASTING = ("401", "403", "404", "413", "quota")
# A complaint about the request, which repeats it whole: simpler ways to ask are tried before the next model.
COMPLAINTS = ("400", "422")
# So few that none of them waits for the machine as long as a model may be silent.
AT_ONCE = 12


@dataclass(frozen=True)
class Case:
    fault: str
    has_second: bool
    is_streamed: bool

    @property
    def is_heard(self) -> bool:
        return self.is_streamed and self.fault in BEGINS

    @property
    def writer(self) -> str | None:
        """The model whose letter comes out of it."""
        if self.fault in WRITES:
            return "first"
        return "second" if self.has_second and not self.is_heard else None


@dataclass
class Heard:
    answered: Answered
    headers: dict[str, str]


NAMES = sorted({*FAULTS, *PASSING, *LASTING, *COMPLAINTS})
CASES = [
    Case(name, has_second, is_streamed)
    for name, has_second, is_streamed in product(NAMES, (True, False), (True, False))
    if has_second or name not in WRITES | BEGINS
]


async def test_each_fault_ends_in_a_letter_or_in_nothing(writing: Writing) -> None:
    service, user, heard = writing.service, await writing.service.somebody(), dict[Case, Heard]()
    before = await service.footprint()
    places = anyio.CapacityLimiter(AT_ONCE)
    async with directed_model(writing.model_port, Manner(retry_after="0")) as model, service.client(user) as client:

        async def ask(case: Case) -> None:
            headers = model.told(first=case.fault, second="ok" if case.has_second else case.fault)
            async with places:
                heard[case] = Heard(await asked(client, is_streamed=case.is_streamed, **headers), headers)

        async with anyio.create_task_group() as group:
            for case in CASES:
                group.start_soon(ask, case)
        await model.server.until(lambda: all(seen.ended for seen in model.server.requests))
        assert model.server.live <= len({seen.connection for seen in model.server.requests if seen.ended == "whole"})
        assert {case: what for case, each in heard.items() if (what := _broken_promise(case, each, model))} == {}

    written = sum(case.writer is not None for case in CASES)
    assert await service.balance(user) == {"balance": 1000 - written, "reserved": 0, "available": 1000 - written}
    outcomes = [row["outcome"] for row in await service.usage(user)]
    assert (outcomes.count("succeeded"), outcomes.count("failed"), len(outcomes)) == (
        written,
        len(CASES) - written,
        len(CASES),
    )
    await service.is_in_order(since=before)


def _broken_promise(case: Case, heard: Heard, model: DirectedModel) -> object:
    """What is not as it should be, if anything."""
    answered, tried = heard.answered, [seen.model for seen in model.seen(heard.headers)]
    if case.writer is None and (answered.is_email or answered.problem != (502, "llm-unavailable")):
        return answered.events[-1]
    if case.writer is not None and not (answered.is_email and answered.document["usage"]["model"] == case.writer):
        return answered.events[-1]
    if case.is_heard and tried != ["first"]:
        return tried
    if case.fault in PASSING and tried != ["first"] * 3 + ["second"] * (1 if case.has_second else 3):
        return tried
    if case.fault in LASTING and tried != ["first", "second"]:
        return tried
    return None
