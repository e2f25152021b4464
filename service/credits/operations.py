"""The verbs of the ledger. Each takes the transaction it belongs to: `db.run(credits.reserve, ...)`, or a line inside
somebody else's unit of work. One unit touches the wallet of one user only (see the door on locks).

Amounts that are not whole numbers within bounds raise TypeError or ValueError before any statement.
"""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from service.credits import invariants, store
from service.credits.model import (
    Balance,
    CoinPackage,
    Hold,
    HoldId,
    HoldNotOpen,
    HoldState,
    LedgerTransaction,
    ReferenceReused,
    Refund,
    TransactionKind,
    WalletNotFound,
    check_coins,
    check_package,
    check_reference,
    not_enough,
)
from service.kernel.database import Database, Transaction, sweep
from service.kernel.identifiers import UserId

EXPORTS = store.EXPORTS
INVARIANTS = invariants.INVARIANTS

# One transaction of a sweep: short enough (some 10 ms) that a request never waits long for a wallet being swept.
HOLDS_PER_BATCH = 100
BATCHES_MAX = 1_000

# Where coins that are added come from; what is charged goes to `revenue`.
_HOUSE_ACCOUNT = {
    TransactionKind.GRANT: "issuance",
    TransactionKind.PURCHASE: "sales",
    TransactionKind.REFUND: "refunds",
}


async def open_wallet(tx: Transaction, *, user: UserId) -> None:
    """Give the user an empty wallet; nothing happens where there is one."""
    await store.open_wallet(tx, user)


async def reserve(
    tx: Transaction, *, user: UserId, amount: int, operation: UUID, hold: HoldId, expires_in_seconds: float
) -> Hold:
    """Move `amount` coins from available to a new hold, which expires so many seconds from now.

    Once per `operation`: a repeat answers the first hold as it is now, whatever its id and state, so go on with
    `Hold.id`. A repeat with another amount is a mistake of the caller (ValueError). An amount of 0 (a price of 0)
    makes a hold like any other and leaves no trace in the ledger. Raises `CreditsExhausted`.
    """
    check_coins(amount)
    made = await store.insert_hold(
        tx, user=user, amount=amount, operation=operation, hold=hold, expires_in_seconds=expires_in_seconds
    )
    if made is not None:
        return made
    earlier = await store.find_hold_by_operation(tx, user=user, operation=operation)
    if earlier is None:
        raise not_enough(price=amount, available=(await store.find_balance(tx, user)).available)
    if earlier.amount != amount:
        raise ValueError(f"operation {operation} reserved {earlier.amount} coins before, and now asks for {amount}")
    return earlier


async def charge(tx: Transaction, *, hold: HoldId, amount: int, reference: str) -> Balance:
    """Spend `amount` coins of an open hold and give back the rest, in one step; the balance after it.

    Charging nothing releases the hold. The same charge again (amount and reference) answers the first balance.
    Raises `HoldNotOpen` where the hold was settled otherwise or has expired (by the database's clock, swept or not),
    and ValueError where it is smaller than `amount`. Let the error leave the unit of work: what was to be paid for
    must be rolled back with it.
    """
    check_coins(amount)
    check_reference(reference)
    balance = await store.settle_hold(tx, hold=hold, charged=amount, reference=reference, even_if_expired=False)
    if balance is not None:
        return balance
    return await _earlier_charge(tx, hold=hold, amount=amount, reference=reference)


async def _earlier_charge(tx: Transaction, *, hold: HoldId, amount: int, reference: str) -> Balance:
    """The balance after an earlier, identical charge. Raises `HoldNotOpen` or ValueError where there was none."""
    found = await store.find_hold(tx, hold)
    if found is None:
        raise HoldNotOpen(f"There is no hold {hold}; nothing was charged.")
    what, is_past = found
    if what.state is HoldState.CHARGED:
        first = await store.find_charge(tx, hold)
        if first is not None and (first.amount, first.reference) == (-amount, reference):
            return _balance_after(first)
    if what.state is HoldState.OPEN and not is_past:
        raise ValueError(f"{amount} coins cannot be charged to a hold of {what.amount}")
    state = what.state if what.state is not HoldState.OPEN else HoldState.EXPIRED
    raise HoldNotOpen(f"The hold {hold} is {state} (expiry {what.expires_at.isoformat()}); nothing was charged.")


async def release(tx: Transaction, *, hold: HoldId) -> bool:
    """Give back all of an open hold, expired or not; False where it was settled before (or never was)."""
    return await store.settle_hold(tx, hold=hold, charged=0, reference=None, even_if_expired=True) is not None


async def grant(
    tx: Transaction,
    *,
    user: UserId,
    amount: int,
    kind: Literal[TransactionKind.GRANT, TransactionKind.PURCHASE, TransactionKind.REFUND],
    reference: str,
) -> Balance:
    """Add coins to the user's wallet (opened if need be), once per kind and reference; the balance after it.

    A debt is paid off first, and only what is left becomes available. A repeat changes nothing and answers the
    balance as the first one left it.
    """
    check_coins(amount, least=1)
    check_reference(reference)
    await store.open_wallet(tx, user)
    balance = await store.insert_grant(
        tx, user=user, amount=amount, kind=kind, reference=reference, house_account=_HOUSE_ACCOUNT[kind]
    )
    if balance is not None:
        return balance
    first = await store.find_grant(tx, user=user, kind=kind, reference=reference)
    if first is None:
        raise LookupError(f"the wallet of this user vanished while {reference} was being granted")
    return _balance_after(first)


async def grant_by_hand(tx: Transaction, *, user: UserId, coins: int, reference: str) -> Balance:
    """`grant` by an administrator, whose references are kept apart from those the service makes.

    The same grant again answers what the first left. Raises `WalletNotFound` for a user who is not stored, and
    `ReferenceReused` where the reference was granted for another number of coins.
    """
    if not await store.has_wallet(tx, user):
        raise WalletNotFound("No such user is stored; nothing was granted.")
    kept = f"grant:{reference}"
    granted = await grant(tx, user=user, amount=coins, kind=TransactionKind.GRANT, reference=kept)
    line = await store.find_grant(tx, user=user, kind=TransactionKind.GRANT, reference=kept)
    if line is not None and line.amount != coins:
        raise ReferenceReused(f"{reference} was granted for {line.amount} coins; nothing more was granted.")
    return granted


async def purchase(tx: Transaction, *, user: UserId, coins: int, reference: str) -> Balance:
    """Add bought coins, once per reference (`order:<id>`); see `grant`."""
    return await grant(tx, user=user, amount=coins, kind=TransactionKind.PURCHASE, reference=reference)


async def reverse_refund(tx: Transaction, *, user: UserId, coins: int, reference: str) -> Balance:
    """Give back what a refund took and should not have (a dispute was won): a refund of the other sign; see `grant`."""
    return await grant(tx, user=user, amount=coins, kind=TransactionKind.REFUND, reference=reference)


async def refund(tx: Transaction, *, user: UserId, coins: int, reference: str) -> Refund:
    """Take coins back, once per reference, which names the refund (`refund:<id>`): an order may have several.

    Only what is available is clawed back, never what a hold keeps for work under way; the rest is recorded as a debt,
    which whatever comes next pays off: purchases, grants, and what comes back from holds. A repeat changes nothing
    and answers the first result; one with other coins is a mistake of the caller (ValueError).
    """
    check_coins(coins, least=1)
    check_reference(reference)
    await store.open_wallet(tx, user)
    made = await store.insert_refund(tx, user=user, amount=coins, reference=reference)
    if made is not None:
        return made
    earlier = await store.find_refund(tx, user=user, reference=reference)
    if earlier is None:
        raise LookupError(f"the wallet of this user vanished during {reference}")
    asked, first = earlier
    if asked != coins:
        raise ValueError(f"{reference} took back {asked} coins before, and now asks for {coins}")
    return first


async def sweep_expired_holds(db: Database) -> int:
    """Release every expired hold and return their number. One sweep; several may run at once.

    Wallets that somebody is busy with are left for the next sweep.
    """
    return await sweep(db, store.expire_holds, rows_per_batch=HOLDS_PER_BATCH, batches_max=BATCHES_MAX)


async def find_package(tx: Transaction, package: str) -> CoinPackage | None:
    """The package, active or retired (`is_active`): an order made before it was retired is still honoured."""
    return await store.find_package(tx, package)


async def set_package(tx: Transaction, package: CoinPackage) -> None:
    """Store a package, new or in place of the one with its id. For the owner (`run_system`).

    Orders keep what they were made with: coins and price are theirs from the moment of ordering. Raises ValueError
    (`model.check_package`).
    """
    await store.upsert_package(tx, check_package(package))


async def erase(tx: Transaction, user: UserId) -> Mapping[str, int]:
    """Before an account is deleted: release every open hold of its wallet; no row is deleted.

    Work under way then finds its hold settled and can charge nothing. The wallet and its ledger stay, and name nobody
    once the user's row is gone.
    """
    for hold in await store.lock_open_holds(tx, user):
        await release(tx, hold=hold)
    return {}


def _balance_after(transaction: LedgerTransaction) -> Balance:
    return Balance(
        balance=transaction.available_after + transaction.held_after,
        reserved=transaction.held_after,
        available=transaction.available_after,
        debt=transaction.debt_after,
    )
