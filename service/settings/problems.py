"""What no single type can say: values that contradict each other, and URLs that will not do."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from service.kernel.identifiers import SECRET_MIN_BYTES, weakness_of
from service.settings.variables import Settings, is_http_url, is_trustworthy_url, without_password

MODEL_NAME_MAX_CHARS = 200


class BadSettings(Exception):
    """The environment does not make sense; one line per variable."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def contradictions(settings: Settings) -> list[str]:
    """What no single type can say."""
    return [
        *_database_problems(settings),
        *_token_problems(settings),
        *_origin_problems(settings),
        *_public_url_problems(settings),
        *_board_problems(settings),
        *_github_problems(settings),
        *_model_problems(settings),
        *_payment_problems(settings),
        *_redis_problems(settings),
    ]


def _database_problems(settings: Settings) -> Iterator[str]:
    if settings.database_direct_url is not None and settings.database_url is None:
        yield "DATABASE_DIRECT_URL: set while DATABASE_URL is unset; give both, or DATABASE_URL alone."
    accepted = "give postgresql://user:password@host:port/database (postgres:// and postgresql+asyncpg:// also do)."
    urls = {"DATABASE_URL": settings.database_url, "DATABASE_DIRECT_URL": settings.database_direct_url}
    for name, url in urls.items():
        if url is None:
            continue
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:  # whose text may hold a piece of the password
            yield f"{name}: cannot be read; {accepted} A password's reserved characters are percent-encoded."
            continue
        if parts.scheme not in {"postgresql", "postgres", "postgresql+asyncpg", "postgres+asyncpg"}:
            yield f"{name}: the scheme {parts.scheme!r} is not PostgreSQL's; {accepted}"


def _token_problems(settings: Settings) -> Iterator[str]:
    secret = settings.jwt_secret
    if secret is not None and (weakness := weakness_of(secret.encode())):
        yield f"OVERTURE_JWT_SECRET: {weakness}."
    if settings.jwks_url is not None and not is_trustworthy_url(settings.jwks_url):
        yield f"OVERTURE_JWKS_URL: {settings.jwks_url!r} is not accepted; give an https URL (http on loopback alone)."
    if secret is not None and settings.jwks_url is not None:
        yield "OVERTURE_JWT_SECRET: set together with OVERTURE_JWKS_URL; give one of them, tokens have one kind of key."
    if secret is None and settings.jwks_url is None and not settings.is_bound_to_loopback:
        yield (
            f"OVERTURE_JWT_SECRET: unset while listening on {settings.host} (OVERTURE_HOST), which others can reach; "
            f"give at least {SECRET_MIN_BYTES} random bytes, or OVERTURE_JWKS_URL, or listen on 127.0.0.1."
        )


def _public_url_problems(settings: Settings) -> Iterator[str]:
    url = settings.own_url
    if url is not None and (not is_http_url(url) or not url.isascii() or not url.isprintable()):
        yield f"OVERTURE_PUBLIC_URL: {without_password(url)!r} is not accepted; give an http(s) URL in ASCII (xn--...)."


def _origin_problems(settings: Settings) -> Iterator[str]:
    for origin in settings.allowed_origins:
        parts = urlsplit(origin)
        if not is_http_url(origin) or parts.path or parts.query or parts.fragment or parts.username is not None:
            yield (
                f"OVERTURE_ALLOWED_ORIGINS: {origin!r} is not an origin; "
                "give scheme, host and port only, like https://example.com, comma-separated."
            )


def _board_problems(settings: Settings) -> Iterator[str]:
    for board, url in settings.board_api_urls.items():
        if not is_http_url(url.replace("{host}", "api.example.com")) or any(sign in url for sign in "?#@ "):
            shown = without_password(url)
            yield f"{board.upper()}_API_URL: {shown!r} is not accepted; give an http(s) URL, without user or query."


def _github_problems(settings: Settings) -> Iterator[str]:
    url = settings.github_api_url
    if not is_http_url(url) or "?" in url or "#" in url or "@" in url:
        yield f"GITHUB_API_URL: {without_password(url)!r} is not accepted; give an http(s) URL, without user or query."


def _model_problems(settings: Settings) -> Iterator[str]:
    url = settings.openai_base_url
    if url is not None and (not is_http_url(url) or "#" in url or "@" in url):
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
        if url is not None and (not is_trustworthy_url(url) or "?" in url or "#" in url or "@" in url):
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
