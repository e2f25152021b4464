"""One JSON line per event on standard error; a readable line on a terminal.

What libraries write with the standard library's `logging` becomes the same lines. What we write comes to its handler
without its loggers, which look for the caller of each line and so took as long as all the rest. Values bound with
`structlog.contextvars` (the request's id) stand on every line below them.

What users wrote can neither break a line nor paint a terminal: JSON is ASCII with every control character escaped, and
the console gets the same escapes. Tokens, and passwords in URLs, are masked wherever they turn up, as a second wall
behind not logging them.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor

Format = Literal["json", "console"]

MASK = "***"
# Deeper is nothing that we log; what lies below is written as text.
DEPTH_MAX = 5
# Names in our code are shorter, and few: the verdict on each is cached.
NAME_MAX_CHARACTERS = 40
_SECRET_NAMES = re.compile(
    r"authorization|passw(?:or)?d|secret|(?:api|access|private|signing)[_-]?key|cookie|signature|token$", re.IGNORECASE
)
# user:password@host, up to the last @ of the word, for a password may hold @ and /. What can only be a port and a path
# with an @ is left. Every repetition has a bound: text of users is searched in linear time.
_URL_PASSWORD = re.compile(r"(\b[a-z][a-z0-9+.-]{0,30}://[^\s/:@]{0,200}:)(?!\d{1,5}[/?#])\S{1,500}@", re.IGNORECASE)
_DSN_PASSWORD = re.compile(r"(\b(?!https?:)[a-z][a-z0-9+.-]{0,30}://[^\s/:@]{0,200}:)\S{1,500}@", re.IGNORECASE)
_PARAMETER = re.compile(r"([?&;#]([\w.-]{1,60})=)[^\s&;#\"'<>]+")
# Each with what any text that it changes holds, in small letters: looking for that first costs next to nothing.
_SECRET_VALUES = (
    ("://", _DSN_PASSWORD, rf"\1{MASK}@"),
    ("://", _URL_PASSWORD, rf"\1{MASK}@"),
    ("eyj", re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), MASK),  # a JWT
    ("bearer", re.compile(r"(\bBearer\s+)[\w.~+/=-]+", re.IGNORECASE), rf"\1{MASK}"),
)
# C0, DEL and C1 controls, line and paragraph separators, and the marks that reorder text on a terminal.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# In every line.
_TOLD: Sequence[Processor] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
)

_encode = json.JSONEncoder(default=str, ensure_ascii=True).encode

# Libraries whose information is an implementation detail here; their warnings pass.
_QUIET = (
    "hypercorn.access",
    "hypercorn.error",
    "alembic",
    "asyncio",
    "httpx",
    "httpcore",
    "sqlalchemy",
    "stamina",
    "github",
    "urllib3",
)
# Libraries whose warnings are dropped as well: coredis writes a traceback every second while Redis is away, which our
# own log reports once.
_SILENT = ("coredis",)


def configure_logs(*, level: str, form: Format | None = None, stream: TextIO | None = None) -> None:
    """Route structlog and `logging` to `stream` (standard error), without a `form` as suits it (console on a terminal).

    A second call replaces the first.
    """
    out = stream or sys.stderr
    lines = Lines(out, _renderers(form or _suitable(out), paints=out.isatty()))
    structlog.configure(
        processors=[*_TOLD, _whole],
        logger_factory=lines.logger,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [lines]
    root.setLevel(level.upper())
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(max(logging.WARNING, root.level))
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.captureWarnings(capture=True)


class Lines(logging.StreamHandler[TextIO]):
    """Where all lines go, one at a time. One that cannot be made or written keeps nobody from working: what is raised
    meanwhile is held by `emit`, as in any handler."""

    def __init__(self, stream: TextIO, renderers: Sequence[Processor]) -> None:
        super().__init__(stream)
        self._finishing = (mask_secrets, *renderers)
        without_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
        self.setFormatter(
            structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_TOLD, processors=[without_meta, *self._finishing])
        )

    def logger(self, name: str = "overture") -> "_Named":
        return _Named(name, self.say)

    def say(self, event: EventDict) -> None:
        self.handle(logging.makeLogRecord({"msg": event.get("event"), "ours": event}))

    def format(self, record: logging.LogRecord) -> str:
        line: Any = record.__dict__.get("ours")
        if line is None:
            return super().format(record)
        for processor in self._finishing:
            line = processor(None, "", line)
        return line


class _Named:
    """What structlog hands an event of ours to, whatever its level."""

    __slots__ = ("critical", "debug", "error", "info", "name", "warning")

    def __init__(self, name: str, say: Callable[[EventDict], None]) -> None:
        self.name = name
        self.debug = self.info = self.warning = self.error = self.critical = say


def _whole(_logger: Any, _method: str, event: EventDict) -> tuple[tuple[EventDict], dict[str, Any]]:
    """A processor, the last of ours: the event goes to `Lines.say` as it is."""
    return (event,), {}


def mask_secrets(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A processor, the last before rendering: values of secret-sounding names are hidden whole, however deep they lie,
    tokens and URL passwords inside any text. What is neither text, number nor container becomes its text."""
    return {key: _mask(key, value, DEPTH_MAX) for key, value in event.items()}


def without_secrets(text: str) -> str:
    small = text.lower()
    for sign, pattern, replacement in _SECRET_VALUES:
        if sign in small:
            text = pattern.sub(replacement, text)
    if "=" not in text:
        return text
    return _PARAMETER.sub(lambda found: found[1] + MASK if _is_secret(found[2]) else found[0], text)


def _is_secret(name: str) -> bool:
    """Whether what bears this name is never shown."""
    return _is_secret_name(name) if len(name) <= NAME_MAX_CHARACTERS else bool(_SECRET_NAMES.search(name))


@lru_cache(maxsize=1024)
def _is_secret_name(name: str) -> bool:
    return bool(_SECRET_NAMES.search(name))


def _mask(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):  # whether there is one is no secret
        return value
    if _is_secret(name):
        return MASK
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, int | float):
        return value
    if depth and isinstance(value, Mapping | list | tuple):
        return _mask_inside(cast("Mapping[Any, Any] | Sequence[Any]", value), depth - 1)
    return without_secrets(_text(value))


def _mask_inside(container: Mapping[Any, Any] | Sequence[Any], depth: int) -> Any:
    if isinstance(container, Mapping):
        return {_text(key): _mask(_text(key), item, depth) for key, item in container.items()}
    match container:
        case (str() | bytes() as key, item) if isinstance(container, tuple):  # a header, as ASGI and httpx write it
            return [without_secrets(_text(key)), _mask(_text(key), item, depth)]
        case _:
            return [_mask("", item, depth) for item in container]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def escape_controls(text: str) -> str:
    """Control characters in their `\\x1b` spelling, so that they are seen and not obeyed."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _suitable(stream: TextIO) -> Format:
    return "console" if stream.isatty() else "json"


def _renderers(form: Format, *, paints: bool) -> list[Processor]:
    if form == "json":
        return [_json_line]
    return [
        _escape_event,
        structlog.dev.ConsoleRenderer(colors=paints, exception_formatter=structlog.dev.plain_traceback),
    ]


def _json_line(_logger: Any, _method: str, event: EventDict) -> str:
    # ASCII escapes C1 controls and line separators too; DEL alone is left as it is by the standard.
    return _encode(event).replace("\x7f", "\\u007f")


def _escape_event(_logger: Any, _method: str, event: EventDict) -> EventDict:
    def readable(text: str) -> str:
        return "\n".join(escape_controls(line) for line in text.split("\n"))

    return {key: _each_text(value, readable if key == "exception" else escape_controls) for key, value in event.items()}


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case dict():
            return {key: _each_text(item, change) for key, item in cast("dict[Any, Any]", value).items()}
        case list() | tuple():
            return [_each_text(item, change) for item in cast("list[Any]", value)]
        case _:
            return value
