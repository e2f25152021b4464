"""One effect per key, over a real database: in parallel, repeated, failing, late, and left alone."""

from collections.abc import Awaitable, Callable
from typing import Any, cast
from uuid import UUID

import anyio
import httpx
import pytest
from sqlalchemy import text

from service.access import idempotency, store
from service.access.idempotency import Once, Remember, purge_idempotency_keys
from service.access.store import Answer
from service.kernel.database import Database, DatabaseUnavailable, Transaction
from service.kernel.errors import NotFound
from service.kernel.identifiers import UserId
from tests.http import serve
from tests.web.application import bearer
from tests.web.shop import ITEM, Shop, keyed, nothing, slug

pytestmark = pytest.mark.anyio


async def test_a_repeat_gets_the_first_answer_again(shop: Shop) -> None:
    async with shop.parts().client(shop.endpoint()) as client:
        first = await client.post("/orders", json=ITEM, headers=keyed("k"))
        again = await client.post("/orders", json=ITEM, headers=keyed("k"))
    assert (first.status_code, "idempotency-replayed" in first.headers) == (201, False)
    assert (again.status_code, again.content, again.headers["idempotency-replayed"]) == (201, first.content, "true")
    assert again.headers["content-type"] == "application/json"
    assert await shop.effects() == 1


async def test_without_a_key_each_is_a_new_one(shop: Shop) -> None:
    async with shop.parts().client(shop.endpoint()) as client:
        for _ in range(2):
            assert (await client.post("/orders", json=ITEM)).status_code == 201
    assert (await shop.effects(), await shop.keys()) == (2, 0)


async def test_another_body_with_the_same_key(shop: Shop) -> None:
    async with shop.parts().client(shop.endpoint()) as client:
        await client.post("/orders", json=ITEM, headers=keyed("k"))
        other = await client.post("/orders", json={"item": "ink"}, headers=keyed("k"))
    assert (other.status_code, slug(other)) == (422, "idempotency-mismatch")
    assert await shop.effects() == 1


async def test_the_key_is_the_users_own(shop: Shop) -> None:
    async with shop.parts().client(shop.endpoint()) as client:
        first = await client.post("/orders", json=ITEM, headers=keyed("k"))
        other = await client.post("/orders", json=ITEM, headers=keyed("k", "bob"))
    assert first.json()["number"] != other.json()["number"]


async def test_while_the_first_runs_the_second_is_told_so(shop: Shop) -> None:
    started, released = anyio.Event(), anyio.Event()

    async def before() -> None:
        started.set()
        await released.wait()

    shop.before = before
    async with shop.parts().client(shop.endpoint()) as client, anyio.create_task_group() as group:
        group.start_soon(lambda: client.post("/orders", json=ITEM, headers=keyed("k")))
        with anyio.fail_after(30):
            await started.wait()
            second = await client.post("/orders", json=ITEM, headers=keyed("k"))
        assert (second.status_code, slug(second)) == (409, "idempotency-in-progress")
        assert int(second.headers["retry-after"]) > 0
        released.set()
    assert await shop.effects() == 1


async def test_forty_at_once_have_one_effect(shop: Shop) -> None:
    answers: list[httpx.Response] = []
    async with (
        serve(shop.parts().app(shop.endpoint())) as url,
        httpx.AsyncClient(base_url=url, timeout=30) as client,
    ):

        async def post() -> None:
            answers.append(await client.post("/orders", json=ITEM, headers=keyed("k")))

        async with anyio.create_task_group() as group:
            for _ in range(40):
                group.start_soon(post)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert await shop.effects() == 1


async def test_a_failure_frees_the_key(shop: Shop) -> None:
    async def before() -> None:
        raise NotFound("No pens.")

    shop.before = before
    async with shop.parts().client(shop.endpoint()) as client:
        assert (await client.post("/orders", json=ITEM, headers=keyed("k"))).status_code == 404
        assert await shop.keys() == 0
        shop.before = nothing
        assert (await client.post("/orders", json={"item": "ink"}, headers=keyed("k"))).status_code == 201


async def test_a_deadline_frees_the_key(shop: Shop) -> None:
    shop.before = anyio.sleep_forever
    async with shop.parts().client(shop.endpoint()) as client:
        late = await client.post("/orders", json=ITEM, headers={**keyed("k"), "x-request-timeout": "0.2"})
    assert (late.status_code, await shop.keys(), await shop.effects()) == (504, 0, 0)


async def test_an_effect_that_was_committed_is_answered_past_the_deadline(shop: Shop) -> None:
    """The handler is cancelled after its COMMIT: the answer that was stored with the effect is the answer."""
    shop.after = anyio.sleep_forever
    async with shop.parts().client(shop.endpoint()) as client:
        late = await client.post("/orders", json=ITEM, headers={**keyed("k"), "x-request-timeout": "0.5"})
        again = await client.post("/orders", json=ITEM, headers=keyed("k"))
    assert (late.status_code, again.status_code, again.content) == (201, 201, late.content)
    assert await shop.effects() == 1


async def test_a_client_that_leaves_frees_the_key(shop: Shop) -> None:
    started, freed = anyio.Event(), anyio.Event()

    async def before() -> None:
        started.set()
        try:
            await anyio.sleep_forever()
        finally:
            freed.set()

    shop.before = before
    parts = shop.parts()
    async with serve(parts.app(shop.endpoint())) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client, anyio.create_task_group() as group:
            group.start_soon(lambda: client.post("/orders", json=ITEM, headers=keyed("k")))
            with anyio.fail_after(30):
                await started.wait()
            group.cancel_scope.cancel()
        with anyio.fail_after(30):
            await freed.wait()
            await parts.in_flight.wait_until_empty()
    assert (await shop.keys(), await shop.effects()) == (0, 0)


async def test_forgetting_to_remember_is_loud(shop: Shop) -> None:
    shop.remembers = False
    async with shop.parts().client(shop.endpoint()) as client:
        for headers in (keyed("k"), {}):
            assert (await client.post("/orders", json=ITEM, headers=headers)).status_code == 500


@pytest.mark.parametrize("key", ["", "a" * 256, "é", "a\tb"])
async def test_keys_that_are_refused(shop: Shop, key: str) -> None:
    async with shop.parts().client(shop.endpoint()) as client:
        answer = await client.post(
            "/orders", json=ITEM, headers=[(b"idempotency-key", key.encode()), *_raw(bearer("ada"))]
        )
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/Idempotency-Key")


async def test_an_expired_lease_is_taken_over_and_its_late_holder_undone(shop: Shop) -> None:
    started, released = anyio.Event(), anyio.Event()

    async def before() -> None:
        started.set()
        await released.wait()

    shop.before = before
    first: list[httpx.Response] = []
    async with shop.parts().client(shop.endpoint()) as client, anyio.create_task_group() as group:

        async def post() -> None:
            first.append(await client.post("/orders", json=ITEM, headers=keyed("k")))

        group.start_soon(post)
        with anyio.fail_after(30):
            await started.wait()
        await shop.execute("UPDATE idempotency_keys SET leased_until = now() - interval '1 s'")
        shop.before = nothing
        second = await client.post("/orders", json=ITEM, headers=keyed("k"))
        assert second.status_code == 201
        released.set()
    assert (first[0].status_code, slug(first[0])) == (409, "idempotency-in-progress")
    assert await shop.effects() == 1


class CutDatabase:
    """The real gateway, which cancels the request before or after its n-th unit of work."""

    def __init__(self, db: Database, at: int, *, after: bool) -> None:
        self.scope = anyio.CancelScope()
        self._db = db
        self._left = at
        self._after = after

    async def run(self, *args: Any, **kwargs: Any) -> Any:
        return await self._cut(self._db.run, args, kwargs)

    async def read(self, *args: Any, **kwargs: Any) -> Any:
        return await self._cut(self._db.read, args, kwargs)

    async def _cut(self, call: Callable[..., Awaitable[Any]], args: Any, kwargs: Any) -> Any:
        is_now, self._left = self._left == 0, self._left - 1
        if is_now and not self._after:
            self.scope.cancel()
        value = await call(*args, **kwargs)
        if is_now:
            self.scope.cancel()
        return value


@pytest.mark.parametrize(
    ("at", "after", "effects"),
    [(0, False, 0), (0, True, 0), (1, False, 0), (1, True, 0), (2, False, 0), (2, True, 1)],
)
async def test_cancelled_at_each_unit_of_work_there_is_an_effect_with_its_answer_or_neither(
    shop: Shop, at: int, after: bool, effects: int
) -> None:
    """Unit 0 asks whether the user is stored, 1 claims the key, 2 has the effect."""
    cut: Any = CutDatabase(shop.db, at, after=after)
    kept, shop.db = shop.db, cut
    parts = shop.parts()
    async with parts.client(shop.endpoint()) as client:
        with cut.scope:
            await client.post("/orders", json=ITEM, headers=keyed("k"))
        assert cut.scope.cancel_called
        shop.db = kept
        assert len(parts.in_flight) == 0
        assert (await shop.effects(), await shop.keys()) == (effects, effects)
        assert (await client.post("/orders", json=ITEM, headers=keyed("k"))).status_code == 201
    assert await shop.effects() == 1
    assert shop.db.pool_state().checked_out == 0


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class FreesNothing:
    """A database that goes away between the work and the clean-up."""

    async def run(self, unit: Any, *_args: Any, **_options: Any) -> None:
        if unit is store.free:
            raise DatabaseUnavailable("gone")


async def test_a_key_that_cannot_be_freed_does_not_hide_what_happened() -> None:
    claim = store.Claim(UUID(int=1), UserId("ada"), "POST", "/orders", "k", b"")
    db = cast("Database", FreesNothing())

    async def fails(_remember: Remember) -> Answer:
        raise NotFound("no such paper")

    with pytest.raises(NotFound):
        await Once(db, claim).run(lambda _value: Answer(201, b""), fails)

    async def hangs(_remember: Remember) -> Answer:
        await anyio.sleep_forever()
        raise AssertionError

    with anyio.move_on_after(0.01) as scope:
        await Once(db, claim).run(lambda _value: Answer(201, b""), hangs)
    assert scope.cancelled_caught


async def test_expired_keys_go_batch_by_batch_and_others_stay(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "KEYS_PER_BATCH", 2)

    async def keep(tx: Transaction) -> None:
        await tx.execute(text("INSERT INTO users (id, email) VALUES ('ada', 'ada@example.com')"))
        await tx.execute(
            text(
                """
                INSERT INTO idempotency_keys
                    (claim_id, user_id, method, path, key, body_hash, leased_until, expires_at)
                SELECT gen_random_uuid(), 'ada', 'POST', '/x', n::text, '', now(), now() + (n - 5) * interval '1 day'
                FROM generate_series(0, 6) AS n
                """
            )
        )

    await db.run_system(keep)
    assert await purge_idempotency_keys(db) == 6
    assert await purge_idempotency_keys(db) == 0
