"""The tables of people, and every statement that touches them."""

from sqlalchemy import Column, DateTime, MetaData, Table, Text, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from service.accounts.model import User
from service.kernel.database import Transaction, export_of
from service.kernel.identifiers import UserId

metadata = MetaData()

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Text),
    Column("display_name", Text),
    Column("created_at", DateTime(timezone=True)),
)

welcomes = Table("welcomes", metadata, Column("user_digest", Text, primary_key=True))

EXPORTS = (export_of("users", select(users), owner=users.c.id, key=(users.c.id,)),)


async def upsert_user(tx: Transaction, *, user: UserId, email: str, display_name: str | None) -> User:
    """The user's row with this e-mail; a display name that is not given stays as it was."""
    storing = insert(users).values(id=user, email=email, display_name=display_name)
    row = await tx.row(
        storing.on_conflict_do_update(
            index_elements=["id"],
            set_={
                "email": storing.excluded.email,
                "display_name": func.coalesce(storing.excluded.display_name, users.c.display_name),
            },
        ).returning(users.c.id, users.c.email, users.c.display_name, users.c.created_at)
    )
    if row is None:
        raise LookupError("an upsert returned no row")
    return User(id=UserId(row.id), email=row.email, display_name=row.display_name, created_at=row.created_at)


async def insert_welcome(tx: Transaction, digest: str) -> bool:
    """Remember the digest; False where it was remembered before."""
    return await tx.execute(insert(welcomes).values(user_digest=digest).on_conflict_do_nothing()) == 1


async def find_user(tx: Transaction, user: UserId) -> User | None:
    row = await tx.row(select(users).where(users.c.id == user))
    if row is None:
        return None
    return User(id=UserId(row.id), email=row.email, display_name=row.display_name, created_at=row.created_at)


async def has_user(tx: Transaction, user: UserId) -> bool:
    return bool(await tx.scalar(select(exists().where(users.c.id == user))))


async def lock_user(tx: Transaction, user: UserId) -> bool:
    """Whether there is one; if so, no row that refers to it appears until the transaction ends."""
    return await tx.scalar(select(users.c.id).where(users.c.id == user).with_for_update()) is not None


async def share_user(tx: Transaction, user: UserId) -> None:
    """Keep the user from being deleted until the transaction ends, as a row that refers to them does."""
    await tx.execute(select(users.c.id).where(users.c.id == user).with_for_update(read=True, key_share=True))


async def delete_user(tx: Transaction, user: UserId) -> int:
    """Whatever still refers to the user by `ON DELETE` goes, or is unlinked, with the row."""
    return await tx.execute(delete(users).where(users.c.id == user))
