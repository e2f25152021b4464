"""Every statement that touches the tables of the ledger.

tables      wallets, holds, ledger_transactions, ledger_entries, packages; their rows as values
transfers   what moves coins: open_wallet, insert_hold, settle_hold, expire_holds, insert_grant, insert_refund
queries     what looks them up: find_balance, find_hold, find_transactions, ...
packages    what coins are sold in
"""

from service.credits.store.packages import find_package, find_packages, retire_package, upsert_package
from service.credits.store.queries import (
    EXPORTS,
    find_balance,
    find_charge,
    find_grant,
    find_hold,
    find_hold_by_operation,
    find_refund,
    find_transactions,
    has_wallet,
    lock_open_holds,
)
from service.credits.store.transfers import (
    expire_holds,
    insert_grant,
    insert_hold,
    insert_refund,
    open_wallet,
    settle_hold,
)

__all__ = [
    "EXPORTS",
    "expire_holds",
    "find_balance",
    "find_charge",
    "find_grant",
    "find_hold",
    "find_hold_by_operation",
    "find_package",
    "find_packages",
    "find_refund",
    "find_transactions",
    "has_wallet",
    "insert_grant",
    "insert_hold",
    "insert_refund",
    "lock_open_holds",
    "open_wallet",
    "retire_package",
    "settle_hold",
    "upsert_package",
]
