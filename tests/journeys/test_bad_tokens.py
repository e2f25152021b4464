"""Tokens that are not good, over HTTP: each is 401, none says why in a way that helps its maker, and nothing breaks."""

import base64
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from joserfc import jwk, jwt

from tests.journeys.problems import assert_problem
from tests.journeys.process import ISSUER, SECRET, Service, token

pytestmark = pytest.mark.anyio

NOW = int(datetime.now(UTC).timestamp())
RSA = jwk.RSAKey.generate_key(2048)


def claims(user: str, **different: Any) -> dict[str, Any]:
    """Those of a good token, but for `different`; None leaves a claim out."""
    good = {"sub": user, "aud": "overture", "iss": ISSUER, "iat": NOW, "exp": NOW + 3600}
    return {name: value for name, value in {**good, **different}.items() if value is not None}


def signed(said: Any, *, header: Mapping[str, Any] | None = None, secret: bytes = SECRET.encode()) -> str:
    """Signed by hand: no library gets in the way of a forger."""
    head = {"alg": "HS256", **(header or {})}
    unsigned = f"{_part(json.dumps(head).encode())}.{_part(json.dumps(said).encode())}"
    digest = hmac.digest(secret, unsigned.encode(), "sha512" if head["alg"] == "HS512" else "sha256")
    return f"{unsigned}.{_part(digest)}"


def raw(header: Any, payload: Any, signature: bytes = b"") -> str:
    return ".".join(map(_part, (json.dumps(header).encode(), json.dumps(payload).encode(), signature)))


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _each(name: str, *values: Any) -> list[dict[str, Any]]:
    return [{name: value} for value in values]


# Claims that a good signature does not save.
BAD_CLAIMS: tuple[dict[str, Any], ...] = (
    *_each("aud", None, "other", "", ["overture"], ["other", "overture"], 1, {}),
    *_each("iss", None, "other", "", [ISSUER], 1),
    *_each("exp", None, 0, -1, NOW - 1, NOW + 25 * 3600, 1e30, 10**400, "never", str(NOW + 60)),
    *_each("exp", True, [NOW + 60], {}, 253_402_300_800),
    *_each("sub", None, "", ["grace"], 1, {"id": "grace"}, "a" * 256, "a\nb", "a\0b", "\u202egrace"),
    *_each("nbf", NOW + 3600, "soon", 1e30, []),
    *_each("iat", NOW + 3600, "soon", 1e30),
    *_each("scope", ["service"], 1, {"service": True}, "s" * 2_001),
    *_each("tenant", "", ["a"], 1, "t" * 256, "a\nb"),
    *_each("email", ["a@example.com"], 1, "a" * 255, "a@example.com\r\nBcc: b@example.com"),
)


def forged(user: str) -> dict[str, str]:
    """Tokens whose claims are good, and whose form or signature is not."""
    good = signed(claims(user))
    head, body, signature = good.split(".")
    with_a_key_inside = {"alg": "RS256", "jwk": RSA.as_dict(private=False)}
    return {
        "alg none": raw({"alg": "none"}, claims(user)),
        "alg None": raw({"alg": "None"}, claims(user), b"x"),
        "no alg": raw({}, claims(user)),
        "no signature": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "five parts": f"{good}.{head}.{body}",
        "another secret": signed(claims(user), secret=b"x" * 40),
        "an empty secret": signed(claims(user), secret=b""),
        "a public key as the secret": signed(claims(user), secret=RSA.as_pem(private=False)),
        "RS256 with the key inside": jwt.encode(with_a_key_inside, claims(user), RSA, algorithms=["RS256"]),
        "HS512 with our secret": signed(claims(user), header={"alg": "HS512"}),
        "another body": ".".join((head, raw({}, claims("somebody-else")).split(".")[1], signature)),
        "a kid that is a path": signed(claims(user), header={"kid": "../../../../dev/null"}, secret=b""),
        "a kid that is SQL": signed(claims(user), header={"kid": "' UNION SELECT 'x"}, secret=b"x"),
        "an address of keys": signed(claims(user), header={"jku": "http://127.0.0.1:9/keys"}, secret=b"x"),
        "a kid that is a list": raw({"alg": "HS256", "kid": ["a"]}, claims(user), b"x" * 32),
        "alg is a list": raw({"alg": ["HS256"]}, claims(user), b"x" * 32),
        "critical extension": signed(claims(user), header={"crit": ["exp"], "exp": 1}),
        "a header that is no object": raw([], claims(user), b"x"),
        "claims that are no object": signed(["grace"]),
        "claims that are a text": signed("grace"),
        "deep claims": signed({**claims(user), "x": json.loads("[" * 500 + "]" * 500)}, secret=b"x"),
        "8 kB": "a" * 8_500,
        "no base64": "§.§.§".encode().decode("latin-1"),
        "dots": "..",
    }


async def test_forged_tokens_are_refused(standing: Service) -> None:
    user = await standing.somebody()
    async with standing.client(user) as client:
        for name, bad in forged(user).items():
            answer = await client.get("/api/users/me", headers={b"Authorization": f"Bearer {bad}".encode("latin-1")})
            assert answer.status_code == 401, name
            assert_problem(answer, 401, "unauthenticated")
            assert bad[:40] not in answer.text


async def test_claims_that_are_not_good_are_refused(standing: Service) -> None:
    user = await standing.somebody()
    async with standing.client(user) as client:
        for different in BAD_CLAIMS:
            said = claims(user, **different)
            answer = await client.get("/api/users/me", headers={"Authorization": f"Bearer {signed(said)}"})
            assert answer.status_code == 401, different
            assert_problem(answer, 401, "unauthenticated")
        good = await client.get("/api/users/me", headers={"Authorization": f"Bearer {signed(claims(user))}"})
        assert good.status_code == 200, good.text


async def test_what_is_no_bearer_token_is_refused(standing: Service) -> None:
    user = await standing.somebody()
    good = token(user)
    schemes = ("", "Bearer", f"Basic {good}", f"{good}", f"Bearer, {good}", f"Bearer {good} x", f"Token {good}")
    async with httpx.AsyncClient(base_url=standing.base_url, trust_env=False) as client:
        assert_problem(await client.get("/api/users/me"), 401, "unauthenticated")
        for given in schemes:
            answer = await client.get("/api/users/me", headers={"Authorization": given})
            assert_problem(answer, 401, "unauthenticated")
        assert_problem(await client.get("/api/users/me", headers={"Cookie": f"token={good}"}), 401, "unauthenticated")
        assert_problem(await client.get("/api/users/me", params={"access_token": good}), 401, "unauthenticated")
        twice = [("Authorization", f"Bearer {good}"), ("Authorization", f"Bearer {good}")]
        assert_problem(await client.get("/api/users/me", headers=twice), 400, "malformed-request")


async def test_a_token_of_100_kb_is_refused_and_the_next_request_served(standing: Service) -> None:
    user = await standing.somebody()
    async with standing.client(user) as client:
        bad = {"Authorization": f"Bearer {signed(claims(user, scope='x ' * 40_000))}"}
        assert (await client.get("/api/users/me", headers=bad)).status_code in {400, 401, 431}
        assert (await client.get("/api/users/me")).status_code == 200


async def test_scopes_open_only_what_they_name(standing: Service) -> None:
    user, other = await standing.somebody(), await standing.somebody()

    async def status(path: str, scope: str, **headers: str) -> int:
        given = {"Authorization": f"Bearer {token(user, scope=scope)}", **headers}
        async with httpx.AsyncClient(base_url=standing.base_url, trust_env=False) as client:
            return (await client.get(path, headers=given)).status_code

    assert await status("/debug/tasks", "admin") == 200
    for scope in ("", "service", "Admin", "administrator", "admin,service", "not-admin"):
        assert await status("/debug/tasks", scope) == 403
    instead = {"X-On-Behalf-Of": other}
    assert await status("/api/users/me", "service", **instead) == 200
    for scope in ("", "admin", "Service", "services"):
        assert await status("/api/users/me", scope, **instead) == 403
    assert await status("/api/users/me", "service", **{"X-On-Behalf-Of": "never-stored"}) == 403
    assert await status("/api/users/me", "service", **{"X-On-Behalf-Of": ""}) == 422


async def test_after_all_of_it_everything_is_in_order(standing: Service) -> None:
    await standing.is_in_order()
