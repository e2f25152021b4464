"""What accounts look like on the wire."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from service.accounts.model import User
from service.web.decoding import ONE_LINE

# Longer than any subject an identity provider issues (OpenID Connect Core, section 2: 255 ASCII characters).
USER_ID_MAX_CHARACTERS = 255
# RFC 5321, section 4.5.3.1.3: a path of 256 octets with its angle brackets.
EMAIL_MAX_CHARACTERS = 254
DISPLAY_NAME_MAX_CHARACTERS = 200


class StoreUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who to store; `user_id` and `email` as the token has them. A name may end up in a mail header."""

    user_id: Annotated[str, Meta(min_length=1, max_length=USER_ID_MAX_CHARACTERS, pattern=ONE_LINE)]
    email: Annotated[str, Meta(min_length=3, max_length=EMAIL_MAX_CHARACTERS, pattern=ONE_LINE)]
    display_name: (
        Annotated[str, Meta(min_length=1, max_length=DISPLAY_NAME_MAX_CHARACTERS, pattern=ONE_LINE)] | None
    ) = None


class StoredUser(msgspec.Struct, frozen=True):
    user_id: str
    email: str
    display_name: str | None
    created_at: datetime


def stored_user(user: User) -> StoredUser:
    return StoredUser(user_id=user.id, email=user.email, display_name=user.display_name, created_at=user.created_at)
