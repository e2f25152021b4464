"""`overture payments parked`, as an operator uses it."""

from pathlib import Path
from uuid import UUID

import pytest

from tests.cli.overture import overture
from tests.postgres import Server

pytestmark = pytest.mark.process

EVENT, ORDER = UUID(int=1), UUID(int=2)

PARKED = f"""
    INSERT INTO payment_events (id, provider, event_id, kind, happening, named_order, payment_id, amount, currency,
                                note, outcome, reason)
    VALUES ('{EVENT}', 'stripe', 'evt_1', 'checkout.session.completed', 'paid', '{ORDER}', 'pi_1', 1499, 'USD',
            '', 'parked', 'no order is known for it')
"""
ITS_ORDER = f"""
    INSERT INTO users (id, email) VALUES ('ada', 'ada@example.com');
    INSERT INTO orders (id, user_id, provider, status, package_id, coins, amount, currency, is_live)
    VALUES ('{ORDER}', 'ada', 'stripe', 'created', 'plus', 100, 1499, 'USD', false)
"""


def test_parked_events_are_listed_and_applied(data_dir: Path, database_url: str, postgres_server: Server) -> None:
    def parked(*arguments: str) -> tuple[int, str, str]:
        done = overture("payments", "parked", *arguments, data_dir=data_dir, DATABASE_URL=database_url)
        return done.returncode, done.stdout, done.stderr

    assert parked() == (0, "", "")
    postgres_server.execute(PARKED, url=database_url)
    line = f"{EVENT}\tparked\tstripe\tcheckout.session.completed\tevt_1\t{ORDER}\t1499 USD\tno order is known for it\n"
    assert parked() == (0, line, "")
    code, _, said = parked("--apply", str(EVENT))
    assert (code, said) == (1, f"overture: {EVENT} still cannot be applied: no order is known for it\n")
    postgres_server.execute(ITS_ORDER, url=database_url)
    code, said, _ = parked("--apply", str(EVENT))
    assert (code, said.split("\t")[1]) == (0, "applied")
    assert parked() == (0, "", "")
    code, _, said = parked("--apply", str(EVENT))
    assert (code, said) == (1, f"overture: No event {EVENT} is parked or flagged.\n")


def test_misuse(data_dir: Path) -> None:
    for arguments in (("payments",), ("payments", "lost"), ("payments", "parked", "--apply", "seven")):
        done = overture(*arguments, data_dir=data_dir)
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith("overture: ")
