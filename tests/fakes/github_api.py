"""A server that speaks GitHub's REST API, with its faults: in this process, or `python -m tests.fakes.github_api`.

Every account exists unless its name says otherwise: `many` has 10 000 repositories, `nobody` is not there, and
`fault-<name>` answers with that fault of `FAULTS`, whatever of it is asked. `server.fault` makes all answers so.
"""

import argparse
import gzip
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import msgspec
from anyio.abc import ByteStream

MANY = 10_000
LATEST = datetime(2026, 11, 20, 12, tzinfo=UTC)
LANGUAGES = ("Python", "Rust", "Go", None)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class GitHubApi:
    """What was asked, how many connections there were and are, and what is left of the limit."""

    port: int
    requests: list[Asked] = field(default_factory=list[Asked])
    opened: int = 0
    live: int = 0
    most_live: int = 0
    limit: int = 5_000
    remaining: int = 5_000
    resets_at: datetime = datetime(2027, 1, 1, tzinfo=UTC)
    fault: str | None = None
    faults: dict[str, str] = field(default_factory=dict[str, str])  # by path
    delay_seconds: float = 0.0
    said: dict[str, Any] = field(default_factory=dict[str, Any])  # by path, instead of what is made up
    moved: dict[str, str] = field(default_factory=dict[str, str])  # from path to path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [asked.path for asked in self.requests]

    async def until(self, condition: Callable[["GitHubApi"], bool]) -> None:
        with anyio.fail_after(30):
            while True:
                if condition(self):
                    return
                await anyio.sleep(0.001)


def account(login: str) -> dict[str, Any]:
    return {
        "login": login,
        "name": f"{login.title()} Example",
        "bio": "Builds small tools.",
        "company": "@example",
        "location": "Ghent",
        "public_repos": _how_many(login),
        "followers": 3,
        "html_url": f"https://github.com/{login}",
        "type": "User",
    }


def repository(owner: str, number: int) -> dict[str, Any]:
    """Number 0 was pushed to last; number 7 of each eight has the most stars; number 3 of each four is a fork."""
    return {
        "id": number,
        "name": f"project-{number}",
        "full_name": f"{owner}/project-{number}",
        "private": False,
        "fork": number % 4 == 3,
        "description": f"Project number {number}.",
        "stargazers_count": number % 8 * 10,
        "forks_count": number % 3,
        "open_issues_count": 2,
        "language": LANGUAGES[number % 4],
        "topics": ["tools", f"topic-{number}"],
        "license": {"key": "mit", "name": "MIT License", "spdx_id": "MIT"},
        "pushed_at": _time(LATEST - timedelta(hours=number)),
        "html_url": f"https://github.com/{owner}/project-{number}",
        "owner": {"login": owner},
    }


def event(number: int) -> dict[str, Any]:
    kind = ("PushEvent", "PushEvent", "PullRequestEvent")[number % 3]
    return {"id": str(number), "type": kind, "created_at": _time(LATEST - timedelta(hours=number)), "payload": {}}


@asynccontextmanager
async def github_api(port: int = 0) -> AsyncGenerator[GitHubApi, None]:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port)
    server = GitHubApi(listener.extra(anyio.abc.SocketAttribute.local_port))

    async def serve(stream: ByteStream) -> None:
        server.opened += 1
        server.live += 1
        server.most_live = max(server.most_live, server.live)
        try:
            async with stream:
                await _converse(server, stream)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream):
            pass
        finally:
            server.live -= 1

    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, serve)
        yield server
        group.cancel_scope.cancel()


async def _converse(server: GitHubApi, stream: ByteStream) -> None:
    received = b""
    while True:
        while b"\r\n\r\n" not in received:
            received += await stream.receive()
        head, _, received = received.partition(b"\r\n\r\n")
        asked = _asked(head.decode("latin-1"))
        server.requests.append(asked)
        await anyio.sleep(server.delay_seconds)
        named = re.match(r"/(?:users|repos)/fault-([a-z0-9-]+)", asked.path)
        fault = named[1] if named else server.faults.get(asked.path, server.fault)
        if fault is not None:
            await FAULTS[fault](server, stream, asked)
        else:
            await _answer(server, stream, asked)


def _asked(head: str) -> Asked:
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    parts = urlsplit(target)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Asked(method, parts.path, query, headers)


async def _answer(server: GitHubApi, stream: ByteStream, asked: Asked) -> None:
    if asked.path in server.moved:
        there = {"Location": server.url + server.moved[asked.path]}
        await _send(server, stream, 301, {"message": "Moved Permanently"}, there)
        return
    content = _content(server, asked)
    if content is None:
        await _send(server, stream, 404, {"message": "Not Found", "documentation_url": "https://docs.github.com/rest"})
        return
    if server.remaining <= 0:
        await _primary(server, stream, asked)
        return
    etag = f'W/"{sha256(msgspec.json.encode(content)).hexdigest()}"'
    if asked.headers.get("if-none-match") == etag:  # costs nothing of the limit
        await _send(server, stream, 304, None, {"ETag": etag})
        return
    server.remaining -= 1
    await _send(server, stream, 200, content, {"ETag": etag})


def _content(server: GitHubApi, asked: Asked) -> Any:
    if asked.path in server.said:
        return server.said[asked.path]
    content: Any = None
    match asked.path.strip("/").split("/"):
        case ["users" | "repos", "nobody", *_]:
            pass
        case ["users", login]:
            content = account(login)
        case ["users", login, "repos"]:
            size, page = int(asked.query.get("per_page", "30")), int(asked.query.get("page", "1"))
            numbers = range(_how_many(login))[size * (page - 1) : size * page]
            content = [repository(login, number) for number in numbers]
        case ["users", _, "events", "public"]:
            content = [event(number) for number in range(min(40, int(asked.query.get("per_page", "30"))))]
        case ["repos", owner, name]:
            content = {**repository(owner, 1), "name": name, "full_name": f"{owner}/{name}"}
        case ["repos", _, _, "languages"]:
            content = {"Shell": 120, "Python": 90_000}
        case _:
            pass
    return content


def _how_many(login: str) -> int:
    return MANY if login == "many" else 12


async def _send(
    server: GitHubApi, stream: ByteStream, status: int, content: Any, headers: Mapping[str, str] | None = None
) -> None:
    body = b"" if status == 304 else gzip.compress(msgspec.json.encode(content), 1)
    fields = {
        "Content-Type": "application/json; charset=utf-8",
        "X-RateLimit-Limit": str(server.limit),
        "X-RateLimit-Remaining": str(server.remaining),
        "X-RateLimit-Reset": str(int(server.resets_at.timestamp())),
        **({} if status == 304 else {"Content-Encoding": "gzip", "Content-Length": str(len(body))}),
        **(headers or {}),
    }
    await stream.send(_head(status, fields) + body)


def _head(status: int, fields: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


Fault = Callable[[GitHubApi, ByteStream, Asked], Awaitable[None]]


async def _primary(server: GitHubApi, stream: ByteStream, _asked: Asked) -> None:
    server.remaining = 0
    await _send(server, stream, 403, {"message": "API rate limit exceeded for 203.0.113.9."})


async def _silence(_server: GitHubApi, _stream: ByteStream, _asked: Asked) -> None:
    with anyio.move_on_after(30):
        while True:
            await _stream.receive()


async def _slow_head(_server: GitHubApi, stream: ByteStream, _asked: Asked) -> None:
    await stream.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    await _trickle(stream)


async def _slow_body(_server: GitHubApi, stream: ByteStream, _asked: Asked) -> None:
    await stream.send(_head(200, {"Content-Type": "application/json", "Content-Length": "1000000"}) + b"{")
    await _trickle(stream)


async def _trickle(stream: ByteStream) -> None:
    with anyio.move_on_after(30):
        while True:
            await stream.send(b" ")
            await anyio.sleep(0.05)


async def _flaky(server: GitHubApi, stream: ByteStream, asked: Asked) -> None:
    """The first of each two fails."""
    if server.paths.count(asked.path) % 2:
        await _send(server, stream, 502, {"message": "Server Error"})
    else:
        await _answer(server, stream, asked)


async def _dropped(_server: GitHubApi, stream: ByteStream, _asked: Asked) -> None:
    await stream.send(_head(200, {"Content-Type": "application/json", "Content-Length": "1000"}) + b'{"login"')
    raise anyio.EndOfStream


async def _huge(_server: GitHubApi, stream: ByteStream, _asked: Asked) -> None:
    body = gzip.compress(b" " * 20_000_000, 1)
    await stream.send(_head(200, {"Content-Encoding": "gzip", "Content-Length": str(len(body))}) + body)


async def _garbage(_server: GitHubApi, stream: ByteStream, _asked: Asked) -> None:
    body = b'{"login": \xff'
    await stream.send(_head(200, {"Content-Type": "application/json", "Content-Length": str(len(body))}) + body)


async def _circle(server: GitHubApi, stream: ByteStream, asked: Asked) -> None:
    there = asked.path[:-2] if asked.path.endswith("/a") else asked.path + "/a"
    await _send(server, stream, 301, {"message": "Moved Permanently"}, {"Location": server.url + there})


async def _elsewhere(server: GitHubApi, stream: ByteStream, _asked: Asked) -> None:
    await _send(server, stream, 301, {"message": "Moved Permanently"}, {"Location": "http://localhost:9/"})


async def _blocked(server: GitHubApi, stream: ByteStream, _asked: Asked) -> None:
    block = {"reason": "tos", "created_at": _time(LATEST), "html_url": "https://github.com/tos"}
    await _send(server, stream, 403, {"message": "Repository access blocked", "block": block})


def _refusal(status: int, message: str, **headers: str) -> Fault:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}

    async def refuse(server: GitHubApi, stream: ByteStream, _asked: Asked) -> None:
        await _send(server, stream, status, {"message": message}, fields)

    return refuse


_SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."

FAULTS: Mapping[str, Fault] = {
    "primary": _primary,
    "secondary": _refusal(403, _SECONDARY, Retry_After="77"),
    "secondary-untold": _refusal(403, _SECONDARY),
    "too-many": _refusal(429, "Too many requests", Retry_After="999999999999"),
    "missing": _refusal(404, "Not Found"),
    "taken-down": _refusal(451, "Repository access blocked"),
    "blocked": _blocked,
    "unauthorized": _refusal(401, "Bad credentials"),
    "forbidden": _refusal(403, "Resource not accessible by integration"),
    "error": _refusal(500, "Server Error"),
    "unavailable": _refusal(503, "Service Unavailable"),
    "accepted": _refusal(202, "Accepted"),
    "list": _refusal(200, "an object where a list belongs"),
    "flaky": _flaky,
    "silence": _silence,
    "slow-head": _slow_head,
    "slow-body": _slow_body,
    "dropped": _dropped,
    "garbage": _garbage,
    "huge": _huge,
    "circle": _circle,
    "elsewhere": _elsewhere,
}


async def _main(port: int, limit: int, delay_seconds: float) -> None:
    async with github_api(port) as server:
        server.limit = server.remaining = limit
        server.delay_seconds = delay_seconds
        server.resets_at = datetime.now(UTC) + timedelta(hours=1)
        print(server.url, flush=True)
        await anyio.sleep_forever()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--limit", type=int, default=GitHubApi.limit)
    arguments.add_argument("--delay-seconds", type=float, default=0.0)
    given = arguments.parse_args()
    anyio.run(_main, given.port, given.limit, given.delay_seconds)
