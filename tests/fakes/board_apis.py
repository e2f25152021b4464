"""The public APIs of job boards, answering at their own paths: the postings of `tests/data/boards`, and the real boards
among the samples where they are there. Run as a program it serves on until it is stopped."""

import argparse
import gzip
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import ByteStream

from tests.samples import SAMPLES

DATA = Path(__file__).resolve().parents[1] / "data" / "boards"
REAL = SAMPLES / "boards"

# Path to answer. A search is answered by what it searches for, at the same path.
Answers = Mapping[str, bytes]

GREENHOUSE = "/v1/boards/echolantern/jobs/5550123"
LEVER = "/v0/postings/nightloaf/0c9b6a4e-33c5-4a0f-8d2f-5a6e0f3d9b21"
ASHBY = "/posting-api/job-board/tidal%20maps"
SMARTRECRUITERS = "/v1/companies/HarbourlightSystems/postings/744000098765432"
RECRUITEE = "/api/offers/data-analyst-mobility"
WORKDAY = "/wday/cxs/stillwatergrid/Careers/job/Duluth-Minnesota/Reliability-Engineer--Grid-Operations_R-20417"

# Where a reader finds the postings of `tests/data/boards`.
URLS = {
    "greenhouse": "https://www.echolantern.example/careers?gh_jid=5550123",
    "lever": "https://jobs.eu.lever.co/nightloaf/0c9b6a4e-33c5-4a0f-8d2f-5a6e0f3d9b21",
    "ashby": "https://jobs.ashbyhq.com/tidal%20maps/7d0a1c34-9b7e-4b58-9f8e-2f4f6f0f9a10",
    "smartrecruiters": "https://jobs.smartrecruiters.com/HarbourlightSystems/744000098765432-platform-engineer-m-f-d-",
    "recruitee": "https://fietspont.recruitee.com/o/data-analyst-mobility",
    "workday": "https://stillwatergrid.wd5.myworkdayjobs.com/en-US/Careers/job/Duluth-Minnesota/Reliability-Engineer--Grid-Operations_R-20417",
}

REAL_BOARDS = {
    "/v1/boards/amplitude/jobs": "careerkit_greenhouse.json",
    "/v0/postings/idealistconsulting": "careerkit_lever.json",
    "/posting-api/job-board/HighlightTA": "careerkit_ashby.json",
    "/wday/cxs/salesforce/External_Career_Site/jobs": "careerkit_workday.json",
}


@dataclass
class BoardApis:
    """What was asked of it: method and target, in order."""

    port: int
    answers: Answers
    asked: list[str] = field(default_factory=list[str])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a service whose boards are all here."""
        boards = ("GREENHOUSE", "LEVER", "ASHBY", "SMARTRECRUITERS", "RECRUITEE", "WORKDAY")
        return {f"{board}_API_URL": self.url for board in boards}


def our_answers() -> Answers:
    names = {
        GREENHOUSE: "greenhouse",
        LEVER: "lever",
        ASHBY: "ashby",
        SMARTRECRUITERS: "smartrecruiters",
        RECRUITEE: "recruitee",
        WORKDAY: "workday",
    }
    return {path: (DATA / f"{name}.json").read_bytes() for path, name in names.items()}


def real_answers(*, alone: bool) -> Answers:
    """The real boards, as they were answered in one; `alone`: their postings too, each at its own path."""
    answers = {path: (REAL / name).read_bytes() for path, name in REAL_BOARDS.items()}
    if alone:
        for path in ("/v1/boards/amplitude/jobs", "/v0/postings/idealistconsulting"):
            for posting in postings_of(answers[path]):
                answers[f"{path}/{posting['id']}"] = json.dumps(posting).encode()
    return answers


def postings_of(answer: bytes) -> list[dict[str, Any]]:
    whole: Any = json.loads(answer)
    return whole if answer.lstrip().startswith(b"[") else whole.get("jobs") or whole.get("jobPostings")


def real_urls() -> list[str]:
    """Of every posting in the real boards."""
    urls: list[str] = []
    for path, name in REAL_BOARDS.items():
        for posting in postings_of((REAL / name).read_bytes()):
            url = posting.get("absolute_url") or posting.get("hostedUrl") or posting.get("jobUrl")
            tenant, site = path.split("/")[3:5] if "wday" in path else ("", "")
            urls.append(url or f"https://{tenant}.wd12.myworkdayjobs.com/en-US/{site}{posting['externalPath']}")
    return urls


@asynccontextmanager
async def board_apis(answers: Answers, port: int = 0) -> AsyncGenerator[BoardApis]:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port)
    server = BoardApis(listener.extra(anyio.abc.SocketAttribute.local_port), answers)

    async def serve(stream: ByteStream) -> None:
        try:
            async with stream:
                await _answer(server, stream)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream):
            pass

    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield server
        group.cancel_scope.cancel()


async def _answer(server: BoardApis, stream: ByteStream) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        received += await stream.receive()
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    lengths = [line.partition(":")[2] for line in lines if line.lower().startswith("content-length:")]
    while len(body) < int(lengths[0] if lengths else 0):
        body += await stream.receive()
    server.asked.append(f"{method} {target}")
    path = target.partition("?")[0]
    found = server.answers.get(path)
    if found is None or ((method == "POST") != path.endswith("/jobs") and "wday" in path):
        await stream.send(_head(404, 2) + b"{}")
        return
    content = gzip.compress(_searched(found, body) if method == "POST" else found, 1)
    await stream.send(_head(200, len(content), "Content-Encoding: gzip\r\n") + content)


def _searched(listed: bytes, search: bytes) -> bytes:
    """Of a list, the postings whose path holds what is searched for."""
    wanted = json.loads(search)["searchText"]
    found = [posting for posting in json.loads(listed)["jobPostings"] if wanted in posting["externalPath"]]
    return json.dumps({"total": len(found), "jobPostings": found, "facets": []}).encode()


def _head(status: int, length: int, more: str = "") -> bytes:
    fields = f"Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n{more}"
    return f"HTTP/1.1 {status} Said\r\n{fields}\r\n".encode()


async def _main(port: int) -> None:
    answers = {**our_answers(), **(real_answers(alone=True) if REAL.is_dir() else {})}
    async with board_apis(answers, port) as server:
        print(*(f"{name}={url}" for name, url in server.variables.items()), sep="\n", flush=True)
        await anyio.sleep_forever()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=0)
    anyio.run(_main, arguments.parse_args().port)
