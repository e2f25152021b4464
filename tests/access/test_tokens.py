"""What is accepted, and a list of what is not. Tokens are made here without `mint` where they are forged."""

import base64
import hmac
import json
import warnings
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwk, jwt

from service.access.tokens import TOKEN_MAX_BYTES, Authenticator, Unauthenticated, WeakSecret, mint
from service.kernel.clock import FixedClock

SECRET = b"a secret of thirty-two bytes or more"
AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
NOW = int(AT.timestamp())
CLOCK = FixedClock(AT)
GOOD = {"sub": "ada", "aud": "overture", "exp": NOW + 3600}


def authenticator(**options: Any) -> Authenticator:
    return Authenticator.with_secret(SECRET, clock=CLOCK, **options)


def signed(claims: dict[str, Any], *, secret: bytes = SECRET, **header: Any) -> str:
    """Signed by hand (RFC 7515, 3.1), so that it can say what a library would refuse to."""
    content = f"{encoded({'alg': 'HS256', **header})}.{encoded(claims)}"
    return f"{content}.{base64url(hmac.digest(secret, content.encode(), 'sha256'))}"


def encoded(value: Any) -> str:
    return base64url(json.dumps(value).encode())


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def test_what_mint_makes_is_accepted() -> None:
    token = mint(
        SECRET,
        clock=CLOCK,
        user="ada",
        lifetime_seconds=86_400,
        email="ada@example.com",
        tenant="acme",
        scopes=frozenset({"admin", "service"}),
        issuer="us",
    )
    principal = authenticator(issuer="us").principal(f"Bearer {token}")
    assert (principal.user, principal.tenant, principal.email) == ("ada", "acme", "ada@example.com")
    assert principal.scopes == {"admin", "service"}


def test_without_a_tenant_it_is_the_personal_one() -> None:
    assert authenticator().principal(f"bearer {signed(GOOD)}").tenant == "user:ada"


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "other"},
        {"aud": None},
        {"aud": ["overture"]},
        {"aud": ["overture", "other"]},
        {"exp": None},
        {"exp": NOW},
        {"exp": NOW - 1},
        {"exp": NOW + 86_400 + 60},
        {"exp": 1e30},
        {"exp": -1},
        {"exp": str(NOW + 60)},
        {"exp": True},
        {"exp": [NOW + 60]},
        {"nbf": NOW + 3600},
        {"iat": NOW + 3600},
        {"nbf": "soon"},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": ["ada"]},
        {"sub": "a\x00da"},
        {"sub": "a\nda"},
        {"sub": "\ud800"},
        {"sub": "a" * 256},
        {"tenant": ["acme"]},
        {"tenant": ""},
        {"tenant": "a" * 256},
        {"tenant": "user:grace"},
        {"tenant": "user:"},
        {"email": {"a": 1}},
        {"email": "a" * 255},
        {"scope": ["admin"]},
        {"scope": "a" * 2_001},
    ],
)
def test_wrong_claims_are_refused(wrong: dict[str, Any]) -> None:
    claims = {name: value for name, value in (GOOD | wrong).items() if value is not None}
    with pytest.raises(Unauthenticated):
        authenticator().principal(f"Bearer {signed(claims)}")


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "Bearer a.b.c",
        "Bearer " + signed(GOOD) + "x",
        "Bearer " + signed(GOOD)[:-2],
        "Bearer " + signed(GOOD, secret=b"another secret of thirty-two bytes"),
        "Bearer " + signed(GOOD).rpartition(".")[0] + ".",
        "Bearer " + f"{encoded({'alg': 'none'})}.{encoded(GOOD)}.",
        "Bearer " + f"{encoded({'alg': 'nOnE'})}.{encoded(GOOD)}.",
        "Bearer " + f"{encoded({'alg': ['HS256']})}.{encoded(GOOD)}.AAAA",
        "Bearer " + f"{encoded([])}.{encoded(GOOD)}.AAAA",
        "Bearer " + f"{encoded({'alg': 'HS256'})}.{encoded([])}.AAAA",
        "Bearer " + jwt.encode({"alg": "HS512"}, GOOD, jwk.OctKey.import_key(SECRET), algorithms=["HS512"]),
        "Bearer " + "é" * 10,
        "Bearer " + "a" * TOKEN_MAX_BYTES,
        "Bearer " + "a" * 100_000,
        "Bearer " + "[" * 8_000,
    ],
)
def test_wrong_tokens_are_refused_and_not_repeated(authorization: str | None) -> None:
    with pytest.raises(Unauthenticated) as raised:
        authenticator().principal(authorization)
    token = (authorization or "").partition(" ")[2]
    assert not token or token not in raised.value.detail


def test_a_key_id_that_is_a_path_leads_nowhere() -> None:
    assert authenticator().principal("Bearer " + signed(GOOD, kid="../../etc/passwd")).user == "ada"
    keys = jwk.KeySet([jwk.RSAKey.generate_key(2048, {"kid": "one"}, private=False)])
    with pytest.raises(Unauthenticated):
        Authenticator.with_keys(keys, clock=CLOCK).principal("Bearer " + signed(GOOD, kid="../../etc/passwd"))


@pytest.mark.parametrize("issuer", [None, "them", ["us"]])
def test_another_issuer_is_refused(issuer: Any) -> None:
    claims = GOOD if issuer is None else {**GOOD, "iss": issuer}
    with pytest.raises(Unauthenticated):
        authenticator(issuer="us").principal("Bearer " + signed(claims))


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", jwk.RSAKey.generate_key(2048, {"kid": "one"})),
        ("ES256", jwk.ECKey.generate_key("P-256", {"kid": "one"})),
        ("EdDSA", jwk.OKPKey.generate_key("Ed25519", {"kid": "one"})),
        ("Ed25519", jwk.OKPKey.generate_key("Ed25519", {"kid": "one"})),
    ],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")  # the test itself signs with the name EdDSA
def test_public_keys_verify_their_own_algorithm(algorithm: str, key: Any) -> None:
    public = jwk.import_key(key.as_dict(private=False))
    keys = Authenticator.with_keys(jwk.KeySet([public]), clock=CLOCK)
    token = jwt.encode({"alg": algorithm, "kid": "one"}, GOOD, key, algorithms=[algorithm])
    assert keys.principal(f"Bearer {token}").user == "ada"
    with pytest.raises(Unauthenticated):
        authenticator().principal(f"Bearer {token}")


def test_a_public_key_is_no_secret() -> None:
    key = jwk.RSAKey.generate_key(2048, {"kid": "one"})
    keys = Authenticator.with_keys(jwk.KeySet([jwk.import_key(key.as_dict(private=False))]), clock=CLOCK)
    token = signed(GOOD, secret=key.as_pem(private=False), kid="one")
    with pytest.raises(Unauthenticated):
        keys.principal(f"Bearer {token}")


def weak_rsa() -> jwk.RSAKey:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # joserfc's own, of the size
        return jwk.RSAKey.generate_key(1024, {"kid": "weak"})


def test_the_own_personal_tenant_may_be_named() -> None:
    assert authenticator().principal(f"Bearer {signed(GOOD | {'tenant': 'user:ada'})}").tenant == "user:ada"


def test_weak_keys_are_refused_at_the_start() -> None:
    with pytest.raises(WeakSecret):
        Authenticator.with_secret(b"31 bytes are one byte too few..", clock=CLOCK)
    with pytest.raises(WeakSecret):
        Authenticator.with_secret(b"k" * 64, clock=CLOCK)
    with pytest.raises(WeakSecret):
        Authenticator.with_keys(jwk.KeySet([weak_rsa()]), clock=CLOCK)
    with pytest.raises(WeakSecret):
        Authenticator.with_keys(jwk.KeySet([jwk.OctKey.import_key(SECRET)]), clock=CLOCK)
