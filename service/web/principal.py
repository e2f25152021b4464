"""Who is calling, as the token says it."""

from dataclasses import dataclass

from service.kernel.identifiers import TenantId, UserId

ADMIN = "admin"
SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Principal:
    """The user a request acts for. With `X-On-Behalf-Of` that is not the token's subject, and `email` is unknown."""

    user: UserId
    tenant: TenantId
    email: str | None
    scopes: frozenset[str]
