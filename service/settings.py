"""The environment, read once and checked whole: the only file that knows variable names.

Every wrong value is reported together, each naming its variable, what was wrong and what is accepted. An empty value
counts as unset. `.env` in the working directory fills in what the environment does not set.
"""

import ipaddress
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import msgspec
import platformdirs
from msgspec import Meta

from service.adapters.language_model import Price

# Where the embedded server must run as another user, that user has to reach the data: root's home will not do.
DATA_DIR_OF_ROOT = Path("/var/lib/overture")
# Shorter than HS256's own output, a secret can be searched (RFC 7518, 3.2).
JWT_SECRET_MIN_BYTES = 32
MASK = "***"
MODEL_NAME_MAX_CHARS = 200
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


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the process was told. Defaults and units are those of the configuration page."""

    database_url: Annotated[str | None, Variable("DATABASE_URL", "postgresql://user:password@host:port/database")] = (
        None
    )
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

    fetch_allow_private: Annotated[bool, Variable("OVERTURE_FETCH_ALLOW_PRIVATE", _BOOL)] = False
    posting_ttl_seconds: Annotated[
        float,
        Meta(ge=0, le=31_536_000),
        Variable("OVERTURE_POSTING_TTL_SECONDS", "a number of seconds from 0 to 31536000 (a year)"),
    ] = 86400

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


class BadSettings(Exception):
    """The environment does not make sense; one line per variable."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_settings(environment: Mapping[str, str], *, directory: Path, **given: object) -> Settings:
    """Read `environment`, filled in from `directory/.env`; `given` (a command's flags, by field) beats both.

    Raises `BadSettings`. Touches nothing but `.env`: no directory is made here.
    """
    values = {**read_dotenv(directory / ".env"), **environment}
    problems: list[str] = []
    fields: dict[str, Any] = {}
    for field, kind, variable in _variables():
        flag = given.get(field)
        text = values.get(variable.name, "").strip() if flag is None else str(flag)
        if not text:
            continue
        try:
            fields[field] = _parse(text, kind)
        except ValueError:  # msgspec's own words would name types of ours; the variable's are for its reader
            shown = MASK if variable.is_secret else repr(text)
            problems.append(f"{variable.name}: {shown} is not {variable.accepts}.")
    fields.setdefault("data_dir", default_data_dir())
    settings = Settings(**fields)
    problems += _contradictions(settings)
    if problems:
        raise BadSettings(problems)
    return settings


def installed_version() -> str:
    try:
        return version("overture")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0+checkout"


def default_data_dir() -> Path:
    return (
        DATA_DIR_OF_ROOT if os.name == "posix" and os.geteuid() == 0 else Path(platformdirs.user_data_dir("overture"))
    )


def describe(settings: Settings) -> dict[str, str]:
    """The effective configuration by variable, as it may be shown: secrets and passwords masked."""
    return {variable.name: _shown(getattr(settings, field), variable) for field, _kind, variable in _variables()}


def unread(environment: Mapping[str, str]) -> list[str]:
    """Variables that sound like ours and are not: a spelling mistake would otherwise pass in silence."""
    known = {variable.name for _field, _kind, variable in _variables()}
    return sorted(name for name in environment if name.startswith("OVERTURE_") and name not in known)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read_dotenv(path: Path) -> dict[str, str]:
    """`NAME=value` lines; `export`, comments and matching quotes are understood, nothing is expanded."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    values: dict[str, str] = {}
    problems: list[str] = []
    for number, raw in enumerate(lines, 1):
        line = raw.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            problems.append(f".env, line {number}: not NAME=value")
            continue
        values[name.strip()] = _unquoted(value.strip())
    if problems:
        raise BadSettings(problems)
    return values


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()


def _variables() -> Iterator[tuple[str, Any, Variable]]:
    """Each field with its type (the `Variable` taken out) and its variable."""
    for field, annotation in get_type_hints(Settings, include_extras=True).items():
        kind, *extras = get_args(annotation)
        variable = next(extra for extra in extras if isinstance(extra, Variable))
        for meta in extras:
            if isinstance(meta, Meta):
                kind = Annotated[kind, meta]
        yield field, kind, variable


def _parse(text: str, kind: Any) -> Any:
    if kind is Path:
        return Path(text).expanduser().absolute()
    if get_origin(kind) is dict:
        return msgspec.json.decode(text, type=kind)
    if get_origin(kind) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if get_origin(kind) is Literal or get_origin(get_args(kind)[0] if get_args(kind) else kind) is Literal:
        return msgspec.convert(text.lower(), kind)
    return msgspec.convert(text, kind, strict=False)


def _contradictions(settings: Settings) -> list[str]:
    """What no single type can say."""
    return [
        *_database_problems(settings),
        *_token_problems(settings),
        *_origin_problems(settings),
        *_public_url_problems(settings),
        *_github_problems(settings),
        *_model_problems(settings),
        *_payment_problems(settings),
        *_redis_problems(settings),
    ]


def _database_problems(settings: Settings) -> Iterator[str]:
    if settings.database_url is None:
        return
    accepted = "give postgresql://user:password@host:port/database (postgres:// and postgresql+asyncpg:// also do)."
    try:
        parts = urlsplit(settings.database_url)
        _ = parts.port
    except ValueError:  # whose text may hold a piece of the password
        yield f"DATABASE_URL: cannot be read; {accepted} A password's reserved characters are percent-encoded."
        return
    if parts.scheme not in {"postgresql", "postgres", "postgresql+asyncpg", "postgres+asyncpg"}:
        yield f"DATABASE_URL: the scheme {parts.scheme!r} is not PostgreSQL's; {accepted}"


def _token_problems(settings: Settings) -> Iterator[str]:
    secret = settings.jwt_secret
    if secret is not None and len(secret.encode()) < JWT_SECRET_MIN_BYTES:
        yield f"OVERTURE_JWT_SECRET: {len(secret.encode())} bytes are too few; give at least {JWT_SECRET_MIN_BYTES}."
    if settings.jwks_url is not None and not _is_trustworthy_url(settings.jwks_url):
        yield f"OVERTURE_JWKS_URL: {settings.jwks_url!r} is not accepted; give an https URL (http on loopback alone)."
    if secret is not None and settings.jwks_url is not None:
        yield "OVERTURE_JWT_SECRET: set together with OVERTURE_JWKS_URL; give one of them, tokens have one kind of key."
    if secret is None and settings.jwks_url is None and not settings.is_bound_to_loopback:
        yield (
            f"OVERTURE_JWT_SECRET: unset while listening on {settings.host} (OVERTURE_HOST), which others can reach; "
            f"give at least {JWT_SECRET_MIN_BYTES} random bytes, or OVERTURE_JWKS_URL, or listen on 127.0.0.1."
        )


def _public_url_problems(settings: Settings) -> Iterator[str]:
    if settings.own_url is not None and not _is_http_url(settings.own_url):
        yield f"OVERTURE_PUBLIC_URL: {without_password(settings.own_url)!r} is not accepted; give an http(s) URL."


def _origin_problems(settings: Settings) -> Iterator[str]:
    for origin in settings.allowed_origins:
        parts = urlsplit(origin)
        if not _is_http_url(origin) or parts.path or parts.query or parts.fragment or parts.username is not None:
            yield (
                f"OVERTURE_ALLOWED_ORIGINS: {origin!r} is not an origin; "
                "give scheme, host and port only, like https://example.com, comma-separated."
            )


def _github_problems(settings: Settings) -> Iterator[str]:
    url = settings.github_api_url
    if not _is_http_url(url) or "?" in url or "#" in url or "@" in url:
        yield f"GITHUB_API_URL: {without_password(url)!r} is not accepted; give an http(s) URL, without user or query."


def _model_problems(settings: Settings) -> Iterator[str]:
    url = settings.openai_base_url
    if url is not None and (not _is_http_url(url) or "#" in url or "@" in url):
        yield f"OPENAI_BASE_URL: {without_password(url)!r} is not accepted; give an http(s) URL like https://host/v1."
    for model in settings.models:
        if not model.isprintable() or len(model) > MODEL_NAME_MAX_CHARS:
            yield f"OVERTURE_MODELS: {model!r} is no model's name; give names separated by commas."


def _payment_problems(settings: Settings) -> Iterator[str]:
    """Half a provider would take money that no event can ever be believed about."""
    parts = {
        "STRIPE_SECRET_KEY": settings.stripe_secret_key,
        "STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secrets,
        "RAZORPAY_KEY_ID": settings.razorpay_key_id,
        "RAZORPAY_KEY_SECRET": settings.razorpay_key_secret,
        "RAZORPAY_WEBHOOK_SECRET": settings.razorpay_webhook_secret,
    }
    for provider in ("STRIPE", "RAZORPAY"):
        given = {name: bool(value) for name, value in parts.items() if name.startswith(provider)}
        missing = [name for name, is_given in given.items() if not is_given]
        if missing and any(given.values()):
            together = ", ".join(name for name, is_given in given.items() if is_given)
            yield f"{missing[0]}: unset while {together} is set; give all of {', '.join(given)}, or none."
    for name, url in (("STRIPE_API_URL", settings.stripe_api_url), ("RAZORPAY_API_URL", settings.razorpay_api_url)):
        if url is not None and (not _is_trustworthy_url(url) or "?" in url or "#" in url or "@" in url):
            yield f"{name}: {without_password(url)!r} is not accepted; give an https URL (http on loopback alone)."


def _redis_problems(settings: Settings) -> Iterator[str]:
    if settings.redis_url is None:
        return
    try:
        parts = urlsplit(settings.redis_url)
        _ = parts.port
    except ValueError:  # whose text may hold a piece of the password
        is_accepted = False
    else:
        is_remote = parts.scheme in {"redis", "rediss"} and bool(parts.hostname) and _is_number(parts.path.strip("/"))
        is_accepted = is_remote or (parts.scheme == "unix" and len(parts.path) > 1)
    if not is_accepted:
        yield (
            "REDIS_URL: cannot be read; give redis://user:password@host:port/number (rediss:// for TLS, "
            "unix:///path for a socket). A password's reserved characters are percent-encoded."
        )


def _is_number(text: str) -> bool:
    """Whether it names a database of Redis, which has numbers for them; the first where none is given."""
    return not text or (text.isascii() and text.isdecimal() and len(text) <= 5)


def _is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return False


def _is_trustworthy_url(url: str) -> bool:
    """Whoever stands on the way of plain http could put keys of their own in."""
    return _is_http_url(url) and (url.startswith("https:") or is_loopback(urlsplit(url).hostname or ""))


def _shown(value: Any, variable: Variable) -> str:
    if value is None or value in ((), {}):
        return "(unset)"
    if variable.is_secret:
        return MASK
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case tuple():
            return ",".join(map(str, cast("tuple[str, ...]", value)))
        case _:
            text = msgspec.json.encode(value).decode() if isinstance(value, dict) else str(value)
            return without_password(text) if "://" in text else text


def without_password(url: str) -> str:
    """The URL as it may be shown; every secret part of it masked, also in the query."""
    head, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    if at and ":" in user:
        user = f"{user.split(':', 1)[0]}:{MASK}"
    path, question, query = path.partition("?")
    shown = "&".join(
        f"{pair.split('=', 1)[0]}={MASK}" if "password" in pair.split("=", 1)[0].lower() else pair
        for pair in query.split("&")
    )
    return f"{head}://{user}{at}{host}{slash}{path}{question}{shown}"


def token_secret(settings: Settings) -> bytes | None:
    """What tokens are signed with: the given secret, else one made once and kept in the data directory for this user's
    eyes only; None where tokens are verified with somebody's public keys. Raises `BadSettings`."""
    if settings.jwks_url is not None:
        return None
    if settings.jwt_secret is not None:
        return settings.jwt_secret.encode()
    try:
        return _kept_secret(settings.data_dir / "jwt-secret")
    except OSError as error:
        raise BadSettings(
            [f"OVERTURE_DATA_DIR: {settings.data_dir} is not a directory this process may write to ({error.strerror})."]
        ) from error


def _kept_secret(file: Path) -> bytes:
    # Root's directory holds the data of the embedded server, which runs as another user: it may pass, not look.
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        with suppress(FileExistsError):  # another process was first: its secret counts
            os.link(draft, file)
        draft.unlink()
    kept = file.read_bytes()
    if len(kept) < JWT_SECRET_MIN_BYTES:
        raise BadSettings([f"{file}: is not a secret of at least {JWT_SECRET_MIN_BYTES} bytes; remove it, and start."])
    return kept
