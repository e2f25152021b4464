"""What tokens are verified with: the secret of this deployment, or the published keys of an issuer."""

from collections.abc import Awaitable, Callable
from functools import partial

from service.access.tokens import Authenticator
from service.kernel.clock import Clock
from service.settings import Settings, token_secret


async def open_authenticator(
    settings: Settings, clock: Clock
) -> tuple[Authenticator, Callable[[], Awaitable[None]] | None]:
    """Who verifies tokens, and what brings its keys up to date where somebody else publishes them."""
    secret = token_secret(settings)
    if secret is not None:
        return Authenticator.with_secret(secret, clock=clock, issuer=settings.jwt_issuer), None
    from service.adapters.signing_keys import refresh  # noqa: PLC0415
    from service.adapters.signing_keys.http import HttpSigningKeys  # noqa: PLC0415  (httpx)

    source = HttpSigningKeys(settings.jwks_url or "")
    keys = await source.fetch()
    authenticator = Authenticator.with_keys(keys, clock=clock, issuer=settings.jwt_issuer)
    return authenticator, partial(refresh, keys, source)
