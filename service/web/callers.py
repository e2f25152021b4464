"""Who a request acts for, by its token and the endpoint's access."""

from starlette.types import Scope

from service.kernel.errors import Kind, ServiceError
from service.kernel.identifiers import TenantId, UserId, personal_tenant
from service.web.endpoint import Access
from service.web.headers import header, on_behalf_of
from service.web.principal import ADMIN, SERVICE, Principal
from service.web.tokens import Authenticator

# Who a call to a public endpoint acts for; its handler has nothing to ask of it.
NOBODY = Principal(UserId(""), TenantId(""), None, frozenset())


class Forbidden(ServiceError):
    """The token is good, and does not allow this."""

    kind, slug, title = Kind.FORBIDDEN, "forbidden", "Not allowed"


def caller(scope: Scope, access: Access, authenticator: Authenticator) -> Principal | None:
    """None at a public endpoint. Raises Unauthenticated, Forbidden, InvalidRequest."""
    if access is Access.PUBLIC:
        return None
    bearer = authenticator.principal(header(scope, b"authorization"))
    if access is Access.ADMIN and ADMIN not in bearer.scopes:
        raise Forbidden(f"This call needs a token with scope {ADMIN!r}.")
    user = on_behalf_of(scope)
    return bearer if user is None else _acting_for(bearer, user)


def _acting_for(bearer: Principal, user: str) -> Principal:
    """A service's token acts for any user; where it names a tenant, for that user within this tenant.

    Whether the user belongs to the tenant is not asked: membership is not known here, so a service token is a key to
    the whole house and is given to services alone.
    """
    if SERVICE not in bearer.scopes:
        raise Forbidden(f"X-On-Behalf-Of needs a token with scope {SERVICE!r}.")
    is_personal = bearer.tenant == personal_tenant(bearer.user)
    tenant = personal_tenant(UserId(user)) if is_personal else bearer.tenant
    return Principal(UserId(user), tenant, None, bearer.scopes)
