"""Answers of real endpoints, as bytes, from the wire to the letter."""

import pytest

from service.adapters.language_model import ModelCall
from service.emails.by_model.writer import ModelWriter
from service.emails.gate import judge
from service.emails.model import Recruiter
from service.kernel.clock import SystemClock
from service.kernel.identifiers import Identifiers
from tests.adapters.language_models import adapter
from tests.emails.briefs import brief, posting
from tests.fakes.model_server import model_server
from tests.samples import SAMPLES, needs_samples

pytestmark = pytest.mark.anyio

RECORDED = {path.stem: path for path in sorted((SAMPLES / "model_answers").glob("*.http"))}
# Answered by an error first; the last one looks at a key that the adapter's own tests send.
REFUSED, ASKS_FOR_A_KEY = ("065", "067", "068", "070"), "123"
WORK = {
    "name": "Tidemark Ferries",
    "position": "Senior Backend Engineer",
    "startDate": "2021-01",
    "highlights": ["Cut the p99 latency of the booking API from 900 ms to 140 ms."],
}
TO = brief(
    posting(
        title="Backend Engineer",
        company="Northwind Cartography",
        requirements=("Python", "PostgreSQL"),
        technologies=("Python", "PostgreSQL"),
        responsibilities=(),
        text="Backend Engineer at Northwind Cartography\n\nRequirements\n- Python\n- PostgreSQL\n",
    ),
    {"basics": {"name": "Robin Vale"}, "work": [WORK], "skills": [{"name": "Python"}, {"name": "PostgreSQL"}]},
    recruiter=Recruiter("Ada Park", company="Northwind Cartography"),
)


@needs_samples
@pytest.mark.parametrize("name", [name for name in RECORDED if not name.startswith(ASKS_FOR_A_KEY)])
async def test_it_is_a_letter_and_no_thought_is_heard(name: str) -> None:
    heard, calls = list[str](), list[ModelCall]()
    async with model_server() as server, adapter(server.base_url) as model:
        server.recorded[name] = RECORDED[name].read_bytes()
        server.script(name)
        write = ModelWriter(model, identifiers=Identifiers(SystemClock()))
        draft = await write(TO, on_sentence=heard.append, on_call=calls.append)
    assert judge(draft, TO).is_fit
    assert draft.claims
    assert "DRAFT" not in "".join(heard) + draft.body
    if not name.startswith(REFUSED):
        assert [call.outcome for call in calls] == ["finished"]
        assert "from 900 ms to 140 ms" in draft.body
