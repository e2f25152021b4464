"""Résumés as files, over HTTP: each kind is read, what is made to hurt is refused in time, and nothing stays behind."""

import anyio
import httpx
import psutil
import pytest

from tests.adapters.resume_reader import hostile
from tests.adapters.resume_reader.files import PLAIN, docx, grace_pdf
from tests.journeys.problems import assert_problem
from tests.journeys.process import Service

pytestmark = pytest.mark.anyio

ANSWER_SECONDS = 10
READERS_MAX = 2
KINDS = {
    "cv.pdf": grace_pdf,
    "cv.docx": docx,
    "cv.txt": PLAIN.encode,
    "cv.md": lambda: PLAIN.replace("Experience", "## Experience").encode("utf-16"),
}
HOSTILE = {
    "deep arrays": hostile.deep_arrays,
    "endless object stream": hostile.endless_object_stream,
    "decompression bomb": hostile.deflated_twice,
    "takes for ever": hostile.slow,
    "zip bomb": hostile.bomb,
    "declared zip bomb": hostile.declared_bomb,
    "10 000 entries": hostile.many_entries,
}


def processes(service: Service) -> dict[str, int]:
    """How many processes the service holds, by the module they run; zombies count."""
    found: dict[str, int] = {}
    for child in psutil.Process(service.process.pid).children(recursive=True):
        try:
            module = child.cmdline()[-1] if child.status() != psutil.STATUS_ZOMBIE else "zombie"
        except (psutil.NoSuchProcess, IndexError):
            continue
        found[module] = found.get(module, 0) + 1
    return found


async def test_a_file_of_each_kind_becomes_a_resume_that_can_be_cited(standing: Service) -> None:
    async with standing.client(await standing.somebody()) as client:
        stored: list[str] = []
        for name, made in KINDS.items():
            answer = await client.post("/api/resumes", files={"file": (name, made())})
            assert answer.status_code == 201, answer.text
            assert answer.json()["work"][0]["highlights"][0] == "Moved billing to PostgreSQL"
            stored.append(answer.json()["id"])
        asked = {
            "recruiter": {"name": "Ada Park", "company": "Acme"},
            "job_text": "Backend Engineer\n\nRequirements\n- PostgreSQL",
            "resume_id": stored[0],
        }
        written = (await client.post("/api/emails/generate", json=asked)).json()
        cited = {each["reference"] for each in written["evidence"] if each["source"] == "resume"}
        assert "work/0/highlights/0" in cited
        whole = await client.get(f"/api/resumes/{stored[0]}/json-resume")
        assert whole.json()["basics"]["name"] == "Grace Example"


async def test_files_made_to_hurt_are_refused_in_time_and_leave_nothing(standing: Service) -> None:
    async with standing.client(await standing.somebody()) as client:
        assert (await client.post("/api/resumes", files={"file": ("cv.pdf", grace_pdf())})).status_code == 201
        before = processes(standing)

        async def refused(content: bytes) -> None:
            async with standing.client(await standing.somebody()) as somebody:
                with anyio.fail_after(ANSWER_SECONDS):
                    answer = await somebody.post("/api/resumes", files={"file": content})
                assert_problem(answer, 422, "unreadable-resume")

        async with anyio.create_task_group() as group:
            for made in HOSTILE.values():
                group.start_soon(refused, made())
        assert (await client.post("/api/resumes", files={"file": ("cv.docx", docx())})).status_code == 201
        after = processes(standing)
    readers = "service.adapters.resume_reader.reader_process"
    assert after.pop(readers) <= READERS_MAX
    before.pop(readers)
    assert after == before
    await standing.is_in_order()


async def test_who_leaves_during_a_slow_one_takes_its_reader_along(standing: Service) -> None:
    async with standing.client(await standing.somebody()) as client:
        with anyio.move_on_after(1), pytest.raises(httpx.HTTPError):
            await client.post("/api/resumes", files={"file": hostile.slow()})
    with anyio.fail_after(30):
        while _busy(standing):
            await anyio.sleep(0.05)


def _busy(service: Service) -> bool:
    """Whether a reader has used processor time within a tenth of a second."""
    readers = [
        child
        for child in psutil.Process(service.process.pid).children()
        if child.status() == psutil.STATUS_RUNNING
        and child.cmdline()[-1:] == ["service.adapters.resume_reader.reader_process"]
    ]
    return bool(readers)
