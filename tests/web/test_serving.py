"""One request through the gate: order, deadline, the client's leaving, and what is answered."""

from contextlib import suppress
from typing import Annotated, Any

import anyio
import httpx
import msgspec
import pytest
from msgspec import Meta

from service.kernel.concurrency import Admission
from service.kernel.database import DatabaseUnavailable
from service.kernel.errors import NotFound
from service.kernel.telemetry import doing
from service.web.endpoint import Access, Call, Endpoint, JsonBody, RawBody, Reply
from tests.http import serve
from tests.web.application import NoDatabase, Parts, bearer, client_of

pytestmark = pytest.mark.anyio


class Greeting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=20)]
    times: Annotated[int, Meta(ge=1, le=9)] = 1


class Loudness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    loud: bool = False


class Greeted(msgspec.Struct, frozen=True):
    text: str
    by: str


async def greet(call: Call[Greeting, Loudness]) -> Greeted:
    """Greet somebody."""
    text = f"hello {call.body.name}"
    return Greeted(text.upper() if call.query.loud else text, call.principal.user)


async def who(call: Call[None, None]) -> dict[str, Any]:
    """Who is calling."""
    who = call.principal
    return {"user": who.user, "tenant": who.tenant, "email": who.email, "headers": dict(call.headers)}


GREET = Endpoint("POST", "/greet", greet, answer=Greeted, status=201, body=JsonBody(Greeting), query=Loudness)
WHO = Endpoint("GET", "/who", who, answer=dict[str, Any])


class Work:
    """An endpoint that does as the test says and tells how it ended."""

    def __init__(self, *, swallows: bool = False) -> None:
        self.started = anyio.Event()
        self.released = anyio.Event()
        self.ended = anyio.Event()
        self.outcome = "running"
        self._swallows = swallows

    async def __call__(self, _call: Call[Any, None]) -> dict[str, str]:
        """Work."""
        doing("waiting for the test")
        self.started.set()
        try:
            if self._swallows:  # like a unit of work in its COMMIT: cancelled, and it finishes all the same
                with anyio.CancelScope(shield=True):
                    await self.released.wait()
            else:
                await self.released.wait()
            self.outcome = "done"
        except BaseException:
            self.outcome = "cancelled"
            raise
        finally:
            self.ended.set()
        return {"done": "yes"}

    def endpoint(self, **options: Any) -> Endpoint:
        return Endpoint("POST", "/work", self, answer=dict[str, str], status=201, **options)


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.json()["type"].rpartition("/")[2]


async def test_a_typed_body_and_query_go_in_and_a_typed_answer_comes_out() -> None:
    async with Parts().client(GREET) as client:
        answer = await client.post("/greet?loud=true", json={"name": "bo"})
    assert answer.status_code == 201, answer.text
    assert answer.json() == {"text": "HELLO BO", "by": "ada"}
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.headers["x-request-id"]) == 32


async def test_over_a_socket() -> None:
    async with (
        serve(Parts().app(GREET)) as url,
        httpx.AsyncClient(base_url=url, timeout=30, headers=bearer("ada")) as client,
    ):
        assert (await client.post("/greet", json={"name": "bo"})).json() == {"text": "hello bo", "by": "ada"}


# -- what is refused, and how --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "headers", "status", "expected"),
    [
        (b"{", {}, 400, "malformed-json"),
        (b"", {}, 400, "malformed-json"),
        (b'{"nam": "bo"}', {}, 422, "invalid-request"),
        (b'{"name": "bo"}', {"content-type": "text/plain"}, 415, "unsupported-media-type"),
        (b'{"name": "bo"}', {"x-request-timeout": "soon"}, 422, "invalid-request"),
        (b'{"name": "bo"}', {"x-request-timeout": "0"}, 422, "invalid-request"),
        (b'{"name": "bo"}', {"x-request-timeout": "-1"}, 422, "invalid-request"),
        (b'{"name": "bo"}', {"x-request-timeout": "nan"}, 422, "invalid-request"),
        (b'{"name": "bo"}', {"x-request-timeout": "1e999"}, 422, "invalid-request"),
        (b'{"name": "bo"}', {"authorization": "Bearer a.b.c"}, 401, "unauthenticated"),
        (b'{"name": "bo"}', {"authorization": ""}, 401, "unauthenticated"),
        (b'{"name": "bo"}', {"x-on-behalf-of": "bob"}, 403, "forbidden"),
        (b'{"name": "%s"}' % (b"a" * 1_000_000), {}, 413, "body-too-large"),
    ],
)
async def test_refusals(content: bytes, headers: dict[str, str], status: int, expected: str) -> None:
    async with Parts().client(GREET) as client:
        answer = await client.post("/greet", content=content, headers=headers)
    assert (answer.status_code, slug(answer)) == (status, expected)
    assert answer.json()["instance"] == "/greet"
    assert ("www-authenticate" in answer.headers) == (status == 401)


async def test_a_query_nobody_declared_is_refused() -> None:
    async with Parts().client(WHO, GREET) as client:
        assert (await client.get("/who?x=1")).status_code == 422
        answer = await client.post("/greet?loud=maybe", json={"name": "bo"})
    assert answer.json()["errors"] == [{"pointer": "/loud", "detail": "Expected `bool`, got `str`"}]


async def test_a_fact_raised_by_the_handler_is_its_problem() -> None:
    async def missing(_call: Call[None, None]) -> None:
        async with anyio.create_task_group():
            raise NotFound("There is no such thing.")

    async with Parts().client(Endpoint("GET", "/missing", missing)) as client:
        answer = await client.get("/missing")
    assert (answer.status_code, slug(answer), answer.json()["detail"]) == (404, "not-found", "There is no such thing.")


async def test_an_accident_is_a_500_that_says_nothing() -> None:
    async def broken(_call: Call[None, None]) -> None:
        raise RuntimeError("hunter2")

    async with Parts().client(Endpoint("GET", "/broken", broken)) as client:
        answer = await client.get("/broken")
    assert (answer.status_code, slug(answer)) == (500, "internal")
    assert "hunter2" not in answer.text


# -- who is calling ------------------------------------------------------------------------------------------------


async def test_a_service_acts_for_a_user_in_that_users_own_tenant() -> None:
    headers = bearer("robot", scopes=["service"], email="robot@example.com") | {"x-on-behalf-of": "bob"}
    async with Parts().client(WHO) as client:
        who = (await client.get("/who", headers=headers)).json()
        assert (who["user"], who["tenant"], who["email"]) == ("bob", "user:bob", None)
        assert "authorization" not in who["headers"]
        tenanted = bearer("robot", scopes=["service"], tenant="acme") | {"x-on-behalf-of": "bob"}
        assert (await client.get("/who", headers=tenanted)).json()["tenant"] == "acme"


async def test_a_user_who_is_not_stored() -> None:
    class Nobody(NoDatabase):
        async def read(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
            return False

    token_only = Endpoint("GET", "/token", who, access=Access.TOKEN, answer=dict[str, Any])
    async with Parts(db=Nobody()).client(WHO, token_only) as client:
        answer = await client.get("/who")
        assert (answer.status_code, slug(answer)) == (403, "unknown-user")
        assert (await client.get("/token")).status_code == 200


async def test_a_public_endpoint_asks_for_nothing_and_trusts_nothing() -> None:
    public = Endpoint("GET", "/public", who, access=Access.PUBLIC, answer=dict[str, Any])
    async with Parts().client(public) as client:
        assert (await client.get("/public?cache=1", headers=bearer("ada"))).json()["user"] == ""
        assert (await client.get("/public", headers={"authorization": "Bearer nonsense"})).status_code == 200


async def test_an_admin_endpoint_wants_the_scope() -> None:
    admin = Endpoint("GET", "/admin", who, access=Access.ADMIN, answer=dict[str, Any])
    async with Parts().client(admin) as client:
        assert (await client.get("/admin")).status_code == 403
        assert (await client.get("/admin", headers=bearer("root", scopes=["admin"]))).status_code == 200


# -- the request's time --------------------------------------------------------------------------------------------


async def test_the_callers_patience_runs_out() -> None:
    work = Work()
    async with Parts().client(work.endpoint()) as client:
        with anyio.fail_after(30):
            answer = await client.post("/work", headers={"x-request-timeout": "0.05"})
    assert (answer.status_code, slug(answer), work.outcome) == (504, "deadline-exceeded", "cancelled")


async def test_the_callers_patience_is_capped_by_ours() -> None:
    async with Parts(request_timeout_seconds=0.05).client(Work().endpoint()) as client:
        with anyio.fail_after(30):
            assert (await client.post("/work", headers={"x-request-timeout": "9e9"})).status_code == 504


async def test_an_answer_that_was_returned_is_sent_past_the_deadline() -> None:
    work, answer = Work(swallows=True), httpx.Response(0)
    async with Parts().client(work.endpoint()) as client, anyio.create_task_group() as group:

        async def release_late() -> None:
            await work.started.wait()
            await anyio.sleep(0.1)
            work.released.set()

        group.start_soon(release_late)
        with anyio.fail_after(30):
            answer = await client.post("/work", headers={"x-request-timeout": "0.05"})
    assert (answer.status_code, answer.json(), work.outcome) == (201, {"done": "yes"}, "done")


async def test_the_live_tree_shows_the_request_and_its_deadline() -> None:
    work, parts = Work(), Parts()
    async with parts.client(work.endpoint()) as client, anyio.create_task_group() as group:
        group.start_soon(client.post, "/work")
        with anyio.fail_after(30):
            await work.started.wait()
        (root,) = parts.tasks.describe()
        assert (root["kind"], root["name"], root["state"]) == ("request", "POST /work", "waiting for the test")
        assert 0 < root["deadline_in_seconds"] <= 10
        work.released.set()
    assert parts.tasks.describe() == []


# -- capacity and drain --------------------------------------------------------------------------------------------


async def test_over_capacity_is_said_at_once() -> None:
    work, parts = Work(), Parts(admission=Admission(running=1, waiting=0))
    async with parts.client(work.endpoint(admitted=True), WHO) as client, anyio.create_task_group() as group:
        group.start_soon(client.post, "/work")
        with anyio.fail_after(30):
            await work.started.wait()
            refused = await client.post("/work")
            assert (refused.status_code, slug(refused)) == (503, "overloaded")
            assert int(refused.headers["retry-after"]) > 0
            assert (await client.get("/who")).status_code == 200
        work.released.set()
    assert parts.admission.running == 0


async def test_the_drain_refuses_new_requests_and_serves_probes() -> None:
    parts = Parts()
    probe = Endpoint("GET", "/probe", who, access=Access.PUBLIC, is_probe=True, answer=dict[str, Any])
    parts.in_flight.refuse()
    async with parts.client(WHO, probe) as client:
        answer = await client.get("/who")
        assert (answer.status_code, slug(answer)) == (503, "shutting-down")
        assert (await client.get("/probe")).status_code == 200


async def test_the_end_of_the_drain_cancels_the_work_and_tells_its_client() -> None:
    work, parts, answer = Work(), Parts(), httpx.Response(0)
    async with parts.client(work.endpoint()) as client, anyio.create_task_group() as group:

        async def drain() -> None:
            await work.started.wait()
            assert len(parts.in_flight) == 1
            parts.in_flight.cancel()

        group.start_soon(drain)
        with anyio.fail_after(30):
            answer = await client.post("/work")
    assert (answer.status_code, slug(answer), work.outcome) == (503, "shutting-down", "cancelled")
    assert len(parts.in_flight) == 0


async def test_a_database_that_is_away_is_503() -> None:
    class Away(NoDatabase):
        async def read(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
            raise DatabaseUnavailable("The database cannot be reached.")

    async with Parts(db=Away()).client(WHO) as client:
        answer = await client.get("/who")
    assert (answer.status_code, slug(answer)) == (503, "database-unavailable")


# -- the client leaves ---------------------------------------------------------------------------------------------


async def test_a_path_without_parameters_is_the_whole_path() -> None:
    async def which(call: Call[None, None]) -> dict[str, Any]:
        """Which path was asked for."""
        return dict(call.path)

    named = Endpoint("GET", "/people/{name}", which, answer=dict[str, Any])
    app = Parts().app(named, WHO)
    async with client_of(app) as client:
        asked = {path: await client.get(path) for path in ("/who", "/who/", "/whose", "/people/who")}
    assert [answer.status_code for answer in asked.values()] == [200, 307, 404, 200]
    assert asked["/people/who"].json() == {"name": "who"}
    below = httpx.ASGITransport(app, root_path="/mounted")
    async with httpx.AsyncClient(transport=below, base_url="http://overture.test", headers=bearer("ada")) as client:
        assert (await client.get("/mounted/who")).json()["user"] == "ada"
        assert (await client.put("/mounted/who")).headers["allow"] == "GET, HEAD"


async def test_a_client_that_leaves_ends_its_work() -> None:
    work, parts = Work(), Parts()
    async with serve(parts.app(work.endpoint())) as url:
        async with (
            httpx.AsyncClient(base_url=url, timeout=30, headers=bearer("ada")) as client,
            anyio.create_task_group() as group,
        ):
            group.start_soon(client.post, "/work")
            with anyio.fail_after(30):
                await work.started.wait()
            group.cancel_scope.cancel()
        with anyio.fail_after(30):
            await work.ended.wait()
    assert work.outcome == "cancelled"
    assert parts.tasks.describe() == []


class Cut:
    """An ASGI server that cancels the application at its n-th message."""

    def __init__(self, at: int, content: bytes) -> None:
        self.scope = anyio.CancelScope()
        self.sent: list[str] = []
        self._at = at
        self._messages = [
            {"type": "http.request", "body": content, "more_body": True},
            {"type": "http.request", "body": b"", "more_body": False},
        ]

    async def run(self, app: Any, path: str) -> None:
        headers = [(name.lower().encode(), value.encode()) for name, value in bearer("ada").items()]
        request = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "root_path": ""}
        with self.scope, anyio.fail_after(30):
            await app(request | {"query_string": b"", "headers": headers}, self._receive, self._send)

    async def _step(self) -> None:
        self._at -= 1
        if self._at < 0:
            self.scope.cancel()
        await anyio.lowlevel.checkpoint()

    async def _receive(self) -> dict[str, Any]:
        if not self._messages:
            await anyio.sleep_forever()
        await self._step()
        return self._messages.pop(0)

    async def _send(self, message: Any) -> None:
        await self._step()
        self.sent.append(message["type"])


@pytest.mark.parametrize(("at", "is_answered"), [(0, False), (1, False), (2, False), (3, False), (4, True)])
async def test_cancelling_at_each_await_leaves_nothing_behind(at: int, is_answered: bool) -> None:
    parts, cut = Parts(), Cut(at, b'{"name": "bo"}')
    await cut.run(parts.app(GREET), "/greet")
    assert ("http.response.body" in cut.sent) is is_answered
    assert parts.tasks.describe() == []
    assert len(parts.in_flight) == 0


# -- small things clients rely on ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"), [("abc-123", True), ("a" * 129, False), ("a b", False), ("é", False), ("", False)]
)
async def test_a_sane_request_id_is_kept(given: str, kept: bool) -> None:
    async with Parts().client(WHO) as client:
        answer = await client.get("/who", headers=[(b"x-request-id", given.encode("latin-1"))])
    assert (answer.headers["x-request-id"] == given) is kept


async def test_head_is_get_without_the_body() -> None:
    async with (
        serve(Parts().app(WHO)) as url,
        httpx.AsyncClient(base_url=url, timeout=30, headers=bearer("ada")) as client,
    ):
        answer = await client.head("/who")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_a_reply_speaks_for_itself() -> None:
    async def reply(_call: Call[None, None]) -> Reply:
        return Reply(b"id,name\n", {"etag": '"1"'}, "text/csv", 203)

    async def nothing(_call: Call[None, None]) -> None:
        return None

    async with Parts().client(
        Endpoint("GET", "/reply", reply), Endpoint("DELETE", "/reply", nothing, status=204)
    ) as client:
        answer = await client.get("/reply")
        assert (answer.status_code, answer.content) == (203, b"id,name\n")
        assert (answer.headers["etag"], answer.headers["content-type"]) == ('"1"', "text/csv")
        gone = await client.delete("/reply")
        assert (gone.status_code, gone.content) == (204, b"")


@pytest.mark.parametrize("sent", [b"", b"\xff\x00{", b'{"a": 1, "a": 2}', b" [1] "])
async def test_a_raw_body_is_handed_on_as_it_was_sent(sent: bytes) -> None:
    async def echo(call: Call[bytes, None]) -> Reply:
        return Reply(call.body, media_type="application/octet-stream")

    endpoint = Endpoint("POST", "/raw", echo, body=RawBody(max_bytes=100), access=Access.PUBLIC)
    async with Parts().client(endpoint) as client:
        for media_type in ("application/json", "text/plain", "x"):
            answer = await client.post("/raw", content=sent, headers={"content-type": media_type})
            assert (answer.status_code, answer.content) == (200, sent)
        assert (await client.post("/raw", content=b"x" * 101)).status_code == 413


async def test_paths_are_converted_and_refused() -> None:
    async def read(call: Call[None, None]) -> str:
        return repr(call.path["id"])

    endpoint = Endpoint("GET", "/thing/{id:int}", read)
    async with Parts().client(endpoint) as client:
        assert (await client.get("/thing/7")).json() == "7"
        assert (await client.get(f"/thing/{2**63}")).status_code == 404
        assert (await client.get("/thing/x")).status_code == 404


def test_a_key_without_a_stored_user_is_a_mistake_found_at_the_start() -> None:
    with pytest.raises(ValueError, match="stored users"):
        client_of(Parts().app(Endpoint("POST", "/a", who, access=Access.TOKEN, idempotent=True)))
    with pytest.raises(ValueError, match="declared twice"):
        Parts().app(WHO, WHO)


async def test_requests_are_counted_by_route_and_never_by_path() -> None:
    parts = Parts()
    async with parts.client(WHO) as client:
        await client.get("/who")
        await client.get("/secret-path-nobody-declared")
        with suppress(httpx.HTTPError):
            await client.request("BREW", "/who")
    figures = parts.metrics.exposition().decode()
    assert 'overture_http_requests_total{method="GET",route="/who",status="200"} 1.0' in figures
    assert 'route="unmatched"' in figures
    assert "secret-path" not in figures
    assert "BREW" not in figures
