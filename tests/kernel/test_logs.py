"""What stands in a line of the log, and what never does."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from service.kernel.telemetry.logs import Format, configure_logs, escape_controls, without_secrets
from tests.thread_time import TENFOLD, assert_takes_at_most

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkZW1vIn0.c2lnbmF0dXJl"
HOSTILE = "line one\nline two\r\x1b[31mred\x9b0m\u2028next\u202egnp.exe\x7f"


@pytest.fixture(autouse=True)
def logging_is_put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def configured(form: Format = "json", level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    configure_logs(level=level, form=form, stream=stream)
    return stream


class Shown:
    """Something with a text of its own, as a URL is."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


class Unspeakable:
    def __str__(self) -> str:
        raise LookupError("no words for it")


class Full(io.StringIO):
    """As standard error is when it goes to a file on a full disk."""

    def write(self, s: str, /) -> int:
        raise OSError(28, f"No space left on device for {len(s)} characters")


def only_line(stream: io.StringIO) -> dict[str, Any]:
    (line,) = stream.getvalue().splitlines()
    return json.loads(line)


def test_a_line_is_json_with_the_requests_id() -> None:
    stream = configured()
    structlog.contextvars.bind_contextvars(request_id="r1")
    structlog.get_logger("service.somewhere").info("done", amount=3)
    line = only_line(stream)
    assert (line["event"], line["level"], line["logger"]) == ("done", "info", "service.somewhere")
    assert (line["amount"], line["request_id"]) == (3, "r1")
    assert line["timestamp"].endswith("Z")


def test_libraries_write_the_same_lines() -> None:
    stream = configured()
    structlog.contextvars.bind_contextvars(request_id="r1")
    logging.getLogger("some.library").warning("slow: %s", "very")
    line = only_line(stream)
    assert (line["event"], line["request_id"], line["logger"]) == ("slow: very", "r1", "some.library")


def test_what_libraries_merely_tell_is_left_out() -> None:
    stream = configured()
    for name in ("hypercorn.error", "alembic.runtime", "asyncio", "httpx"):
        logging.getLogger(name).info("chatter")
    assert stream.getvalue() == ""
    logging.getLogger("asyncio").error("Task exception was never retrieved")
    assert only_line(stream)["event"] == "Task exception was never retrieved"


def test_warnings_are_lines_too() -> None:
    stream = configured()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert "DeprecationWarning: old" in only_line(stream)["event"]


def test_what_the_redis_client_says_of_each_attempt_is_not_repeated() -> None:
    stream = configured()
    logging.getLogger("coredis").error("Connection attempt failed unexpectedly!")
    assert stream.getvalue() == ""


def test_below_the_level_nothing_is_written() -> None:
    stream = configured(level="warning")
    structlog.get_logger("service").info("quiet")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("form", ["json", "console"])
def test_users_text_breaks_no_line_and_paints_nothing(form: Format) -> None:
    stream = configured(form)
    structlog.get_logger("service").info(HOSTILE, name=HOSTILE, nested={"list": [HOSTILE]})
    written = stream.getvalue()
    assert written.count("\n") == 1
    assert written.rstrip("\n").isprintable()


def test_json_keeps_the_text_as_it_was() -> None:
    stream = configured()
    structlog.get_logger("service").info("said", name=HOSTILE)
    assert only_line(stream)["name"] == HOSTILE


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_exceptions_text_is_escaped_and_masked(form: Format) -> None:
    stream = configured(form)
    error = ValueError(f"cannot reach postgresql://u:hush@h/db \x1b[31m {JWT}")
    structlog.get_logger("service").error("failed", exc_info=error)
    written = stream.getvalue()
    assert "ValueError" in written
    assert "hush" not in written
    assert JWT not in written
    assert "\x1b" not in written


@pytest.mark.parametrize(
    "name", ["authorization", "Authorization", "password", "db_password", "api_key", "stripe_secret", "cookie", "token"]
)
def test_values_of_secret_names_are_hidden(name: str) -> None:
    stream = configured()
    structlog.get_logger("service").info("called", **{name: "hush"})
    assert only_line(stream)[name] == "***"


def test_secrets_are_hidden_however_deep_they_lie_and_whatever_they_are() -> None:
    stream = configured()
    structlog.get_logger("service").info(
        "called",
        headers={"Authorization": "hush", b"x-api-key": b"hush", "accept": "*/*"},
        scope=[(b"cookie", b"hush"), (b"host", b"a.example")],
        attempts=[{"nested": {"password": ["hush"], "url": f"x {JWT}"}}],
        db_password=["hush"],
        client_secret=1234,
        raw=b"Bearer hush",
        error=ValueError("Bearer hush"),
        url=Shown("https://u:hush@h/"),
        password=None,
        has_secret=True,
    )
    line = only_line(stream)
    assert "hush" not in stream.getvalue()
    assert line["headers"] == {"Authorization": "***", "x-api-key": "***", "accept": "*/*"}
    assert line["scope"] == [["cookie", "***"], ["host", "a.example"]]
    assert line["attempts"] == [{"nested": {"password": "***", "url": "x ***"}}]
    assert (line["db_password"], line["client_secret"]) == ("***", "***")
    assert (line["raw"], line["error"], line["url"]) == ("Bearer ***", "Bearer ***", "https://u:***@h/")
    assert (line["password"], line["has_secret"]) == (None, True)


def test_what_holds_itself_is_written_to_a_depth() -> None:
    stream = configured()
    endless: dict[str, Any] = {"password": "hush"}
    endless["inner"] = endless
    structlog.get_logger("service").info("odd", thing=endless)
    assert only_line(stream)["thing"]["inner"]["inner"]["password"] == "***"


@pytest.mark.parametrize("unit", ["a.", "a://a:", "://", "?a=", "x://u:p@", "eyJa.", "Bearer ", "@"])
def test_masking_a_long_text_is_linear(unit: str) -> None:
    tenth, whole = (unit * (chars // len(unit)) for chars in (10_000, 100_000))
    assert_takes_at_most(TENFOLD, lambda: without_secrets(whole), compared_with=lambda: without_secrets(tenth))


@pytest.mark.parametrize(("stream", "value"), [(io.StringIO(), Unspeakable()), (Full(), "told")])
def test_a_line_that_cannot_be_written_keeps_nobody_from_working(
    stream: io.StringIO, value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(level="info", form="json", stream=stream)
    structlog.get_logger("service").info("ours", value=value)
    logging.getLogger("some.library").warning("of a library: %s", value)
    told = capsys.readouterr().err
    assert "ours" in told
    assert "of a library" in told
    assert stream.getvalue() == ""


def test_counting_tokens_is_no_secret() -> None:
    stream = configured()
    structlog.get_logger("service").info("called", input_tokens=12, note="12 tokens")
    assert only_line(stream)["input_tokens"] == 12


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql+asyncpg://u:hush@h:1/db", "postgresql+asyncpg://u:***@h:1/db"),
        ("postgresql://u:hu/sh@h:1/db", "postgresql://u:***@h:1/db"),
        ("postgresql://u:hu@sh@h:1/db", "postgresql://u:***@h:1/db"),
        ("redis://:1/sh@h/0 is down", "redis://:***@h/0 is down"),
        ("https://u:hush@h/a@b", "https://u:***@b"),
        ("https://jobs.example/a:b@c", "https://jobs.example/a:b@c"),
        ("https://jobs.example:8080/a@b", "https://jobs.example:8080/a@b"),
        ("https://jobs.example/?access_token=hush&page=2#x", "https://jobs.example/?access_token=***&page=2#x"),
        ("GET /cb?state=1&client_secret=hush HTTP/1.1", "GET /cb?state=1&client_secret=*** HTTP/1.1"),
        ("'https://jobs.example/#id_token=hush'", "'https://jobs.example/#id_token=***'"),
        ("https://jobs.example/?tokens=12&q=a", "https://jobs.example/?tokens=12&q=a"),
        (f"sent {JWT}.", "sent ***."),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("a bearer of news", "a bearer *** news"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_secrets_inside_text_are_masked(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


def test_escapes_are_readable() -> None:
    assert escape_controls("a\x1b[31m\nb\u2028é") == "a\\x1b[31m\\nb\\u2028é"
