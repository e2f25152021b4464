"""A call goes through the pipeline without any HTTP: authenticated, counted, once, cancelled, drained."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import msgspec
import pytest

from service.access.callers import Access, Forbidden, UnknownUser
from service.access.idempotency import IdempotencyMismatch, Key, Remember
from service.access.pipeline import CallContext, Credentials, Pipeline, Rules
from service.access.rates import RateLimited, RateLimits
from service.access.store import Answer
from service.access.tokens import Unauthenticated
from service.adapters.rate_limits import Rate
from service.adapters.rate_limits.in_process import InProcessRateLimiter
from service.kernel.concurrency import Admission
from service.kernel.database import Transaction
from service.kernel.database.wall import acting_now
from service.kernel.errors import DeadlineExceeded, Overloaded
from service.kernel.in_flight import ShuttingDown
from tests.web.application import Parts, bearer
from tests.web.shop import Shop

pytestmark = pytest.mark.anyio

RULES = Rules(name="tool order", access=Access.USER, rate=None)
ONCE = Rules(name="tool order", access=Access.USER, rate=None, is_idempotent=True)


def credentials(user: str = "ada", **more: Any) -> Credentials:
    return Credentials(authorization=bearer(user)["Authorization"], **more)


def encode(value: Any) -> Answer:
    return Answer(0, msgspec.json.encode(value))


async def call(
    pipeline: Pipeline,
    rules: Rules,
    who: Credentials,
    handle: Callable[[Remember], Awaitable[Any]],
    *,
    asked: bytes = b"",
    scope: anyio.CancelScope | None = None,
) -> Answer | None:
    """What another protocol does for each of its calls."""
    with pipeline.enter(rules, scope or anyio.CancelScope()) as context:
        return await context.run(who, lambda: context.perform(handle, encode=encode, asked=[asked]))


async def greet(_remember: Remember) -> str:
    return f"hello {acting_now().user}"


async def test_a_call_is_answered_for_its_user() -> None:
    answer = await call(Parts().pipeline(), RULES, credentials(), greet)
    assert answer == Answer(0, b'"hello ada"')


async def test_whoever_may_not_is_refused_before_anything_is_done() -> None:
    reached: list[str] = []

    async def handle(_remember: Remember) -> None:
        reached.append("it")

    pipeline = Parts().pipeline()
    for rules, who, refusal in (
        (RULES, Credentials(), Unauthenticated),
        (RULES, credentials(on_behalf_of="bob"), Forbidden),
        (Rules(name="grant", access=Access.ADMIN, rate=None), credentials(), Forbidden),
    ):
        with pytest.raises(refusal):
            await call(pipeline, rules, who, handle)
    assert reached == []


async def test_a_call_is_counted_for_its_user() -> None:
    rules = Rules(name="tool order", access=Access.USER, rate=Rate("two", quota=2, window_seconds=3600))
    pipeline = Parts(rate_limits=RateLimits(InProcessRateLimiter())).pipeline()
    contexts: list[CallContext] = []

    async def until_refused() -> None:
        for _ in range(10):
            with pipeline.enter(rules, anyio.CancelScope()) as context:
                contexts.append(context)
                await context.run(credentials(), lambda: context.perform(greet, encode=encode))

    with pytest.raises(RateLimited):
        await until_refused()
    assert [context.taken and context.taken.is_allowed for context in contexts[-2:]] == [True, False]
    assert await call(pipeline, rules, credentials("bob"), greet) is not None


async def test_a_full_process_admits_nothing_more() -> None:
    rules = Rules(name="tool order", access=Access.USER, rate=None, is_admitted=True)
    pipeline = Parts(admission=Admission(running=1, waiting=0)).pipeline()
    async with pipeline.admission.admit():
        with pytest.raises(Overloaded):
            await call(pipeline, rules, credentials(), greet)
    assert await call(pipeline, rules, credentials(), greet) is not None


async def test_past_its_deadline_a_call_ends_and_says_so() -> None:
    async def hang(_remember: Remember) -> None:
        await anyio.sleep_forever()

    with pytest.raises(DeadlineExceeded):
        await call(Parts().pipeline(), RULES, credentials(wanted_seconds=0.01), hang)


async def test_a_caller_who_leaves_ends_the_work() -> None:
    parts, scope = Parts(), anyio.CancelScope()
    names: list[str] = []

    async def leave(_remember: Remember) -> None:
        names.extend(task["name"] for task in parts.tasks.describe())
        scope.cancel()
        await anyio.sleep_forever()

    assert await call(parts.pipeline(), RULES, credentials(), leave, scope=scope) is None
    assert names == ["tool order"]
    assert (parts.tasks.describe(), len(parts.in_flight)) == ([], 0)


async def test_the_drain_refuses_what_is_new_and_ends_what_is_left() -> None:
    parts, begun = Parts(), anyio.Event()
    pipeline = parts.pipeline()

    async def hang(_remember: Remember) -> None:
        begun.set()
        await anyio.sleep_forever()

    async def hung() -> None:
        with pytest.raises(ShuttingDown):
            await call(pipeline, RULES, credentials(), hang)

    async with anyio.create_task_group() as group:
        group.start_soon(hung)
        await begun.wait()
        parts.in_flight.refuse()
        with pytest.raises(ShuttingDown):
            await call(pipeline, RULES, credentials(), greet)
        probe = Rules(name="probe", access=Access.PUBLIC, rate=None, is_probe=True)
        assert await call(pipeline, probe, Credentials(), greet) is not None
        parts.in_flight.cancel()
    assert len(parts.in_flight) == 0


async def test_a_key_gives_the_first_answer_again(shop: Shop) -> None:
    pipeline = shop.parts().pipeline()

    async def order(remember: Remember) -> dict[str, int]:
        async def effect(tx: Transaction) -> dict[str, int]:
            number = await shop.insert(tx, "pen")
            await remember(tx, {"number": number})
            return {"number": number}

        return await shop.db.run(effect)

    who = credentials(key=Key("tool", "order", "k"))
    first = await call(pipeline, ONCE, who, order, asked=b"pen")
    again = await call(pipeline, ONCE, who, order, asked=b"pen")
    assert first is not None
    assert again is not None
    assert (again.body, again.headers) == (first.body, {"idempotency-replayed": "true"})
    assert (await shop.effects(), await shop.keys("method = 'tool' AND path = 'order'")) == (1, 1)
    with pytest.raises(IdempotencyMismatch):
        await call(pipeline, ONCE, who, order, asked=b"book")
    with pytest.raises(UnknownUser):
        await call(pipeline, ONCE, credentials("nobody", key=Key("tool", "order", "k")), order)


@pytest.mark.parametrize("is_left", [False, True])
async def test_what_was_committed_is_the_answer_whatever_came_after(shop: Shop, *, is_left: bool) -> None:
    """An error, and the caller's leaving, each between COMMIT and the handler's return."""
    scope = anyio.CancelScope()

    async def order(remember: Remember) -> None:
        async def effect(tx: Transaction) -> None:
            await remember(tx, await shop.insert(tx, "pen"))

        await shop.db.run(effect)
        if is_left:
            scope.cancel()
            await anyio.sleep_forever()
        raise RuntimeError("too late to fail")

    who = credentials(key=Key("tool", "order", "k"))
    assert await call(shop.parts().pipeline(), ONCE, who, order, scope=scope) is not None
    assert (await shop.effects(), await shop.keys()) == (1, 1)
