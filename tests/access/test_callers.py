"""A yes is remembered for a moment, a no never; the memory is bounded."""

from typing import Any

import pytest
import trio.testing

from service.access import callers
from service.access.callers import REMEMBERED_SECONDS, KnownUsers, UnknownUser
from service.kernel.database import Transaction
from service.kernel.identifiers import UserId
from tests.web.application import NoDatabase

pytestmark = pytest.mark.trio


class Asked(NoDatabase):
    def __init__(self) -> None:
        super().__init__()
        self.stored: set[str] = set()
        self.count = 0

    async def read(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.count += 1
        return args[0] in self.stored


async def unasked(_tx: Transaction, _user: UserId) -> bool:
    raise AssertionError("the fake database does not run units")


async def test_a_yes_is_remembered_for_a_moment(autojump_clock: trio.testing.MockClock) -> None:
    db = Asked()
    db.stored.add("ada")
    known = KnownUsers(db, unasked)
    await known.require(UserId("ada"))
    await known.require(UserId("ada"))
    assert db.count == 1
    await trio.sleep(REMEMBERED_SECONDS + 1)
    db.stored.clear()
    with pytest.raises(UnknownUser):
        await known.require(UserId("ada"))


async def test_a_no_is_not_remembered(autojump_clock: trio.testing.MockClock) -> None:
    db = Asked()
    known = KnownUsers(db, unasked)
    with pytest.raises(UnknownUser):
        await known.require(UserId("ada"))
    db.stored.add("ada")
    await known.require(UserId("ada"))


async def test_the_memory_is_bounded(autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "REMEMBERED_MAX", 2)
    db = Asked()
    db.stored |= {"ada", "bob", "cyd"}
    known = KnownUsers(db, unasked)
    for user in ("ada", "bob", "cyd", "cyd", "bob", "ada"):
        await known.require(UserId(user))
    assert db.count == 4


async def test_who_was_forgotten_is_asked_for_again(autojump_clock: trio.testing.MockClock) -> None:
    db = Asked()
    db.stored.add("ada")
    known = KnownUsers(db, unasked)
    await known.require(UserId("ada"))
    db.stored.clear()
    known.forget(UserId("ada"))
    with pytest.raises(UnknownUser):
        await known.require(UserId("ada"))


async def test_who_is_forgotten_while_we_ask_is_not_remembered(autojump_clock: trio.testing.MockClock) -> None:
    class Deleting(Asked):
        async def read(self, unit: Any, /, *args: Any, **kwargs: Any) -> Any:
            answer = await super().read(unit, *args, **kwargs)
            known.forget(UserId("ada"))  # between the answer of the database and ours
            return answer

    db = Deleting()
    db.stored.add("ada")
    known = KnownUsers(db, unasked)
    await known.require(UserId("ada"))
    db.stored.clear()
    with pytest.raises(UnknownUser):
        await known.require(UserId("ada"))
