"""Bearer tokens: what is accepted is fixed here, and everything else is 401 `unauthenticated`."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import JoseError

from service.access.callers import Principal
from service.adapters.signing_keys import RSA_MIN_BITS, is_weak
from service.kernel.clock import Clock
from service.kernel.errors import Kind, ServiceError
from service.kernel.identifiers import TenantId, UserId, person_of, personal_tenant, weakness_of

AUDIENCE = "overture"
TOKEN_MAX_BYTES = 8_192
LIFETIME_MAX_SECONDS = 24 * 3600
# Clocks of two machines that both keep time differ by less.
LEEWAY_SECONDS = 30
CLAIM_MAX_CHARACTERS = 255
EMAIL_MAX_CHARACTERS = 254  # RFC 5321, 4.5.3.1.3
SCOPE_MAX_CHARACTERS = 2_000

SECRET_ALGORITHMS = ("HS256",)
PUBLIC_ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")


class Unauthenticated(ServiceError):
    """No token, or not one that is accepted here."""

    kind, slug, title = Kind.UNAUTHENTICATED, "unauthenticated", "Not authenticated"


class WeakSecret(Exception):
    """The configured secret or key can be guessed; a fact for whoever starts the service."""


@dataclass(frozen=True, slots=True)
class _Claims:
    user: str
    tenant: str | None
    email: str | None
    scopes: frozenset[str]


class Authenticator:
    """Reads `Authorization: Bearer <JWT>`. Either a secret (HS256) or public keys (RS256, ES256, EdDSA), never both:
    a public key can then not be mistaken for a secret."""

    def __init__(
        self, key: jwk.OctKey | jwk.KeySet, algorithms: tuple[str, ...], clock: Clock, issuer: str | None
    ) -> None:
        self._key = key
        self._algorithms = algorithms
        self._clock = clock
        self._issuer = issuer

    @classmethod
    def with_secret(cls, secret: bytes, *, clock: Clock, issuer: str | None = None) -> "Authenticator":
        return cls(_secret_key(secret), SECRET_ALGORITHMS, clock, issuer)

    @classmethod
    def with_keys(cls, keys: jwk.KeySet, *, clock: Clock, issuer: str | None = None) -> "Authenticator":
        """`keys` hold public keys only; a symmetric one among them is refused."""
        if any(key.key_type == "oct" for key in keys):
            raise WeakSecret("A set of public keys must not hold a symmetric key.")
        if any(isinstance(key, jwk.RSAKey) and is_weak(key) for key in keys):
            raise WeakSecret(f"An RSA key has fewer than {RSA_MIN_BITS} bits.")
        return cls(keys, PUBLIC_ALGORITHMS, clock, issuer)

    def principal(self, authorization: str | None) -> Principal:
        """Whose token this is. Raises Unauthenticated; what it says never repeats any of the token."""
        claims = self._read_claims(_bearer(authorization))
        user = UserId(claims.user)
        tenant = TenantId(claims.tenant) if claims.tenant else personal_tenant(user)
        if person_of(tenant) not in (None, user):
            raise Unauthenticated("The token's tenant is another user's personal one.")
        return Principal(user, tenant, claims.email, claims.scopes)

    def _read_claims(self, token: str) -> _Claims:
        claims = self._verify(token)
        self._check_times(claims)
        if claims.get("aud") != AUDIENCE:
            raise Unauthenticated(f"The token's audience (aud) is not {AUDIENCE!r}.")
        if self._issuer is not None and claims.get("iss") != self._issuer:
            raise Unauthenticated("The token's issuer (iss) is not the one this service trusts.")
        user = _text(claims, "sub", CLAIM_MAX_CHARACTERS)
        if user is None:
            raise Unauthenticated("The token names no subject (sub).")
        scope = _text(claims, "scope", SCOPE_MAX_CHARACTERS, may_be_empty=True) or ""
        return _Claims(
            user=user,
            tenant=_text(claims, "tenant", CLAIM_MAX_CHARACTERS),
            email=_text(claims, "email", EMAIL_MAX_CHARACTERS),
            scopes=frozenset(scope.split(" ")) - {""},
        )

    def _verify(self, token: str) -> Mapping[str, Any]:
        try:
            with warnings.catch_warnings():
                # joserfc warns that the name EdDSA gives way to Ed25519 (RFC 9864); issuers still write it.
                warnings.simplefilter("ignore")
                return jwt.decode(token, self._key, algorithms=list(self._algorithms)).claims
        except (JoseError, ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
            raise Unauthenticated("The token's signature or form is not accepted.") from error

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._clock.now().timestamp()
        expires = _instant(claims, "exp")
        if expires is None:
            raise Unauthenticated("The token has no expiry (exp).")
        if expires <= now:
            raise Unauthenticated("The token has expired.")
        if expires > now + LIFETIME_MAX_SECONDS + LEEWAY_SECONDS:
            raise Unauthenticated("The token's expiry (exp) is more than 24 hours ahead.")
        for name in ("nbf", "iat"):
            begins = _instant(claims, name)
            if begins is not None and begins > now + LEEWAY_SECONDS:
                raise Unauthenticated(f"The token is not valid yet ({name}).")


def mint(
    secret: bytes,
    *,
    clock: Clock,
    user: str,
    lifetime_seconds: int,
    email: str | None = None,
    tenant: str | None = None,
    scopes: frozenset[str] = frozenset(),
    issuer: str | None = None,
) -> str:
    """An HS256 token that `Authenticator.with_secret` accepts; for `overture token` and for tests."""
    now = int(clock.now().timestamp())
    claims: dict[str, Any] = {"sub": user, "aud": AUDIENCE, "iat": now, "exp": now + lifetime_seconds}
    optional = {"email": email, "tenant": tenant, "scope": " ".join(sorted(scopes)), "iss": issuer}
    claims |= {name: value for name, value in optional.items() if value}
    return jwt.encode({"alg": "HS256"}, claims, _secret_key(secret), algorithms=list(SECRET_ALGORITHMS))


def _secret_key(secret: bytes) -> jwk.OctKey:
    if weakness := weakness_of(secret):
        raise WeakSecret(f"The token secret {weakness}.")
    return jwk.OctKey.import_key(secret)


def _bearer(authorization: str | None) -> str:
    if not authorization:
        raise Unauthenticated("Send a token: 'Authorization: Bearer <JWT>'.")
    if len(authorization) > TOKEN_MAX_BYTES:
        raise Unauthenticated(f"The token is longer than {TOKEN_MAX_BYTES} bytes.")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("The Authorization header is not of the form 'Bearer <JWT>'.")
    return token.strip()


def _text(claims: Mapping[str, Any], name: str, max_characters: int, *, may_be_empty: bool = False) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if (
        not isinstance(value, str)
        or len(value) > max_characters
        or not (value or may_be_empty)
        or not value.isprintable()
    ):
        raise Unauthenticated(
            f"The token's claim {name} is not a text of at most {max_characters} printable characters."
        )
    return value


def _instant(claims: Mapping[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    # Seconds since 1970 up to the year 9999: what a clock can be compared with, without overflow or NaN.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 253_402_300_800:
        raise Unauthenticated(f"The token's claim {name} is not an instant.")
    return float(value)
