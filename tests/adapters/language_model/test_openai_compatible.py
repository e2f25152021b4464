"""The adapter against a server that answers, and that does everything else; on both backends, over sockets."""

import json
import math
import traceback

import anyio
import pytest

from service.adapters.language_model import ModelOutOfTime, ModelUnavailable, Price
from service.adapters.language_model.exchange import Usage, estimated_tokens
from service.adapters.language_model.json_answer import find_object
from service.adapters.language_model.openai_compatible import cost_microcents
from service.kernel.trace import Trace, tracing
from tests.adapters.language_models import KEY, PROMPT, SCHEMA, Ear, adapter, fake_model
from tests.fakes.model_server import model_server
from tests.fakes.model_talk import Manner
from tests.samples import SAMPLES, needs_samples

pytestmark = pytest.mark.anyio

# How long a silent model is waited for.
SHORT_SECONDS = 1.0


# --- what is asked, and what comes back ------------------------------------------------------------------------------


async def test_an_answer_arrives_piece_by_piece_and_whole() -> None:
    async with fake_model(manner=Manner(chunks=7)) as (model, _):
        ear = Ear()
        answer = await ear.ask(model)
    assert len(ear.pieces) == 7
    assert answer.text == ear.text
    letter = json.loads(answer.text)
    assert letter["claims"] == [
        {
            "text": "What I have done: Cut build times by half for 40 people.",
            "source": "resume",
            "reference": "work/0/highlights/1",
        }
    ]
    assert letter["claims"][0]["text"] in letter["body"]
    assert ear.calls == [answer.call]


async def test_the_request_is_that_of_the_current_api() -> None:
    trace = Trace("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", is_sampled=True)
    async with fake_model() as (model, server):
        with tracing(trace), anyio.fail_after(4):
            await Ear().ask(model)
        (seen,) = server.requests
    assert seen.path == "/v1/chat/completions"
    assert seen.body == {
        "model": "fake",
        "messages": [{"role": message.role, "content": message.content} for message in PROMPT.messages],
        "max_tokens": 800,
        "stream": True,
        "stream_options": {"include_usage": True},
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "letter", "schema": SCHEMA, "strict": True},
        },
    }
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.headers["traceparent"] == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert seen.headers["accept-encoding"] == "identity"
    assert 3.0 < float(seen.headers["x-request-timeout"]) <= 3.6, "nine tenths of what is left"


async def test_a_query_in_the_base_url_stays_and_a_key_is_not_needed() -> None:
    async with model_server() as server:
        base_url = f"http://127.0.0.1:{server.port}/openai/v1/?api-version=1"
        async with adapter(base_url, api_key=None) as model:
            await Ear().ask(model)
        assert server.requests[0].path == "/openai/v1/chat/completions?api-version=1"
        assert "authorization" not in server.requests[0].headers


async def test_a_key_that_is_none_is_refused_and_not_shown() -> None:
    with pytest.raises(ValueError, match="characters") as caught:
        async with adapter("http://127.0.0.1:1", api_key="sk-secret\n"):
            pass
    assert "sk-secret" not in str(caught.value)


async def test_one_connection_serves_one_answer_after_the_other() -> None:
    async with fake_model() as (model, server):
        for _ in range(5):
            await Ear().ask(model)
        assert (server.opened, len(server.requests)) == (1, 5)


async def test_answers_at_the_same_time_do_not_wait_for_each_other() -> None:
    async with fake_model("fault-silent") as (model, server), anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(Ear().ask, model)
        await server.until(lambda: len(server.requests) == 10)
        assert server.opened == 10
        group.cancel_scope.cancel()


async def test_who_finds_no_connection_free_waits_for_one() -> None:
    async with model_server(Manner(latency_seconds=0.1)) as server, adapter(server.base_url, max_in_flight=1) as model:
        ears = [Ear() for _ in range(5)]
        async with anyio.create_task_group() as group:
            for ear in ears:
                group.start_soon(ear.ask, model)
        assert [ear.outcomes for ear in ears] == [["finished"]] * 5
        assert server.opened == 2


async def test_a_connection_that_was_closed_while_idle_is_not_tried() -> None:
    async with fake_model("fault-hang-up") as (model, server):
        for _ in range(3):
            ear = Ear()
            await ear.ask(model)
            assert ear.outcomes == ["finished"]
            await server.quiet()
        assert server.opened == 3


async def test_an_endpoint_that_does_not_stream() -> None:
    async with fake_model("fault-whole") as (model, _):
        ear = Ear()
        answer = await ear.ask(model)
    assert ear.pieces == [answer.text]
    assert json.loads(answer.text)["subject"]
    assert not answer.call.is_estimated


@pytest.mark.parametrize("ending", ["no-done", "open-end"])
async def test_an_answer_that_is_whole_counts_however_the_stream_ends(ending: str) -> None:
    async with fake_model(f"fault-{ending}") as (model, _):
        answer = await Ear().ask(model)
    assert json.loads(answer.text)["subject"]
    assert answer.call.is_estimated, "the count never came"


async def test_thinking_aloud_is_not_silence_and_not_text() -> None:
    async with fake_model("fault-thinking", manner=Manner(latency_seconds=0.1), first_token_timeout_seconds=0.4) as (
        model,
        _,
    ):
        ear = Ear()
        await ear.ask(model)
    assert "hm" not in ear.text


# --- tokens and cost -------------------------------------------------------------------------------------------------


async def test_the_provider_counts_and_the_price_makes_it_a_cost() -> None:
    async with fake_model(prices={"fake": Price(0.4, 1.6)}, manner=Manner(chunks=10)) as (model, server):
        call = (await Ear().ask(model)).call
        (seen,) = server.requests
    assert (call.outcome, call.is_estimated, call.model) == ("finished", False, "fake")
    assert call.provider == f"127.0.0.1:{server.port}"
    assert (call.input_tokens, call.output_tokens) == (len(json.dumps(seen.body)) // 16, 10)
    assert call.cost_microcents == call.input_tokens * 40 + 10 * 160


async def test_what_is_not_counted_is_estimated() -> None:
    async with fake_model("fault-uncounted", prices={"fault-uncounted": Price(1, 1)}) as (model, _):
        ear = Ear()
        call = (await ear.ask(model)).call
    assert call.is_estimated
    assert call.output_tokens == math.ceil(len(ear.text.encode()) / 4)
    assert call.input_tokens > 50
    assert call.cost_microcents == 100 * (call.input_tokens + call.output_tokens)


async def test_without_a_price_there_is_no_cost() -> None:
    async with fake_model() as (model, _):
        assert (await Ear().ask(model)).call.cost_microcents is None


def test_costs_are_exact_to_the_millionth_of_a_cent() -> None:
    assert cost_microcents(Usage(1_000_000, 1_000_000), Price(0.15, 0.6)) == 75 * 1_000_000
    assert cost_microcents(Usage(1, 0), Price(0.1, 0)) == 10
    assert cost_microcents(Usage(1, 0), Price(0.005, 0)) == 1
    assert cost_microcents(Usage(5, 5), Price(0, 0)) == 0
    assert cost_microcents(Usage(5, 5), None) is None
    assert [estimated_tokens(size) for size in (0, 1, 4, 5)] == [0, 1, 1, 2]


# --- endpoints that know less ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("refusing", "requests", "form", "limit"),
    [
        ("no-schema", 2, "json_object", "max_tokens"),
        ("no-form", 3, None, "max_tokens"),
        ("grammar", 2, "json_object", "max_tokens"),
        ("no-max-tokens", 2, "json_schema", "max_completion_tokens"),
        ("no-stream-options", 2, "json_schema", "max_tokens"),
        ("old", 5, None, "max_completion_tokens"),
    ],
)
async def test_what_an_endpoint_refuses_is_asked_for_otherwise_and_remembered(
    refusing: str, requests: int, form: str | None, limit: str
) -> None:
    async with fake_model(f"fault-{refusing}") as (model, server):
        ear = Ear()
        answer = await ear.ask(model)
        assert json.loads(answer.text)["subject"]
        assert ear.outcomes == ["failed"] * (requests - 1) + ["finished"]
        assert {call.input_tokens for call in ear.calls[:-1]} == {0}
        body = server.requests[-1].body
        assert body.get("response_format", {}).get("type") == form
        assert limit in body
        assert ("JSON Schema" in body["messages"][0]["content"]) is (form != "json_schema")

        await Ear().ask(model)
        assert len(server.requests) == requests + 1


async def test_an_endpoint_that_refuses_everything_is_asked_a_bounded_number_of_times() -> None:
    async with fake_model("fault-400") as (model, server):
        with pytest.raises(ModelUnavailable):
            await Ear().ask(model)
        assert len(server.requests) == 5


async def test_a_limit_that_thoughts_have_eaten_is_raised_once_and_remembered() -> None:
    async with fake_model("first", "second") as (model, server):
        server.script("thoughts-cut", model="first")
        ear = Ear()
        assert (await ear.ask(model)).call.model == "first"
        assert ear.outcomes == ["failed", "finished"]
        server.script("thoughts-cut", model="first")
        assert (await Ear().ask(model)).call.model == "second"
    limits = [(seen.model, seen.body["max_tokens"]) for seen in server.requests]
    assert limits == [("first", 800), ("first", 3200), ("first", 3200), ("second", 800)]


async def test_comments_keep_an_answer_alive_until_its_whole_time_is_up() -> None:
    async with fake_model("fault-comments", timeout_seconds=2.5, first_token_timeout_seconds=1.0) as (model, _):
        with pytest.raises(ModelUnavailable, match=r"no complete answer within 2\.5 s"):
            await Ear().ask(model)


FAILED_BY_CHANCE = ["stall", "length", "filtered", "refusal", "empty", "drop", "error-event", "garbage-events"]


@pytest.mark.parametrize("fault", FAILED_BY_CHANCE)
async def test_without_another_model_what_failed_by_chance_is_tried_again(fault: str) -> None:
    async with fake_model(first_token_timeout_seconds=SHORT_SECONDS) as (model, server):
        server.script(fault)
        ear = Ear(passes_on=False)
        assert json.loads((await ear.ask(model)).text)["subject"]
        assert ear.outcomes == ["failed", "finished"]


@pytest.mark.parametrize(
    ("path", "api_key", "is_classic"),
    [
        ("/openai/deployments/writer", KEY, True),
        ("/openai/deployments/writer?api-version=1", KEY, True),
        ("/openai/deployments/writer", None, False),
        ("/openai/v1", KEY, False),
    ],
)
async def test_azures_classic_path_takes_the_key_in_a_header_of_its_own(
    path: str, api_key: str | None, is_classic: bool
) -> None:
    async with model_server() as server, adapter(f"http://127.0.0.1:{server.port}{path}", api_key=api_key) as model:
        await Ear().ask(model)
        headers = server.requests[0].headers
    assert headers.get("api-key") == (KEY if is_classic else None)
    assert headers.get("authorization") == (f"Bearer {KEY}" if api_key else None)


# --- answers of real endpoints ---------------------------------------------------------------------------------------

RECORDED = {path.stem: path for path in sorted((SAMPLES / "model_answers").glob("*.http"))}
# Refused as long as a schema is asked for; the next answer is a plain one.
REFUSED = ("065", "067", "068", "070")
# Its key is looked at, which is tested above.
NOT_ASKED = ("123",)


@needs_samples
@pytest.mark.parametrize("name", [name for name in RECORDED if not name.startswith(NOT_ASKED)])
async def test_an_answer_of_a_real_endpoint_is_read(name: str) -> None:
    is_refused = name.startswith(REFUSED)
    async with model_server() as server, adapter(server.base_url) as model:
        server.recorded[name] = RECORDED[name].read_bytes()
        server.script(name)
        ear = Ear(passes_on=False)
        answer = await ear.ask(model)
        assert ear.outcomes == ["failed"] * is_refused + ["finished"]
        letter = find_object(answer.text, lambda found: found if "body" in found else None)
        assert letter is not None
        assert [seen.body.get("response_format", {})["type"] for seen in server.requests][is_refused:] == [
            "json_object" if is_refused else "json_schema"
        ]
    if b'"prompt_tokens"' in server.recorded[name]:
        assert (answer.call.input_tokens, answer.call.output_tokens, answer.call.is_estimated) == (111, 57, False)


async def test_a_code_fence_is_taken_off() -> None:
    async with fake_model("fault-fenced") as (model, _):
        ear = Ear()
        answer = await ear.ask(model)
    assert ear.text.startswith("```json\n")
    assert json.loads(answer.text)["subject"]


# --- faults ----------------------------------------------------------------------------------------------------------

# Passing faults are tried again, lasting ones are not; neither was heard.
PASSING = [
    "429", "500", "503", "529", "408", "drop-early", "drop-before-text", "garbage", "garbage-events", "not-http",
    "invalid-utf8", "nothing", "error-event", "endless-error",
]  # fmt: skip
LASTING = [
    "400", "401", "404", "redirect", "quota", "silent", "silent-headers", "empty", "endless-line",
    "megabyte", "refusal", "filtered", "impossible",
]  # fmt: skip
HEARD = ["stall", "drop", "drop-clean", "endless", "filtered-late", "length"]


@pytest.mark.parametrize("fault", PASSING)
async def test_a_passing_fault_is_tried_again(fault: str) -> None:
    async with fake_model() as (model, server):
        server.script(fault)
        ear = Ear()
        answer = await ear.ask(model)
        assert json.loads(answer.text)["subject"]
        assert ear.text == answer.text
        assert ear.outcomes == ["failed", "finished"]
        assert len(server.requests) == 2


@pytest.mark.parametrize("fault", LASTING)
async def test_after_a_lasting_fault_the_next_model_answers(fault: str) -> None:
    async with fake_model(f"fault-{fault}", "second", first_token_timeout_seconds=SHORT_SECONDS) as (model, server):
        ear = Ear()
        answer = await ear.ask(model)
        assert answer.call.model == "second"
        assert ear.text == answer.text
        assert ear.outcomes[-1] == "finished"
        assert set(ear.outcomes[:-1]) == {"failed"}
        assert len(ear.calls) == len(server.requests)
        assert [seen.model for seen in server.requests].count("second") == 1


@pytest.mark.parametrize("fault", HEARD)
async def test_once_a_piece_was_passed_on_there_is_no_second_try_and_no_other_model(fault: str) -> None:
    async with fake_model(f"fault-{fault}", "second", first_token_timeout_seconds=SHORT_SECONDS) as (model, server):
        ear = Ear()
        with pytest.raises(ModelUnavailable) as caught:
            await ear.ask(model)
        assert ear.text
        assert ear.outcomes == ["failed"]
        assert ear.calls[0].output_tokens > 0
        assert len(server.requests) == 1
        assert f"fault-{fault}" in caught.value.detail


@pytest.mark.parametrize("fault", HEARD)
async def test_what_was_heard_and_passed_on_to_nobody_falls_back_to_the_next_model(fault: str) -> None:
    async with fake_model(f"fault-{fault}", "second", first_token_timeout_seconds=SHORT_SECONDS) as (model, _):
        ear = Ear(passes_on=False)
        answer = await ear.ask(model)
        assert answer.call.model == "second"
        assert ear.outcomes[0] == "failed"


async def test_an_answer_that_is_not_accepted_is_tried_again_and_falls_back() -> None:
    async with fake_model("first", "second") as (model, server):
        ear = Ear(passes_on=False, refuses=3)
        answer = await ear.ask(model)
        assert (answer.call.model, ear.outcomes) == ("second", ["failed", "failed", "failed", "finished"])
        with pytest.raises(ModelUnavailable):
            await Ear(refuses=1).ask(model)
        assert len(server.requests) == 5


@pytest.mark.parametrize("fault", LASTING + HEARD)
async def test_without_another_model_every_fault_is_unavailability(fault: str) -> None:
    async with fake_model(f"fault-{fault}", first_token_timeout_seconds=SHORT_SECONDS) as (model, server):
        ear = Ear()
        with pytest.raises(ModelUnavailable) as caught:
            await ear.ask(model)
        assert set(ear.outcomes) == {"failed"}
        assert len(ear.calls) == len(server.requests)
        assert KEY not in f"{caught.value.detail}{caught.value!r}"
        assert "Cut build times" not in caught.value.detail


async def test_three_tries_and_no_more_and_no_secret_in_any_line_about_them(capsys: pytest.CaptureFixture[str]) -> None:
    async with fake_model("fault-503") as (model, server):
        ear = Ear()
        with pytest.raises(ModelUnavailable) as caught:
            await ear.ask(model)
        assert len(server.requests) == 3
    assert ear.outcomes == ["failed"] * 3
    assert caught.value.slug == "llm-unavailable"
    assert "fault-503: status 503 (code_503)" in caught.value.detail
    logged = capsys.readouterr().out
    assert logged.count("status 503") == 3
    told = f"{caught.value!r}{''.join(traceback.format_exception(caught.value))}{logged}"
    assert KEY not in told, "the server's answer repeated it"
    assert "Cut build times" not in told


async def test_nobody_listens_there() -> None:
    async with model_server() as server:
        base_url = server.base_url
    async with adapter(base_url) as model:
        ear = Ear()
        with pytest.raises(ModelUnavailable):
            await ear.ask(model)
    assert [(call.outcome, call.input_tokens) for call in ear.calls] == [("failed", 0)] * 3


async def test_a_long_retry_after_is_not_waited_for_and_told_to_the_caller() -> None:
    async with fake_model("fault-429", manner=Manner(retry_after="90")) as (model, server):
        with pytest.raises(ModelUnavailable) as caught:
            await Ear().ask(model)
        assert caught.value.retry_after_seconds == 90
        assert len(server.requests) == 1


async def test_the_whole_answer_has_a_deadline_too() -> None:
    slow = Manner(chunks=100, per_second=20)
    async with fake_model(manner=slow, timeout_seconds=0.5) as (model, server):
        ear = Ear()
        with pytest.raises(ModelUnavailable) as caught:
            await ear.ask(model)
        assert "no complete answer within 0.5 s" in caught.value.detail
        await server.until(lambda: server.requests[0].ended == "left")


async def test_an_attempt_leaves_the_caller_time_to_settle() -> None:
    async with fake_model("fault-silent", "fault-stall") as (model, _):
        ear = Ear()
        with anyio.move_on_after(1) as scope, pytest.raises(ModelOutOfTime):
            await ear.ask(model)
        assert not scope.cancel_called
        assert ear.outcomes == ["failed"], "the second model had no time left"
