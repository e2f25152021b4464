"""A user, and what may be said about one; pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from email_validator import EmailNotValidError, validate_email

from service.kernel.errors import FieldError, InvalidRequest, Kind, NotFound, ServiceError
from service.kernel.identifiers import UserId

# Sets this digest apart from any other digest of a user id. Changing it would grant every welcome again, and the
# policy of `welcomes` (migration 0002) spells it out too.
_WELCOME_DOMAIN = "overture welcome:"


@dataclass(frozen=True, slots=True)
class User:
    id: UserId
    email: str
    display_name: str | None
    created_at: datetime


class AccountMismatch(ServiceError):
    """The token is another person's than the account it asks to store."""

    kind, slug, title = Kind.FORBIDDEN, "account-mismatch", "The token is not of this user"


class UserNotFound(NotFound):
    """Nobody is stored under this id (any more)."""


def welcome_digest(user: UserId) -> str:
    """What remembers that a user id was welcomed, once the person is forgotten: SHA-256, in hexadecimal."""
    return hashlib.sha256(f"{_WELCOME_DOMAIN}{user}".encode()).hexdigest()


def normalized_email(email: str) -> str:
    """One address in its normal form (RFC 5321 with SMTPUTF8), or `InvalidRequest` at `/email`.

    Syntax only: nobody is asked whether the mailbox exists. Names that no mail can reach (`localhost`, `.local`) are
    refused, except those reserved for examples and tests.
    """
    try:
        return validate_email(email, check_deliverability=False, test_environment=True, strict=True).normalized
    except EmailNotValidError as error:
        raise InvalidRequest("The e-mail address is not valid.", errors=[FieldError("/email", str(error))]) from error


def is_same_address(one: str, other: str) -> bool:
    """Whether two addresses are one mailbox as people write it: letter case does not tell mailboxes apart."""
    return one.strip().casefold() == other.strip().casefold()


def refuse_mismatch(*, user: UserId, email: str, token_user: UserId, token_email: str | None) -> None:
    """Raise `AccountMismatch` unless the account is the token's: the subject, and the e-mail where the token has one.

    A service acting for a user (`X-On-Behalf-Of`) has a token without that user's e-mail: the subject alone counts.
    """
    if user != token_user:
        raise AccountMismatch(
            "A token can store its own subject only; send `user_id` as the token's `sub` has it.",
            errors=[FieldError("/user_id", "is not the token's subject")],
        )
    if token_email is not None and not is_same_address(email, token_email):
        raise AccountMismatch(
            "The token names another e-mail address; send that one, or a token with the new address.",
            errors=[FieldError("/email", "is not the token's e-mail address")],
        )
