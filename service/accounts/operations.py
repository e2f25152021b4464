"""The verbs of accounts."""

from collections.abc import Mapping

from service.accounts import store as rows
from service.accounts.model import User, UserNotFound, welcome_digest
from service.credits import operations as credits
from service.credits.model import TransactionKind
from service.kernel.database import Transaction
from service.kernel.identifiers import UserId

EXPORTS = rows.EXPORTS
WELCOME_REFERENCE = "welcome"


async def store(tx: Transaction, *, user: UserId, email: str, display_name: str | None, welcome_coins: int) -> User:
    """Store the user, or bring e-mail and display name up to date; the first time ever, grant the welcome coins.

    E-mail and identity have been checked (`model.normalized_email`, `model.refuse_mismatch`). Repeatable and safe in
    parallel: the user's row serialises it. An account stored again after its deletion gets a wallet without coins.
    """
    stored = await rows.upsert_user(tx, user=user, email=email, display_name=display_name)
    await credits.open_wallet(tx, user=user)
    if await rows.insert_welcome(tx, welcome_digest(user)) and welcome_coins:
        await credits.grant(
            tx, user=user, amount=welcome_coins, kind=TransactionKind.GRANT, reference=WELCOME_REFERENCE
        )
    return stored


async def find(tx: Transaction, *, user: UserId) -> User:
    """The stored user; raises `UserNotFound`."""
    found = await rows.find_user(tx, user)
    if found is None:
        raise UserNotFound("This user is not stored.")
    return found


async def is_stored(tx: Transaction, user: UserId) -> bool:
    """Whether `POST /api/users/store` has happened for this id (and no deletion since)."""
    return await rows.has_user(tx, user)


async def lock(tx: Transaction, user: UserId) -> None:
    """Keep everybody from adding rows of this user until the transaction ends. Raises `UserNotFound`."""
    if not await rows.lock_user(tx, user):
        raise UserNotFound("This user is not stored.")


async def lock_against_erasure(tx: Transaction, user: UserId) -> None:
    """Keep the user from being erased until the transaction ends: for who locks rows that an erasure would wait for."""
    await rows.share_user(tx, user)


async def erase(tx: Transaction, user: UserId) -> Mapping[str, int]:
    """Remove the person, last of all: what other slices keep without the person is unlinked by it. Whoever was
    welcomed is remembered by a digest, so that coming back brings no coins."""
    return {"users": await rows.delete_user(tx, user)}
