"""What no well-behaved client sends is refused before anything looks at it."""

import httpx
import pytest

from service.web.endpoint import Access, Call, Endpoint
from tests.web.application import Parts, bearer

pytestmark = pytest.mark.anyio


async def hello(_call: Call[None, None]) -> dict[str, str]:
    """Say hello."""
    return {"hello": "world"}


HELLO = Endpoint("GET", "/hello", hello, answer=dict[str, str], access=Access.PUBLIC)


def problem(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["request_id"] == answer.headers["x-request-id"]
    return answer.status_code, document["type"].rpartition("/")[2]


async def test_more_than_a_hundred_headers() -> None:
    async with Parts().client(HELLO) as client:
        answer = await client.get("/hello", headers=[(f"x-{number}", "1") for number in range(5_000)])
    assert problem(answer) == (431, "headers-too-large")


@pytest.mark.parametrize(
    "headers",
    [
        [("content-length", "0"), ("transfer-encoding", "chunked")],
        [("authorization", "Bearer a"), ("authorization", "Bearer b")],
        [("idempotency-key", "a"), ("idempotency-key", "a")],
        [("x-request-timeout", "1"), ("x-request-timeout", "2")],
    ],
)
async def test_headers_that_read_two_ways(headers: list[tuple[str, str]]) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Parts().app(HELLO)), base_url="http://x.test") as client:
        answer = await client.get("/hello", headers=headers)
    assert problem(answer) == (400, "malformed-request")


async def test_every_answer_carries_the_security_headers() -> None:
    async with Parts().client(HELLO) as client:
        for path in ("/hello", "/nowhere"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["cache-control"] == "no-store"
            assert headers["content-security-policy"].startswith("default-src 'none'")


async def test_an_unknown_path_and_method_are_problems() -> None:
    async with Parts().client(HELLO) as client:
        assert problem(await client.get("/nowhere")) == (404, "not-found")
        answer = await client.delete("/hello")
        assert problem(answer) == (405, "method-not-allowed")
        assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("origin", ["https://evil.example", "https://good.example.evil.example", "null"])
async def test_a_foreign_origin_is_told_nothing(origin: str) -> None:
    async with Parts(allowed_origins=["https://good.example"]).client(HELLO) as client:
        answer = await client.get("/hello", headers={"origin": origin})
        assert "access-control-allow-origin" not in answer.headers
        preflight = {"origin": origin, "access-control-request-method": "GET"}
        assert (await client.options("/hello", headers=preflight)).status_code == 400


async def test_an_allowed_origin_may_read() -> None:
    async with Parts(allowed_origins=["https://good.example"]).client(HELLO) as client:
        answer = await client.get("/hello", headers={"origin": "https://good.example", **bearer("ada")})
        assert answer.headers["access-control-allow-origin"] == "https://good.example"
        assert "access-control-allow-credentials" not in answer.headers
        preflight = {
            "origin": "https://good.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization, idempotency-key, x-request-timeout",
        }
        assert (await client.options("/hello", headers=preflight)).status_code == 200
