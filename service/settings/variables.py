"""Each setting: its variable, its type, its default, and what it accepts in words."""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from service.adapters.job_boards import Board
from service.adapters.language_model import Price

OPENAI_URL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True)
class Variable:
    """How a setting is spelt in the environment, what it accepts in words, and whether it may be shown."""

    name: str
    accepts: str
    is_secret: bool = False


Seconds = Annotated[float, Meta(gt=0, le=3600)]
Count = Annotated[int, Meta(ge=1, le=100_000)]

_SECONDS = "a number of seconds above 0, at most 3600"
_COUNT = "a whole number from 1 to 100000"
_COINS = "a whole number from 0 to 1000000"
_BOOL = "true or false"
_KEY = r"^[!-~]{1,500}$"
_BOARD_URL = "an http(s) URL to call in place of the job board's public API; {host} is replaced by that API's host"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration of the process. Defaults and units are those of the configuration page."""

    database_url: Annotated[str | None, Variable("DATABASE_URL", "postgresql://user:password@host:port/database")] = (
        None
    )
    database_direct_url: Annotated[
        str | None, Variable("DATABASE_DIRECT_URL", "postgresql://user:password@host:port/database, past a pooler")
    ] = None
    data_dir: Annotated[Path, Variable("OVERTURE_DATA_DIR", "a directory this process may write to")] = Path()
    backend: Annotated[Literal["asyncio", "trio"], Variable("OVERTURE_BACKEND", "asyncio or trio")] = "asyncio"
    host: Annotated[str, Variable("OVERTURE_HOST", "an address or a name of this machine")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535), Variable("PORT", "a port from 0 to 65535 (0: any free one)")] = 8000

    jwt_secret: Annotated[str | None, Variable("OVERTURE_JWT_SECRET", "at least 32 bytes", is_secret=True)] = None
    jwks_url: Annotated[str | None, Variable("OVERTURE_JWKS_URL", "an https URL, or http on loopback")] = None
    jwt_issuer: Annotated[str | None, Variable("OVERTURE_JWT_ISSUER", "the issuer's name")] = None
    own_url: Annotated[str | None, Variable("OVERTURE_PUBLIC_URL", "an http(s) URL")] = None
    allowed_origins: Annotated[
        tuple[str, ...], Variable("OVERTURE_ALLOWED_ORIGINS", "origins like https://example.com, comma-separated")
    ] = ()

    pool_size: Annotated[int, Meta(ge=1, le=1000), Variable("OVERTURE_POOL_SIZE", "a whole number from 1 to 1000")] = 20
    request_timeout_seconds: Annotated[Seconds, Variable("OVERTURE_REQUEST_TIMEOUT_SECONDS", _SECONDS)] = 60
    branch_timeout_seconds: Annotated[Seconds, Variable("OVERTURE_BRANCH_TIMEOUT_SECONDS", _SECONDS)] = 4
    max_in_flight: Annotated[Count, Variable("OVERTURE_MAX_IN_FLIGHT", _COUNT)] = 200
    max_connections: Annotated[
        Count | None, Variable("OVERTURE_MAX_CONNECTIONS", f"{_COUNT} (unset: what the descriptors allow)")
    ] = None
    max_waiting: Annotated[
        int, Meta(ge=0, le=100_000), Variable("OVERTURE_MAX_WAITING", "a whole number from 0 to 100000")
    ] = 50
    max_in_flight_per_user: Annotated[Count, Variable("OVERTURE_MAX_IN_FLIGHT_PER_USER", _COUNT)] = 10
    drain_seconds: Annotated[
        float, Meta(ge=0, le=3600), Variable("OVERTURE_DRAIN_SECONDS", "a number of seconds from 0 to 3600")
    ] = 20

    email_price: Annotated[int, Meta(ge=0, le=1_000_000), Variable("OVERTURE_EMAIL_PRICE", _COINS)] = 1
    welcome_coins: Annotated[int, Meta(ge=0, le=1_000_000), Variable("OVERTURE_WELCOME_COINS", _COINS)] = 10
    hold_grace_seconds: Annotated[Seconds, Variable("OVERTURE_HOLD_GRACE_SECONDS", _SECONDS)] = 30
    sweep_seconds: Annotated[Seconds, Variable("OVERTURE_SWEEP_SECONDS", _SECONDS)] = 60

    events_kept_hours: Annotated[
        float,
        Meta(gt=0, le=8760),
        Variable("OVERTURE_EVENTS_KEPT_HOURS", "a number of hours above 0, at most 8760 (a year)"),
    ] = 24

    fetch_allow_private: Annotated[bool, Variable("OVERTURE_FETCH_ALLOW_PRIVATE", _BOOL)] = False
    posting_ttl_seconds: Annotated[
        float,
        Meta(ge=0, le=31_536_000),
        Variable("OVERTURE_POSTING_TTL_SECONDS", "a number of seconds from 0 to 31536000 (a year)"),
    ] = 86400

    greenhouse_api_url: Annotated[str | None, Variable("GREENHOUSE_API_URL", _BOARD_URL)] = None
    lever_api_url: Annotated[str | None, Variable("LEVER_API_URL", _BOARD_URL)] = None
    ashby_api_url: Annotated[str | None, Variable("ASHBY_API_URL", _BOARD_URL)] = None
    smartrecruiters_api_url: Annotated[str | None, Variable("SMARTRECRUITERS_API_URL", _BOARD_URL)] = None
    recruitee_api_url: Annotated[str | None, Variable("RECRUITEE_API_URL", _BOARD_URL)] = None
    workday_api_url: Annotated[str | None, Variable("WORKDAY_API_URL", _BOARD_URL)] = None

    openai_base_url: Annotated[str | None, Variable("OPENAI_BASE_URL", "an http(s) URL that ends before /chat")] = None
    openai_api_key: Annotated[
        Annotated[str, Meta(pattern=r"^[!-~]{1,2000}$")] | None,
        Variable("OPENAI_API_KEY", "a key without spaces", is_secret=True),
    ] = None
    models: Annotated[tuple[str, ...], Variable("OVERTURE_MODELS", "names of models, comma-separated")] = (
        "gpt-4.1-mini",
    )
    model_timeout_seconds: Annotated[Seconds, Variable("OVERTURE_MODEL_TIMEOUT_SECONDS", _SECONDS)] = 45
    first_token_timeout_seconds: Annotated[Seconds, Variable("OVERTURE_FIRST_TOKEN_TIMEOUT_SECONDS", _SECONDS)] = 15
    model_prices: Annotated[
        dict[str, Price],
        Variable(
            "OVERTURE_MODEL_PRICES",
            'JSON, dollars per million tokens by model: {"gpt-4.1-mini": {"input": 0.4, "output": 1.6}}',
        ),
    ] = {}

    github_token: Annotated[
        Annotated[str, Meta(pattern=r"^[!-~]{1,500}$")] | None,
        Variable("GITHUB_TOKEN", "a token without spaces", is_secret=True),
    ] = None
    github_api_url: Annotated[str, Variable("GITHUB_API_URL", "an http(s) URL")] = "https://api.github.com"

    stripe_secret_key: Annotated[
        Annotated[str, Meta(pattern=_KEY)] | None, Variable("STRIPE_SECRET_KEY", "a key without spaces", is_secret=True)
    ] = None
    stripe_webhook_secrets: Annotated[
        tuple[str, ...], Variable("STRIPE_WEBHOOK_SECRET", "secrets separated by commas", is_secret=True)
    ] = ()
    stripe_api_url: Annotated[str | None, Variable("STRIPE_API_URL", "an https URL, or http on loopback")] = None
    razorpay_key_id: Annotated[
        Annotated[str, Meta(pattern=_KEY)] | None, Variable("RAZORPAY_KEY_ID", "a key's id without spaces")
    ] = None
    razorpay_key_secret: Annotated[
        Annotated[str, Meta(pattern=_KEY)] | None,
        Variable("RAZORPAY_KEY_SECRET", "a secret without spaces", is_secret=True),
    ] = None
    razorpay_webhook_secret: Annotated[
        str | None, Variable("RAZORPAY_WEBHOOK_SECRET", "the webhook's secret", is_secret=True)
    ] = None
    razorpay_api_url: Annotated[str | None, Variable("RAZORPAY_API_URL", "an https URL, or http on loopback")] = None

    redis_url: Annotated[str | None, Variable("REDIS_URL", "redis://user:password@host:port/number")] = None
    rate_limits: Annotated[bool, Variable("OVERTURE_RATE_LIMITS", _BOOL)] = True
    trusted_proxies: Annotated[
        int, Meta(ge=0, le=10), Variable("OVERTURE_TRUSTED_PROXIES", "a whole number from 0 to 10")
    ] = 0

    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Variable("LOG_LEVEL", "debug, info, warning or error")
    ] = "info"
    log_format: Annotated[
        Literal["json", "console"] | None, Variable("LOG_FORMAT", "json or console (unset: console on a terminal)")
    ] = None

    @property
    def direct_url(self) -> str | None:
        """The server itself, where `database_url` may lead to a pooler: for migrations, and whatever lasts longer than
        a transaction."""
        return self.database_direct_url or self.database_url

    @property
    def board_api_urls(self) -> dict[Board, str]:
        """The boards whose public API stands elsewhere: a mirror, or a test."""
        urls: dict[Board, str | None] = {
            "greenhouse": self.greenhouse_api_url,
            "lever": self.lever_api_url,
            "ashby": self.ashby_api_url,
            "smartrecruiters": self.smartrecruiters_api_url,
            "recruitee": self.recruitee_api_url,
            "workday": self.workday_api_url,
        }
        return {board: url for board, url in urls.items() if url is not None}

    @property
    def has_language_model(self) -> bool:
        """Without one, the offline composer writes."""
        return self.openai_base_url is not None or self.openai_api_key is not None

    @property
    def is_bound_to_loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def is_secret_generated(self) -> bool:
        """Whether tokens are signed with a secret that this machine made for itself."""
        return self.jwt_secret is None and self.jwks_url is None

    @property
    def public_url(self) -> str:
        """The base of links to this process: as given, else from host and port."""
        if self.own_url is not None:
            return self.own_url.rstrip("/")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def variables() -> Iterator[tuple[str, Any, Variable]]:
    """Each field with its type (the `Variable` taken out) and its variable."""
    for field, annotation in get_type_hints(Settings, include_extras=True).items():
        kind, *extras = get_args(annotation)
        variable = next(extra for extra in extras if isinstance(extra, Variable))
        for meta in extras:
            if isinstance(meta, Meta):
                kind = Annotated[kind, meta]
        yield field, kind, variable


MASK = "***"
# Parameters of a query that open something: libpq's password, a gateway's api-key, a signed URL's signature.
_SECRET_NAME = re.compile(r"password|secret|token|key|signature|\bsig\b|credential", re.IGNORECASE)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def is_trustworthy_url(url: str) -> bool:
    """Whoever stands on the way of plain http could put keys of their own in."""
    return is_http_url(url) and (url.startswith("https:") or is_loopback(urlsplit(url).hostname or ""))


def without_password(url: str) -> str:
    """The URL as it may be shown; every secret part of it masked, also in the query."""
    head, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    if at and ":" in user:
        user = f"{user.split(':', 1)[0]}:{MASK}"
    path, question, query = path.partition("?")
    shown = "&".join(map(_without_secret, query.split("&")))
    return f"{head}://{user}{at}{host}{slash}{path}{question}{shown}"


def _without_secret(pair: str) -> str:
    name, separator, _ = pair.partition("=")
    return f"{name}={MASK}" if separator and _SECRET_NAME.search(name) else pair
