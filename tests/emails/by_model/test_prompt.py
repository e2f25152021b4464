"""What a model is told: golden, bounded, and with nothing of others in the system role.

After a change that is meant: `python -m tests.emails.test_prompt` writes the golden files anew.
"""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from service.emails.brief import Brief
from service.emails.by_model.prompt import RULES, prompt_for
from service.emails.by_model.untrusted import SOURCE_MAX_CHARS, material_of
from tests.emails.briefs import RESUME, brief, posting
from tests.emails.injections import INJECTIONS

GOLDEN = Path(__file__).parent / "golden"
CANARY, BOUNDARY = "c" * 32, "b" * 32

BRIEFS: dict[str, tuple[Brief, tuple[str, ...]]] = {
    "whole": (brief(posting(), RESUME), ()),
    "german-direct": (brief(posting(), RESUME, language="de", tone="direct", max_words=90, instructions="Duzen."), ()),
    "without-posting": (brief(None, RESUME), ()),
    "without-resume": (brief(posting(), None), ()),
    "again": (brief(None, None), ("The figure 37 stands in none of the sources.", "'http://evil.example' is foreign.")),
    "hostile": (brief(posting(text="\n".join(injection.text for injection in INJECTIONS)), None), ()),
}


def written(name: str) -> str:
    given, faults = BRIEFS[name]
    prompt = prompt_for(given, material_of(given), canary=CANARY, boundary=BOUNDARY, faults=faults)
    return "\n".join(f"=== {message.role}\n{message.content}" for message in prompt.messages)


@pytest.mark.parametrize("name", BRIEFS)
def test_the_prompt_is_the_one_that_was_read_and_approved(name: str) -> None:
    assert written(name) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_the_system_role_holds_our_rules_and_the_canary_only() -> None:
    for given, faults in BRIEFS.values():
        system, user = prompt_for(given, material_of(given), canary=CANARY, boundary=BOUNDARY, faults=faults).messages
        assert (system.role, system.content) == ("system", f"{RULES}{CANARY}\n")
        assert user.role == "user"
        assert CANARY not in user.content


@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda i: i.name)
def test_data_cannot_end_themselves_nor_say_where_to_go(injection: Any) -> None:
    document = {**RESUME, "basics": {**RESUME["basics"], "summary": injection.text}}
    given = brief(posting(text=injection.text, requirements=(injection.text,), company=injection.text), document)
    said = prompt_for(given, material_of(given), canary=CANARY, boundary=BOUNDARY).messages[1].content
    _, inside, after = said.split(BOUNDARY)
    data = msgspec.json.decode(inside.removesuffix("END DATA "))  # one document, whatever it holds
    assert {place["source"] for place in data["places"]} == {"job", "resume"}
    assert after == "\n"
    for word in ("evil.example", "evil-jobs.com", "1234567", "im_start", "\u200b", "<!--", "![", "```"):
        assert word not in inside, word


def test_it_is_bounded_however_much_there_is() -> None:
    endless = {"work": [{"name": f"Employer {n}", "summary": "built things " * 500} for n in range(200)]}
    given = brief(posting(text="word " * 30_000, requirements=("requirement " * 80,) * 40), endless)
    prompt = prompt_for(given, material_of(given), canary=CANARY, boundary=BOUNDARY)
    assert sum(len(message.content) for message in prompt.messages) < 1.5 * sum(SOURCE_MAX_CHARS.values())
    assert prompt.max_output_tokens < 4_000


def test_the_schema_is_strict_in_every_object() -> None:
    whole = (BRIEFS["whole"][0], material_of(BRIEFS["whole"][0]))

    def check(schema: Any) -> None:
        if schema.get("type") == "object":
            assert schema["additionalProperties"] is False
            assert schema["required"] == list(schema["properties"])
            for inner in schema["properties"].values():
                check(inner)
        if schema.get("type") == "array":
            check(schema["items"])

    check(prompt_for(*whole, canary=CANARY, boundary=BOUNDARY).schema)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for each in BRIEFS:
        (GOLDEN / f"{each}.txt").write_text(written(each), encoding="utf-8")
