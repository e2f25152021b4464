"""Every statement that touches the tables of the ledger.

tables      wallets, holds, ledger_transactions; the entries are only ever written by a movement
movements   what moves coins: open_wallet, insert_hold, settle_hold, expire_holds, insert_grant
readings    what looks them up: find_balance, find_hold, find_transactions, ...
rows        rows into values
"""

from service.credits.store.movements import expire_holds, insert_grant, insert_hold, open_wallet, settle_hold
from service.credits.store.readings import (
    find_balance,
    find_charge,
    find_grant,
    find_hold,
    find_hold_by_operation,
    find_transactions,
)

__all__ = [
    "expire_holds",
    "find_balance",
    "find_charge",
    "find_grant",
    "find_hold",
    "find_hold_by_operation",
    "find_transactions",
    "insert_grant",
    "insert_hold",
    "open_wallet",
    "settle_hold",
]
