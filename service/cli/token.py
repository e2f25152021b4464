"""`overture token`"""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import PositiveFloat

from service.access.tokens import LIFETIME_MAX_SECONDS, mint
from service.cli import DONE, MISUSED, Refused, command_settings
from service.kernel.clock import SystemClock
from service.kernel.identifiers import TenantId, person_of
from service.settings import Settings, token_secret


def token(
    *,
    user: str = "demo",
    email: str | None = None,
    scope: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    tenant: str | None = None,
    hours: PositiveFloat = 1,
) -> int:
    """Print a token that this configuration accepts, signed with its secret.

    Parameters
    ----------
    user
        The subject (`sub`).
    email
        The e-mail address; storing the user needs it.
    scope
        `admin`, `service`; may be given several times.
    tenant
        The tenant; without it, the user's personal one.
    hours
        How long it lives, at most 24.
    """
    print(sign_token(command_settings(), user=user, email=email, scopes=frozenset(scope), tenant=tenant, hours=hours))
    return DONE


def sign_token(
    settings: Settings,
    *,
    user: str,
    email: str | None = None,
    scopes: frozenset[str] = frozenset(),
    tenant: str | None = None,
    hours: float,
) -> str:
    """A signed token. Refused where tokens come from somebody else's key, or for longer than one may live."""
    secret = token_secret(settings)
    if secret is None:
        raise Refused("Tokens are verified with the public keys of OVERTURE_JWKS_URL; only their issuer can make one.")
    if tenant and person_of(TenantId(tenant)) not in (None, user):
        raise Refused(f"The tenant {tenant} is another user's personal one.", exit_code=MISUSED)
    lifetime_seconds = round(hours * 3600)
    if lifetime_seconds > LIFETIME_MAX_SECONDS:
        raise Refused(f"A token lives at most {LIFETIME_MAX_SECONDS // 3600} hours.", exit_code=MISUSED)
    return mint(
        secret,
        clock=SystemClock(),
        user=user,
        email=email,
        tenant=tenant,
        scopes=scopes,
        lifetime_seconds=lifetime_seconds,
        issuer=settings.jwt_issuer,
    )
