"""Answers of real endpoints, byte for byte: each becomes a letter, and nobody hears a word of a thought."""

import json

import anyio
import pytest

from tests.journeys.conftest import Writing
from tests.journeys.directed_model import asked, directed_model
from tests.samples import SAMPLES, needs_samples

pytestmark = [pytest.mark.anyio, needs_samples]

FOLDER = SAMPLES / "model_answers"
# Refusals of a request with a schema, or without a header; the adapter's own tests look at them.
REFUSALS = ("065", "067", "068", "070", "123")
OPENING = "Dear Ada,"
AT_ONCE = 6


async def test_each_becomes_a_letter_from_one_call(writing: Writing) -> None:
    request = json.loads(
        (FOLDER / "README.md").read_text(encoding="utf-8").partition("Request: ")[2].partition("\n")[2]
    )
    answers = {path.stem: path for path in sorted(FOLDER.glob("*.http")) if not path.stem.startswith(REFUSALS)}
    service, user, lost = writing.service, await writing.service.somebody(), dict[str, object]()
    places = anyio.CapacityLimiter(AT_ONCE)
    async with directed_model(writing.model_port) as model, service.client(user) as client:

        async def write(name: str, *, is_streamed: bool) -> None:
            headers = model.told(first=name)
            async with places:
                answered = await asked(client, is_streamed=is_streamed, body=request, **headers)
            heard = "".join(delta["text"] for delta in answered.named("delta"))
            calls = [seen.model for seen in model.seen(headers)]
            is_whole = answered.is_email and answered.document["body"].startswith(OPENING)
            if not is_whole or calls != ["first"] or not heard.startswith(OPENING[: len(heard)]):
                lost[f"{name} {is_streamed=}"] = (calls, heard, answered.document)

        async with anyio.create_task_group() as group:
            for name, path in answers.items():
                model.server.recorded[name] = path.read_bytes()
                for is_streamed in (True, False):
                    group.start_soon(lambda name=name, is_streamed=is_streamed: write(name, is_streamed=is_streamed))
    assert lost == {}
