import math
import ssl
import zlib
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import anyio
import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.adapters.page_fetcher import FetchedPage, GonePage, PageFetcher, UnfetchableUrl, UnreachablePage, http
from service.adapters.page_fetcher.http import PAGE_MAX_BYTES, HttpPageFetcher
from service.adapters.page_fetcher.scripted import ScriptedPageFetcher, html_page
from service.kernel.errors import Overloaded
from tests.fakes import page_server as pages
from tests.fakes.page_server import Behaviour, PageServer, page_server

pytestmark = pytest.mark.anyio

PUBLIC = "93.184.216.34"
USER_AGENT = "Overture/1.0 (+https://overture.example)"


class Internet(httpcore.AsyncNetworkBackend):
    """Every public address leads to the local server of its port. Counts; calls `before` at each step."""

    def __init__(self, ports: Mapping[str, int] | int, before: Callable[[], None] = lambda: None) -> None:
        self._network = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())
        self._ports = ports
        self._before = before
        self.connects: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.connects.append((host, port))
        self._before()
        there = self._ports if isinstance(self._ports, int) else self._ports.get(host, 1)
        stream = await self._network.connect_tcp("127.0.0.1", there, timeout, local_address, socket_options)
        return SteppedStream(stream, self._before)


class SteppedStream(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream, before: Callable[[], None]) -> None:
        self._stream = stream
        self._before = before

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._before()
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._before()
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        self._before()
        return SteppedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout), self._before)


class Names:
    """A scripted resolver: each look-up of a name takes the next answer, the last one stays."""

    def __init__(self, **answers: Sequence[Sequence[str]]) -> None:
        self._answers = {name.replace("_", "."): list(given) for name, given in answers.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        del port
        self.asked.append(host)
        await anyio.lowlevel.checkpoint()
        given = self._answers.get(host, [[PUBLIC]])
        return given.pop(0) if len(given) > 1 else given[0]


def fetcher_of(server: PageServer, names: Names | None = None, internet: Internet | None = None) -> HttpPageFetcher:
    return HttpPageFetcher(
        allows_private=False,
        user_agent=USER_AGENT,
        resolve=names or Names(),
        network=internet or Internet(server.port),
    )


@asynccontextmanager
async def site(behaviours: Mapping[str, Behaviour]) -> AsyncGenerator[tuple[HttpPageFetcher, PageServer], None]:
    """The server behind http://jobs.example, and a fetcher that finds it."""
    async with page_server(behaviours) as server:
        yield fetcher_of(server), server
        await server.quiet()


async def refusal(fetcher: PageFetcher, url: str) -> str:
    with pytest.raises(UnfetchableUrl) as caught:
        await fetcher.fetch(url)
    return caught.value.detail


# --- what comes back -------------------------------------------------------------------------------------------------


async def test_a_page_comes_back_as_it_was_sent() -> None:
    body = "<p>Größe</p>".encode("latin-1")
    async with site({"/job": pages.answer(body, media_type='Text/HTML; Charset="ISO-8859-1"')}) as (fetcher, server):
        page = await fetcher.fetch("http://jobs.example/job?id=1#apply")
        assert page == FetchedPage("http://jobs.example/job?id=1", body, "text/html", "iso-8859-1")
        head = server.requests[-1].lower()
        assert head.startswith("get /job?id=1 http/1.1\r\nhost: jobs.example\r\nuser-agent: overture/1.0 (+https://")
        assert "cookie" not in head
        assert "referer" not in head


@pytest.mark.parametrize(
    "media_type", ["text/html", "application/json", "application/ld+json", "text/plain", "application/xhtml+xml"]
)
async def test_media_types_that_can_hold_a_posting(media_type: str) -> None:
    async with site({"/job": pages.answer(b"{}", media_type=media_type)}) as (fetcher, _):
        assert (await fetcher.fetch("http://jobs.example/job")).media_type == media_type


@pytest.mark.parametrize(
    "media_type", ["application/pdf", "image/png", "application/octet-stream", "text/html2", "", None]
)
async def test_other_media_types_are_refused_before_their_body(media_type: str | None) -> None:
    endless = pages.raw(
        b"HTTP/1.1 200 OK\r\n"
        + (f"Content-Type: {media_type}\r\n".encode() if media_type is not None else b"")
        + b"\r\n",
        then=pages.endlessly,
    )
    async with site({"/job": endless}) as (fetcher, _):
        assert "not to a page" in await refusal(fetcher, "http://jobs.example/job")


@pytest.mark.parametrize("code", [204, 206, 304, 401, 403, 404, 410, 429, 500, 503])
async def test_other_answers_are_said(code: int) -> None:
    async with site({"/job": pages.status(code)}) as (fetcher, _):
        assert f"status {code}" in await refusal(fetcher, "http://jobs.example/job")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        *((code, GonePage) for code in (404, 410)),
        *((code, UnreachablePage) for code in (408, 429, 500, 503)),
        *((code, UnfetchableUrl) for code in (401, 403, 451)),
    ],
)
async def test_whether_a_page_is_gone_or_away_is_told(code: int, kind: type[UnfetchableUrl]) -> None:
    async with site({"/job": pages.status(code)}) as (fetcher, _):
        with pytest.raises(UnfetchableUrl) as caught:
            await fetcher.fetch("http://jobs.example/job")
        assert type(caught.value) is kind


async def test_a_lying_charset_and_a_meta_refresh_are_only_handed_on() -> None:
    body = b'<meta http-equiv="refresh" content="0; url=http://127.0.0.1/">\xff\xfe'
    async with site({"/job": pages.answer(body, media_type="text/html; charset=no-such-thing")}) as (fetcher, server):
        page = await fetcher.fetch("http://jobs.example/job")
        assert (page.content, page.charset) == (body, "no-such-thing")
        assert server.paths == ["/robots.txt", "/job"]


# --- bodies ----------------------------------------------------------------------------------------------------------


def raw_deflate(body: bytes) -> bytes:
    return pages.gzipped(body, window=-15)


@pytest.mark.parametrize(
    ("sent", "encoding"),
    [
        (pages.gzipped(b"<p>hello</p>"), "gzip"),
        (pages.gzipped(b"<p>hello</p>"), "X-GZIP"),
        (pages.gzipped(b"<p>hello</p>"), "identity, gzip"),
        (pages.gzipped(b"<p>hel") + pages.gzipped(b"lo</p>") + b"\0\0", "gzip"),
        (zlib.compress(b"<p>hello</p>"), "deflate"),
        (raw_deflate(b"<p>hello</p>"), "deflate"),
        (b"<p>hello</p>", "identity"),
        (b"<p>hello</p>", ""),
    ],
)
async def test_one_layer_of_compression_is_undone(sent: bytes, encoding: str) -> None:
    async with site({"/job": pages.encoded(sent, encoding)}) as (fetcher, _):
        assert (await fetcher.fetch("http://jobs.example/job")).content == b"<p>hello</p>"


ZEROS = bytes(10_000_000)


@pytest.mark.parametrize(
    ("sent", "encoding", "reason"),
    [
        (pages.gzipped(pages.gzipped(ZEROS)), "gzip, gzip", "more than once"),
        (pages.gzipped(b"x"), "gzip, identity, deflate", "more than once"),
        (pages.gzipped(ZEROS), "gzip", "larger than 5 MB"),
        (zlib.compress(ZEROS), "deflate", "larger than 5 MB"),
        (raw_deflate(ZEROS), "deflate", "larger than 5 MB"),
        (pages.gzipped(b"x") * 200_000, "gzip", "more than 16 parts"),
        (pages.empty_deflate_blocks(6_000_000), "gzip", "larger than 5 MB"),
        (b"\x28\xb5\x2f\xfd", "zstd", "zstd"),
        (b"x", "br", "br"),
        (b"no gzip at all", "gzip", "broken"),
        (pages.gzipped(b"hello" * 1000)[:-20], "gzip", "ended early"),
        (pages.gzipped(b"hello") + b"junk", "gzip", "broken"),
        (bytes(PAGE_MAX_BYTES + 1), "", "larger than 5 MB"),
    ],
)
async def test_bodies_that_are_too_much_or_broken(sent: bytes, encoding: str, reason: str) -> None:
    async with site({"/job": pages.encoded(sent, encoding)}) as (fetcher, _):
        assert reason in await refusal(fetcher, "http://jobs.example/job")


async def test_a_body_of_exactly_the_limit_passes() -> None:
    async with site({"/job": pages.encoded(pages.gzipped(bytes(PAGE_MAX_BYTES)), "gzip")}) as (fetcher, _):
        assert len((await fetcher.fetch("http://jobs.example/job")).content) == PAGE_MAX_BYTES


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (pages.head_then(pages.endlessly), "larger than 5 MB"),
        (pages.raw(b""), "connection"),
        (pages.raw(b"SSH-2.0-OpenSSH_9.9\r\n"), "connection"),
        (pages.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\nshort"), "connection"),
        (
            pages.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            "connection",
        ),
        (pages.raw(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 300_000), "connection"),
        (pages.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), "connection"),
        (pages.raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + b"HTTP/1.1 101 Switching\r\n\r\n"), "connection"),
    ],
)
async def test_servers_that_do_not_speak_properly(behaviour: Behaviour, reason: str) -> None:
    async with site({"/job": behaviour}) as (fetcher, _):
        assert reason in await refusal(fetcher, "http://jobs.example/job")


# --- where it goes ---------------------------------------------------------------------------------------------------


async def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    async with page_server({"/job": pages.answer(b"hi")}) as server:
        internet, names = Internet(server.port), Names(jobs_example=[[PUBLIC], [PUBLIC], ["127.0.0.1"]])
        fetcher = fetcher_of(server, names, internet)
        await fetcher.fetch("http://jobs.example/job")
        assert internet.connects == [(PUBLIC, 80)] * 2  # robots.txt and the page, one look-up each
        assert names.asked == ["jobs.example"] * 2
        assert "not public" in await refusal(fetcher, "http://jobs.example/job")
        assert len(internet.connects) == 2


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://2130706433/", "http://[::ffff:169.254.169.254]/", "http://jobs.example:22/",
     "http://u@jobs.example/", "file:///etc/passwd", "http://localhost/", "http://①②⑦.⓪.⓪.①/"],
)  # fmt: skip
async def test_a_refused_url_costs_no_packet_and_no_look_up(url: str) -> None:
    async with page_server({}) as server:
        internet, names = Internet(server.port), Names()
        fetcher = fetcher_of(server, names, internet)
        with pytest.raises(UnfetchableUrl):
            fetcher.check(url)
        await refusal(fetcher, url)
        assert (internet.connects, names.asked, server.opened) == ([], [], 0)


@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], ["64:ff9b::a9fe:a9fe"], ["fe80::1%lo"], []])
async def test_a_name_with_a_single_bad_address_costs_no_packet(addresses: list[str]) -> None:
    async with page_server({}) as server:
        internet = Internet(server.port)
        detail = await refusal(fetcher_of(server, Names(jobs_example=[addresses]), internet), "http://jobs.example/")
        assert internet.connects == []
        assert not any(address in detail for address in addresses)


async def test_a_name_that_changes_between_the_hops_is_caught() -> None:
    behaviours = {"/job": pages.redirect("/job2"), "/job2": pages.answer(b"secret")}
    async with page_server(behaviours) as server:
        names = Names(jobs_example=[[PUBLIC], [PUBLIC], ["169.254.169.254"]])
        internet = Internet(server.port)
        assert "not public" in await refusal(fetcher_of(server, names, internet), "http://jobs.example/job")
        assert server.paths == ["/robots.txt", "/job"]


@pytest.mark.parametrize(
    "target",
    ["http://127.0.0.1/", "//169.254.169.254/latest", "http://2130706433/", "http://[::1]/", "http://jobs.example:6379/",
     "file:///etc/passwd", "http://u:p@jobs.example/", "gopher://jobs.example/", "http://localhost/", "", "http://[/",
     "javascript:alert(1)", "https:////[x]/"],
)  # fmt: skip
async def test_a_redirect_to_what_is_forbidden_is_not_followed(target: str) -> None:
    async with page_server({"/job": pages.redirect(target)}) as server:
        internet, names = Internet(server.port), Names()
        await refusal(fetcher_of(server, names, internet), "http://jobs.example/job")
        assert server.paths == ["/robots.txt", "/job"]
        assert len(internet.connects) == 2
        assert set(names.asked) == {"jobs.example"}


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_five_redirects_are_followed_and_a_sixth_is_not(code: int) -> None:
    hops: dict[str, Behaviour] = {f"/{number}": pages.redirect(f"{number + 1}", code=code) for number in range(6)}
    async with site({**hops, "/6": pages.answer(b"there")}) as (fetcher, _):
        page = await fetcher.fetch("http://jobs.example/1")
        assert (page.url, page.content) == ("http://jobs.example/6", b"there")
        assert "more than 5 times" in await refusal(fetcher, "http://jobs.example/0")


async def test_a_redirect_to_another_host_is_checked_there_with_its_own_robots_file() -> None:
    behaviours = {
        "/job": pages.redirect("http://www.example/forbidden"),
        "/forbidden": pages.answer(b"hi"),
    }
    other = {**behaviours, "/robots.txt": pages.answer(b"User-agent: *\nDisallow: /forbidden", media_type="text/plain")}
    async with page_server(behaviours) as one, page_server(other) as two:
        names = Names(www_example=[["8.8.8.8"]])
        fetcher = fetcher_of(one, names, Internet({PUBLIC: one.port, "8.8.8.8": two.port}))
        assert "robots.txt of www.example" in await refusal(fetcher, "http://jobs.example/job")
        assert two.paths == ["/robots.txt"]


async def test_the_next_address_is_tried_where_one_is_dead() -> None:
    async with page_server({"/job": pages.answer(b"hi")}) as server:
        internet = Internet({PUBLIC: server.port})
        names = Names(jobs_example=[["8.8.8.8", "1.1.1.1", PUBLIC, "9.9.9.9"]])
        assert (await fetcher_of(server, names, internet).fetch("http://jobs.example/job")).content == b"hi"
        assert [address for address, _ in internet.connects] == ["8.8.8.8", "1.1.1.1", PUBLIC] * 2


async def test_not_all_of_many_dead_addresses_are_tried() -> None:
    async with page_server({}) as server:
        internet = Internet({})
        names = Names(jobs_example=[[f"8.8.8.{number}" for number in range(20)]])
        assert "connection" in await refusal(fetcher_of(server, names, internet), "http://jobs.example/job")
        assert len(internet.connects) == 3


async def test_a_name_that_does_not_resolve() -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        raise OSError(f"{host}:{port} is not known")

    fetcher = HttpPageFetcher(allows_private=False, user_agent=USER_AGENT, resolve=nowhere)
    assert "cannot be looked up" in await refusal(fetcher, "http://jobs.example/")


async def test_private_addresses_and_ports_where_they_are_allowed_by_the_systems_own_resolver() -> None:
    async with page_server({"/job": pages.answer(b"hi")}) as server:
        fetcher = HttpPageFetcher(allows_private=True, user_agent=USER_AGENT)
        for url in (server.url("/job"), f"http://localhost:{server.port}/job"):
            assert (await fetcher.fetch(url)).content == b"hi"
        assert f"host: 127.0.0.1:{server.port}\r\n" in server.requests[1].lower()


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    async with site({"/job": pages.answer(b"hi")}) as (fetcher, _):
        assert (await fetcher.fetch("http://jobs.example/job")).content == b"hi"


# --- robots.txt ------------------------------------------------------------------------------------------------------


def robots(text: str, **more: Behaviour) -> dict[str, Behaviour]:
    return {"/robots.txt": pages.answer(text.encode(), media_type="text/plain"), "/job": pages.answer(b"hi")} | more


async def test_robots_txt_is_respected_and_asked_once() -> None:
    async with site(robots("User-agent: overture\nDisallow: /private")) as (fetcher, server):
        assert "robots.txt of jobs.example" in await refusal(fetcher, "http://jobs.example/private/1")
        await fetcher.fetch("http://jobs.example/job")
        assert server.paths == ["/robots.txt", "/job"]


async def test_robots_txt_is_asked_again_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "ROBOTS_TTL_SECONDS", 0.0)
    async with site(robots("")) as (fetcher, server):
        await fetcher.fetch("http://jobs.example/job")
        await fetcher.fetch("http://jobs.example/job")
        assert server.paths.count("/robots.txt") == 2


async def test_the_memory_of_robots_files_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "ROBOTS_CACHED_MAX", 2)
    async with site(robots("")) as (fetcher, server):
        for host in ("a", "b", "a", "c", "a", "b"):
            await fetcher.fetch(f"http://{host}.example/job")
        assert server.paths.count("/robots.txt") == 4  # b was the one used least lately when c came


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 429])
async def test_a_missing_robots_file_allows(code: int) -> None:
    async with site(robots("", **{"/robots.txt": pages.status(code)})) as (fetcher, _):
        assert (await fetcher.fetch("http://jobs.example/job")).content == b"hi"


async def test_a_robots_file_that_cannot_be_read_now_may_forbid_everything_and_is_not_remembered() -> None:
    behaviours = robots("", **{"/robots.txt": pages.status(503)})
    async with site(behaviours) as (fetcher, _):
        assert "status 503" in await refusal(fetcher, "http://jobs.example/job")
        behaviours["/robots.txt"] = pages.status(404)
        assert (await fetcher.fetch("http://jobs.example/job")).content == b"hi"


async def test_a_robots_file_behind_redirects() -> None:
    moved = {
        "/robots.txt": pages.redirect("/r"),
        "/r": pages.answer(b"User-agent: *\nDisallow: /", media_type="text/plain"),
    }
    async with site(robots("", **moved)) as (fetcher, _):
        assert "robots.txt" in await refusal(fetcher, "http://jobs.example/job")
    async with site(robots("", **{"/robots.txt": pages.redirect("/robots.txt")})) as (fetcher, server):
        assert (await fetcher.fetch("http://jobs.example/job")).content == b"hi"
        assert server.paths.count("/robots.txt") == 6
    async with site(robots("", **{"/robots.txt": pages.redirect("http://127.0.0.1/")})) as (fetcher, _):
        assert "not public" in await refusal(fetcher, "http://jobs.example/job")


async def test_of_a_huge_robots_file_the_beginning_counts() -> None:
    text = "User-agent: *\nDisallow: /private\n" + "# more\n" * 200_000
    async with site(robots(text)) as (fetcher, _):
        assert "robots.txt" in await refusal(fetcher, "http://jobs.example/private")
        assert (await fetcher.fetch("http://jobs.example/job")).content == b"hi"
    bomb = pages.encoded(pages.gzipped(text.encode() + bytes(50_000_000)), "gzip")
    async with site(robots("", **{"/robots.txt": bomb})) as (fetcher, _):
        assert "robots.txt" in await refusal(fetcher, "http://jobs.example/private")


# --- time ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "behaviour", [pages.silence, pages.raw(b"HTTP/1.1 200 OK\r\n", then=pages.silence), pages.head_then(pages.silence)]
)
async def test_a_server_that_falls_silent(behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "SILENCE_SECONDS", 0.1)
    async with site({"/job": behaviour}) as (fetcher, _):
        assert "in time" in await refusal(fetcher, "http://jobs.example/job")


@pytest.mark.parametrize("behaviour", [pages.trickle, pages.head_then(pages.trickle)])
async def test_a_server_that_trickles_is_given_up_as_a_whole(
    behaviour: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "FETCH_SECONDS", 0.4)
    async with site({"/job": behaviour}) as (fetcher, _):
        assert "within 0.4 s" in await refusal(fetcher, "http://jobs.example/job")


async def test_fetches_at_once_are_bounded_and_who_finds_no_place_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "FETCHES_MAX", 1)
    monkeypatch.setattr(http, "WAITING_MAX", 1)
    async with site({"/slow": pages.silence, "/job": pages.answer(b"hi")}) as (fetcher, server):
        async with anyio.create_task_group() as group:
            group.start_soon(fetcher.fetch, "http://jobs.example/slow")
            with anyio.fail_after(30):
                while "/slow" not in server.paths:
                    await anyio.sleep(0.005)
            monkeypatch.setattr(http, "FETCH_SECONDS", 0.1)
            with pytest.raises(Overloaded, match=r"within 0\.1 s"):
                await fetcher.fetch("http://jobs.example/job")
            monkeypatch.setattr(http, "FETCH_SECONDS", 10.0)
            group.start_soon(fetcher.fetch, "http://jobs.example/job")
            await anyio.wait_all_tasks_blocked()
            with anyio.fail_after(30), pytest.raises(Overloaded):
                await fetcher.fetch("http://jobs.example/job")
            assert "/job" not in server.paths
            group.cancel_scope.cancel()
        assert (await fetcher.fetch("http://jobs.example/job")).content == b"hi"


async def test_a_robots_file_that_hangs_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "ROBOTS_SECONDS", 0.2)
    async with site({"/robots.txt": pages.trickle}) as (fetcher, _):
        assert "robots.txt of jobs.example did not come" in await refusal(fetcher, "http://jobs.example/job")


async def test_a_resolver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(host: str, port: int) -> Sequence[str]:
        del host, port
        await anyio.sleep(math.inf)
        return []

    monkeypatch.setattr("service.adapters.page_fetcher.network.LOOK_UP_SECONDS", 0.1)
    fetcher = HttpPageFetcher(allows_private=False, user_agent=USER_AGENT, resolve=hang)
    assert "Looking jobs.example up" in await refusal(fetcher, "http://jobs.example/")


async def test_the_callers_own_deadline_stays_the_callers() -> None:
    async with site({"/job": pages.silence}) as (fetcher, _):
        with pytest.raises(TimeoutError), anyio.fail_after(0.2):
            await fetcher.fetch("http://jobs.example/job")


# --- cancellation ----------------------------------------------------------------------------------------------------


class CancelAt:
    """Cancels `scope` at the nth step."""

    def __init__(self, step: int) -> None:
        self.steps_left = step
        self.scope = anyio.CancelScope()

    def __call__(self) -> None:
        self.steps_left -= 1
        if self.steps_left == 0:
            self.scope.cancel()


async def cancel_at_each_step(server: PageServer, url: str, tls: ssl.SSLContext | None = None) -> int:
    for step in range(1, 100):
        cancel = CancelAt(step)
        names = Names()

        async def resolve(host: str, port: int, names: Names = names, cancel: CancelAt = cancel) -> Sequence[str]:
            cancel()
            return await names(host, port)

        fetcher = HttpPageFetcher(
            allows_private=False,
            user_agent=USER_AGENT,
            resolve=resolve,
            network=Internet(server.port, cancel),
            ssl_context=tls,
        )
        with cancel.scope:
            await fetcher.fetch(url)
        await server.quiet()
        if cancel.steps_left > 0:
            return step - 1
        assert cancel.scope.cancelled_caught or step > 1
    raise AssertionError("it never ends")


async def test_cancelled_at_each_step_it_leaves_no_connection_open() -> None:
    chunks = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"

    async def slowly(stream: anyio.abc.ByteStream) -> None:
        for _ in range(3):
            await anyio.sleep(0.002)
            await stream.send(b"1\r\nx\r\n")
        await stream.send(b"0\r\n\r\n")

    behaviours = {"/job": pages.redirect("/job2"), "/job2": pages.raw(chunks, then=slowly)}
    async with page_server(behaviours) as server:
        assert await cancel_at_each_step(server, "http://jobs.example/job") > 12


# --- TLS -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of jobs.example, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "jobs.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("jobs.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "jobs.example.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def server_tls(certificate: Path, names: list[str | None]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    return context


async def test_tls_is_verified_for_the_name_though_the_connection_goes_to_an_address(certificate: Path) -> None:
    asked: list[str | None] = []
    async with page_server({"/job": pages.answer(b"hi")}, tls=server_tls(certificate, asked)) as server:
        internet = Internet(server.port)
        fetcher = HttpPageFetcher(
            allows_private=False,
            user_agent=USER_AGENT,
            resolve=Names(),
            network=internet,
            ssl_context=ssl.create_default_context(cafile=str(certificate)),
        )
        assert (await fetcher.fetch("https://jobs.example/job")).content == b"hi"
        assert internet.connects == [(PUBLIC, 443)] * 2
        assert set(asked) == {"jobs.example"}
        assert "host: jobs.example\r\n" in server.requests[0].lower()
        assert "CERTIFICATE_VERIFY_FAILED" in await refusal(fetcher, "https://other.example/job")


async def test_an_unknown_certificate_is_refused(certificate: Path) -> None:
    async with page_server({"/job": pages.answer(b"hi")}, tls=server_tls(certificate, [])) as server:
        assert "CERTIFICATE_VERIFY_FAILED" in await refusal(fetcher_of(server), "https://jobs.example/job")
        assert server.requests == []


async def test_cancelled_at_each_step_of_tls_it_leaves_no_connection_open(certificate: Path) -> None:
    async with page_server({"/job": pages.answer(b"hi")}, tls=server_tls(certificate, [])) as server:
        context = ssl.create_default_context(cafile=str(certificate))
        assert await cancel_at_each_step(server, "https://jobs.example/job", context) > 8


# --- the fake --------------------------------------------------------------------------------------------------------


async def test_the_scripted_fetcher_refuses_by_the_same_rules() -> None:
    page = html_page("https://jobs.example/1", "<p>hi</p>")
    fetcher: PageFetcher = ScriptedPageFetcher({page.url: page, "https://jobs.example/2": UnfetchableUrl("gone")})
    assert await fetcher.fetch("https://jobs.example/1") == page
    assert await refusal(fetcher, "https://jobs.example/2") == "gone"
    assert "scripted" in await refusal(fetcher, "https://jobs.example/3")
    assert "not public" in await refusal(fetcher, "http://127.0.0.1/")
