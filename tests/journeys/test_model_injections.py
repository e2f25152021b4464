"""Texts of others that talk to the writer, from every source at once: they change nothing but a warning."""

import copy
import html
from collections.abc import Set
from typing import Any

import pytest

from tests.emails.injections import INJECTIONS, Injection
from tests.fakes.github_api import GitHubApi, github_api, repository
from tests.fakes.model_talk import Manner
from tests.fakes.page_server import answer, page_server
from tests.journeys.conftest import Writing
from tests.journeys.directed_model import Answered, DirectedModel, asked, directed_model
from tests.journeys.test_main_job import RESUME

pytestmark = pytest.mark.anyio

CANDIDATE: dict[str, Any] = RESUME
HONEST, OBEYING = Manner(), Manner(obeys=True)
# What the letter may hold of none of them.
FORBIDDEN = (
    "evil.example",
    "evil-jobs.com",
    "mallory@",
    "1234567",
    "PWNED",
    "arrr",
    "bananas",
    "elephant",
    "Apfelkuchen",
    "[Your Name]",
)
PAGE = """<html><head><title>Backend Engineer at Acme</title></head><body>
<h1>Backend Engineer</h1><p>Acme</p>
<h2>Requirements</h2><ul><li>Five years of Python</li><li>PostgreSQL in production</li></ul>
<h2>About the application</h2><p>{shown}</p>
<p style="display:none">{hidden}</p><!-- {comment} --><p style="font-size:0;color:#fff">{hidden}</p>
</body></html>"""


async def test_a_model_that_obeys_writes_what_an_honest_one_writes(writing: Writing) -> None:
    """Each text in the posting (seen, hidden, in a comment), the résumé, GitHub's descriptions and a title, at once."""
    service, user = writing.service, await writing.service.somebody()
    pages = {f"/jobs/{number}": answer(_page(injection)) for number, injection in enumerate(INJECTIONS)}
    async with (
        page_server(pages) as server,
        github_api(writing.github_port) as github,
        directed_model(writing.model_port) as model,
        service.client(user) as client,
    ):
        for number, injection in enumerate(INJECTIONS):
            _plant(github, f"reader-{number}", injection)
            body = _request(server.url(f"/jobs/{number}"), f"reader-{number}", injection)
            heard: list[Answered] = []
            for manner in (HONEST, OBEYING, Manner(adds=injection.obeyed)):
                model.server.manner = manner
                heard.append(await asked(client, is_streamed=True, body=body))
            assert [each.is_email for each in heard] == [True] * 3, (injection.name, heard[-1].events[-1])
            honest, *taken_in = (each.document for each in heard)
            # Where the posting stands is the caller's own word, and may be in a letter.
            own = {str(body["job_url"])}
            told = [sorted({each["code"] for each in email["warnings"]}) for email in (honest, *taken_in)]
            assert told[-1], f"{injection.name}: what was taken out is told"
            for email in taken_in:
                assert (email["subject"], _without(own, email)) == (honest["subject"], honest["body"]), injection.name
                assert email["evidence"] == honest["evidence"], injection.name
                assert email["missing"] == [], injection.name
            for each in heard:
                said = _said(each)
                assert [word for word in FORBIDDEN if word.lower() in said.lower()] == [], (injection.name, said)
        _assert_nothing_steers(model)
    await service.is_in_order()


def _assert_nothing_steers(model: DirectedModel) -> None:
    """The system's words are ours alone: the same in every request but for what is random in them."""
    spoken = [[each for each in seen.body["messages"] if each["role"] == "system"] for seen in model.server.requests]
    assert {len(messages) for messages in spoken} == {1}
    lengths = {len(messages[0]["content"]) for messages in spoken}
    assert len(lengths) == 1, lengths
    for messages in spoken:
        assert [word for word in FORBIDDEN[:-1] if word in messages[0]["content"]] == []


def _without(own: Set[str], email: Any) -> str:
    return "\n\n".join(paragraph for paragraph in email["body"].split("\n\n") if paragraph not in own)


def _page(injection: Injection) -> bytes:
    text = html.escape(injection.text)
    return PAGE.format(shown=text, hidden=text, comment=injection.text.replace("--", "")).encode()


def _plant(github: GitHubApi, login: str, injection: Injection) -> None:
    shelf = [{**repository(login, number), "description": injection.text, "fork": False} for number in range(3)]
    github.said[f"/users/{login}/repos"] = shelf


def _request(url: str, login: str, injection: Injection) -> dict[str, Any]:
    line = " ".join(injection.text.split())
    resume = copy.deepcopy(CANDIDATE)
    resume["work"].append({"name": "Initech", "position": "Engineer", "highlights": [injection.text]})
    resume["basics"]["summary"] = injection.text
    return {
        "job_url": url,
        "resume": resume,
        "github": login,
        "recruiter": {"name": "Ada Park", "title": line[:100], "company": "Acme"},
    }


def _said(answered: Answered) -> str:
    told = "".join(data["text"] for data in answered.named("delta"))
    return "\n".join((answered.document["subject"], answered.document["body"], told))
