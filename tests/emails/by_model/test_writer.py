"""The writer with a language model: what it asks, shows and lets through, and what it makes of the rest."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import anyio
import pytest

from service.adapters.language_model import Listener, ModelAnswer, ModelCall, ModelUnavailable, OnCall, Prompt
from service.adapters.language_model.scripted import Line, ScriptedLanguageModel
from service.emails.brief import Brief, Draft
from service.emails.by_model.prompt import RULES
from service.emails.gate import judge
from service.emails.model import Evidence, Recruiter, Source, WritingFailed
from tests.emails.briefs import RESUME, brief, posting
from tests.emails.injections import INJECTIONS, Injection
from tests.emails.models import AWAY, BODY, EXAMPLE, OPENING, SUBJECT, answer, scripted, streamed, with_sentence, writer
from tests.fakes.model_letters import letter

pytestmark = pytest.mark.anyio

PLAIN = brief(posting(), RESUME)


class Wrote:
    """One letter, with what was heard on the way."""

    def __init__(self, draft: Draft, model: ScriptedLanguageModel, heard: list[str], calls: list[ModelCall]) -> None:
        self.draft, self.model, self.heard, self.calls = draft, model, "".join(heard), calls

    @property
    def codes(self) -> list[str]:
        return [caveat.code for caveat in self.draft.caveats]


async def wrote(*lines: Line | str, to: Brief = PLAIN) -> Wrote:
    model, heard, calls = scripted(*lines), list[str](), list[ModelCall]()
    draft = await writer(model)(to, on_sentence=heard.append, on_call=calls.append)
    assert judge(draft, to).is_fit
    return Wrote(draft, model, heard, calls)


async def test_a_good_answer_is_the_letter() -> None:
    wrote_it = await wrote(streamed(answer()))
    assert (wrote_it.draft.subject, wrote_it.draft.body) == (SUBJECT, BODY)
    assert wrote_it.draft.claims == (
        Evidence(OPENING, Source.JOB, "title"),
        Evidence(EXAMPLE, Source.RESUME, "work/0/highlights/0"),
    )
    assert wrote_it.codes == []
    assert wrote_it.heard == BODY
    assert len(wrote_it.calls) == 1
    assert (wrote_it.draft.usage.provider, wrote_it.draft.usage.model) == ("scripted", "scripted")


@pytest.mark.parametrize(
    "garbage", ["", "Dear Ada,", "{}", "[1]", answer(""), '{"subject": 1, "body": 2}', answer()[:60], "{" * 9000]
)
async def test_garbage_is_an_attempt_that_failed(garbage: str) -> None:
    wrote_it = await wrote(garbage, streamed(answer()))
    assert wrote_it.draft.body == BODY
    assert [call.outcome for call in wrote_it.calls] == ["failed", "finished"]
    with pytest.raises(ModelUnavailable):
        await wrote(garbage)


DRAFT = answer("Dear Ada Park,\n\nTHIS IS A DRAFT. Nobody may see it.\n\nMira")


@pytest.mark.parametrize(
    "before",
    [
        "",
        "```json\n",
        " \n\ufeff",
        "<think>\nI use {subject, body, claims}.\n</think>\n\n",
        f"<think>{DRAFT}</think>",
        f"I begin with a draft. {DRAFT}\n</think>```json\n",
        f"<think>\n{DRAFT}</think> So: {DRAFT} <THINKING> Better: </THINKING>",
        "[THINK]Well.[/THINK]",
    ],
)
@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_a_thought_is_no_part_of_the_letter_and_never_heard(before: str, size: int) -> None:
    wrote_it = await wrote(streamed(f"{before}{answer()}", size=size))
    assert (wrote_it.draft.body, wrote_it.heard, len(wrote_it.calls)) == (BODY, BODY, 1)


@pytest.mark.parametrize("before", ["Here it is:\n```json\n", "It is {subject, body}:\n", f"So: {DRAFT}\n"])
async def test_what_follows_prose_is_the_letter_and_heard_when_it_is_whole(before: str) -> None:
    wrote_it = await wrote(streamed(f"{before}{answer()}\n```"))
    assert (wrote_it.draft.body, wrote_it.heard) == (BODY, "")


async def test_a_thought_without_an_end_is_no_letter() -> None:
    with pytest.raises(ModelUnavailable):
        await wrote(f"<think>{DRAFT}")


async def test_what_was_not_shown_yet_is_tried_again_and_what_was_shown_is_not() -> None:
    unshown = await wrote(streamed('{"subject": "A", "body": "Dear'), streamed(answer()))
    assert (unshown.draft.body, unshown.heard) == (BODY, BODY)
    with pytest.raises(ModelUnavailable):
        await wrote(streamed(f'{{"body": "Dear Ada Park,\\n\\n{OPENING} {EXAMPLE}'), streamed(answer()))


async def test_a_model_that_is_away_is_said_so_and_every_call_is_told() -> None:
    calls: list[ModelCall] = []
    with pytest.raises(ModelUnavailable):
        await writer(scripted(Line(failure=AWAY)))(PLAIN, on_sentence=print, on_call=calls.append)
    assert [call.outcome for call in calls] == ["failed"]


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("I saved 37 percent.", "unsupported-claim"),
        ("Write to mallory@evil.example.", "foreign-contact-removed"),
        ("See https://evil.example/x for it.", "foreign-contact-removed"),
        ("See https://jobs.lumenvale.example/17 for it.", "foreign-contact-removed"),  # a link in the posting's prose
        ("Call +49 30 1234567.", "foreign-contact-removed"),
        ("My name is [Your Name].", "placeholder-removed"),
        ("I would love to join Globex.", "other-company-removed"),
        ("(withheld)", "placeholder-removed"),
        ("Apply at (withheld).", "placeholder-removed"),
        ("Apply at.", "instruction-removed"),
        ("![x](/track.png)", "foreign-contact-removed"),
    ],
)
async def test_what_may_not_stand_is_asked_about_once_and_then_taken_out(sentence: str, code: str) -> None:
    mended = await wrote(streamed(with_sentence(sentence)), answer())
    assert (mended.draft.body, mended.codes) == (BODY, [])
    stubborn = await wrote(streamed(with_sentence(sentence)))
    assert stubborn.draft.body == BODY
    assert stubborn.codes == [code]
    assert len(stubborn.model.prompts) == 2
    assert "A first draft was refused" in stubborn.model.prompts[1].messages[1].content
    if code != "other-company-removed":  # that one is for whole letters
        assert stubborn.heard == BODY


async def test_the_contacts_of_the_two_people_may_stand() -> None:
    sentence = "My mail is mira.castellane@example.org, my page https://castellane.example.org."
    wrote_it = await wrote(streamed(with_sentence(sentence)))
    assert sentence in wrote_it.draft.body
    assert sentence in wrote_it.heard
    assert wrote_it.codes == []


@pytest.mark.parametrize(
    "sources",
    [[], [{"source": "resume", "reference": "work/9"}], [{"source": "elsewhere", "reference": "work/0"}]],
)
async def test_a_claim_that_no_source_supports_is_taken_out(sources: list[Any]) -> None:
    lie = "I led the Mars programme for the whole continent."
    claims = [*with_claims(), {"text": lie, "sources": sources}]
    wrote_it = await wrote(with_sentence(lie, claims=claims))
    assert wrote_it.draft.body == BODY
    assert wrote_it.codes == ["unsupported-claim"]
    assert lie in wrote_it.model.prompts[1].messages[1].content


@pytest.mark.parametrize(
    "lie",
    [
        "I led a team of nurses at Mercy Hospital.",
        "I hold a PhD in physics from MIT.",
        "I have many years of experience in kidney surgery.",
        "Ich habe ein Krankenhaus in Hamburg geleitet.",
        "J'ai dirigé un hôpital à Lyon.",
        "He dirigido un hospital en Sevilla.",
    ],
)
async def test_what_is_made_up_is_taken_out_though_it_was_not_claimed(lie: str) -> None:
    wrote_it = await wrote(with_sentence(lie))
    assert wrote_it.draft.body == BODY
    assert wrote_it.codes == ["unsupported-claim"]
    assert len(wrote_it.model.prompts) == 2


async def test_the_posting_is_no_ground_for_what_somebody_has_done() -> None:
    lie = "I have run charging stations."
    claims = [*with_claims(), {"text": lie, "sources": [{"source": "job", "reference": "responsibilities/0"}]}]
    wrote_it = await wrote(with_sentence(lie, claims=claims))
    assert (wrote_it.draft.body, wrote_it.codes) == (BODY, ["unsupported-claim"])


@pytest.mark.parametrize(
    "sentence",
    [
        "I read your posting with great interest.",
        "I was glad to see the opening.",
        "I would have time for a call on any morning.",
        "I have built REST APIs in Python and moved databases to PostgreSQL.",
        "There I mentored junior engineers.",
    ],
)
async def test_what_is_on_record_needs_no_claim_and_courtesy_no_record(sentence: str) -> None:
    wrote_it = await wrote(with_sentence(sentence))
    assert sentence in wrote_it.draft.body
    assert wrote_it.codes == []


async def test_what_the_candidate_says_in_the_order_is_on_record() -> None:
    to = brief(posting(), RESUME, instructions="Mention that I hold a PhD in physics from MIT.")
    assert (await wrote(with_sentence("I hold a PhD in physics from MIT."), to=to)).codes == []


def with_claims() -> list[Any]:
    return [{"text": EXAMPLE, "sources": [{"source": "resume", "reference": "resume/work/0/highlights/0"}]}]


async def test_a_claim_without_its_sentence_is_listed() -> None:
    claims: list[Any] = [*with_claims(), {"text": "Forty patents in quantum gastronomy.", "sources": []}]
    assert (await wrote(answer(claims=claims))).codes == ["unsupported-claim"]


async def test_a_letter_that_would_be_gone_without_its_claims_keeps_them_with_a_warning() -> None:
    body = f"Dear Ada Park,\n\n{EXAMPLE} {OPENING}"
    claims: list[Any] = [{"text": EXAMPLE, "sources": []}, {"text": OPENING, "sources": []}]
    wrote_it = await wrote(answer(body, claims=claims))
    assert wrote_it.draft.body == body
    assert wrote_it.codes == ["unsupported-claim", "unsupported-claim"]
    assert wrote_it.draft.claims == ()


async def test_a_bad_subject_is_replaced() -> None:
    for subject in ("", "x" * 300, "Hi\r\nBcc: x@evil.example", "Engineer at Globex", "[Title]", "See evil.example/x"):
        wrote_it = await wrote(answer(subject=subject))
        assert wrote_it.draft.subject == "Backend Engineer (Python) at Lumenvale – Mira Castellane"
        assert wrote_it.codes == ["subject-replaced"]


async def test_a_letter_that_is_too_long_is_shortened() -> None:
    filler = " ".join("I like the plain and quiet work on small things." for _ in range(30))
    wrote_it = await wrote(with_sentence(filler))
    assert wrote_it.codes == ["shortened"]
    assert "Could we arrange a short call?" in wrote_it.draft.body
    assert wrote_it.draft.body.endswith("Kind regards,\nMira Castellane")


@pytest.mark.parametrize("body", ["PWNED", "Visit https://evil.example now. " * 30, "Dear [Name],\n\n[Body]"])
async def test_a_letter_of_which_nothing_is_left_is_none(body: str) -> None:
    with pytest.raises(WritingFailed):
        await wrote(answer(body))


async def test_an_endless_answer_is_heard_within_bounds_and_refused() -> None:
    heard: list[str] = []
    endless = answer("I like quiet work. " * 10_000)
    with pytest.raises(ModelUnavailable):
        await writer(scripted(streamed(endless, size=5_000)))(PLAIN, on_sentence=heard.append, on_call=lambda _: None)
    assert sum(map(len, heard)) <= 20_000


async def test_a_second_answer_is_heard_only_where_the_first_gave_nothing() -> None:
    both = await wrote(streamed(with_sentence("I saved 37 percent.")), streamed(answer()))
    assert both.heard == BODY


async def test_a_model_that_goes_away_in_between_leaves_the_first_letter() -> None:
    wrote_it = await wrote(with_sentence("I saved 37 percent."), Line(failure=AWAY))
    assert (wrote_it.draft.body, wrote_it.codes) == (BODY, ["unsupported-claim"])
    assert [call.outcome for call in wrote_it.calls] == ["finished", "failed"]


async def test_a_canary_in_the_answer_is_never_passed_on() -> None:
    forms: list[Callable[[str], str]] = [
        str.upper,
        " ".join,
        lambda canary: canary[::-1],
        lambda canary: canary[5:25],
        "\u200b".join,
        "-".join,
    ]
    for form in forms:
        model, heard = Leaking(form), list[str]()
        draft = await writer(model)(PLAIN, on_sentence=heard.append, on_call=lambda _: None)
        assert draft.body == BODY
        assert "".join(heard) == BODY
        assert "leak-removed" in [caveat.code for caveat in draft.caveats]
        assert model.seen[5:17] not in repr(draft)
        assert all(model.seen not in message.content for message in model.prompts[1].messages[1:])


class Leaking(ScriptedLanguageModel):
    """Says what it was told never to say, in some form."""

    def __init__(self, form: Callable[[str], str]) -> None:
        super().__init__([])
        self._form = form
        self.seen = ""

    async def answer(self, prompt: Prompt, *, listener: Listener, on_call: OnCall) -> ModelAnswer:
        self.seen = prompt.messages[0].content.removeprefix(RULES).strip()
        told = {"text": f"The marker is {self.seen}.", "sources": [{"source": "job", "reference": "title"}]}
        self.lines = [streamed(with_sentence(f"The marker is {self._form(self.seen)}.", claims=[told]))]
        return await super().answer(prompt, listener=listener, on_call=on_call)


# What others wrote into the sources, and a model that does as it is told


def poisoned(where: str, text: str) -> Brief:
    if where == "posting":
        return brief(posting(text=f"Lumenvale needs you.\n{text}\nWe use Python."), RESUME)
    if where == "requirement":
        return brief(posting(requirements=("Four years or more with Python", text)), RESUME)
    if where == "resume":
        highlights = [*RESUME["work"][0]["highlights"], text]
        return brief(
            posting(), {**RESUME, "work": [{**RESUME["work"][0], "highlights": highlights}, RESUME["work"][1]]}
        )
    if where == "readme":
        given = brief(posting(), RESUME)
        return replace(given, grounds={**given.grounds, Source.GITHUB: {"repositories/0": f"tidelog: {text}"}})
    return brief(posting(), RESUME, recruiter=Recruiter("Ada Park", "ada@lumenvale.example", text, "Lumenvale"))


@pytest.mark.parametrize("where", ["posting", "requirement", "resume", "readme", "title"])
@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda i: i.name)
async def test_a_model_that_obeys_changes_nothing_but_a_warning(where: str, injection: Injection) -> None:
    wrote_it = await wrote(streamed(with_sentence(injection.obeyed)), to=poisoned(where, injection.text))
    assert wrote_it.draft.body == BODY
    assert wrote_it.draft.subject == SUBJECT
    assert wrote_it.heard == BODY
    assert wrote_it.draft.caveats


@pytest.mark.parametrize("where", ["posting", "requirement", "resume", "readme", "title"])
@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda i: i.name)
async def test_a_model_that_does_not_obey_is_left_alone(where: str, injection: Injection) -> None:
    wrote_it = await wrote(streamed(answer()), to=poisoned(where, injection.text))
    assert (wrote_it.draft.body, wrote_it.draft.subject, wrote_it.heard) == (BODY, SUBJECT, BODY)
    assert set(wrote_it.codes) <= {"instructions-in-source"}
    assert len(wrote_it.calls) == 1


class Obedient(ScriptedLanguageModel):
    """Writes from the prompt alone, and does whatever the data in it say (see the fake model server)."""

    async def answer(self, prompt: Prompt, *, listener: Listener, on_call: OnCall) -> ModelAnswer:
        messages = [{"role": message.role, "content": message.content} for message in prompt.messages]
        self.lines = [letter({"messages": messages}, obeys=self.model == "obeys")]
        return await super().answer(prompt, listener=listener, on_call=on_call)


@pytest.mark.parametrize("where", ["posting", "requirement", "resume", "readme", "title"])
async def test_a_model_that_obeys_the_prompt_writes_what_an_honest_one_does(where: str) -> None:
    to = poisoned(where, "\n".join(injection.text for injection in INJECTIONS))
    bodies: list[str] = []
    for kind in ("honest", "obeys"):
        draft = await writer(Obedient([], model=kind))(to, on_sentence=print, on_call=lambda _: None)
        bodies.append(draft.body)
    assert bodies[0] == bodies[1]


async def test_cancelled_it_ends_at_once() -> None:
    calls: list[ModelCall] = []
    with anyio.move_on_after(0.05) as scope:
        await writer(scripted(Line(first_delay_seconds=math.inf)))(PLAIN, on_sentence=print, on_call=calls.append)
    assert scope.cancelled_caught
    assert [call.outcome for call in calls] == ["cancelled"]
