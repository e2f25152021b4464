"""`overture payments`, as an operator uses it."""

from pathlib import Path
from uuid import UUID

import pytest

from tests.cli.overture import overture
from tests.postgres import Server

EVENT, ORDER, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)

PARKED = f"""
    INSERT INTO payment_events (id, provider, event_id, type, kind, named_order, payment_id, amount, currency,
                                note, outcome, reason)
    VALUES ('{EVENT}', 'stripe', 'evt_1', 'checkout.session.completed', 'paid', '{ORDER}', 'pi_1', 1499, 'USD',
            '', 'parked', 'no order is known for it')
"""
ITS_ORDER = f"""
    INSERT INTO users (id, email) VALUES ('ada', 'ada@example.com');
    INSERT INTO orders (id, user_id, provider, status, package_id, coins, amount, currency, is_live)
    VALUES ('{ORDER}', 'ada', 'stripe', 'created', 'plus', 100, 1499, 'USD', false),
           ('{OTHER}', 'ada', 'razorpay', 'created', 'plus', 100, 119900, 'INR', false)
"""
# A payment of more than its order, and a foreign application's three hundred.
OPEN = f"""
    INSERT INTO payment_events (id, provider, event_id, type, kind, named_order, payment_id, amount, currency,
                                note, outcome, reason, received_at)
    SELECT ('00000000-0000-0000-0001-' || lpad(number::text, 12, '0'))::uuid, 'razorpay', 'E' || number,
           'payment.captured', 'paid', CASE number WHEN 60 THEN '{OTHER}'::uuid ELSE gen_random_uuid() END,
           'pay_' || number, 122730, 'INR', '', CASE number WHEN 1 THEN 'flagged' ELSE 'parked' END, 'why',
           to_timestamp(number)
    FROM generate_series(1, 60) AS number;
    INSERT INTO payment_events (id, provider, event_id, type, kind, note, outcome, reason)
    SELECT gen_random_uuid(), 'stripe', 'evt_other_' || number, 'charge.refunded', 'refunded', '', 'unmatched', ''
    FROM generate_series(1, 300) AS number
"""


def event(number: int) -> str:
    return f"00000000-0000-0000-0001-{number:012}"


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


def test_events_are_decided_page_by_page(data_dir: Path, database_url: str, postgres_server: Server) -> None:
    def payments(*arguments: str) -> tuple[int, str, str]:
        done = overture("payments", *arguments, data_dir=data_dir, DATABASE_URL=database_url)
        return done.returncode, done.stdout, done.stderr

    postgres_server.execute(ITS_ORDER, url=database_url)
    postgres_server.execute(OPEN, url=database_url)
    _, listed, _ = payments()
    *lines, more = listed.splitlines()
    assert [line.split("\t")[0] for line in lines] == [event(number) for number in (1, *range(60, 11, -1))]
    assert more == "page 1 of 60 events; the next: --page 2"
    _, listed, _ = payments("--page", "2")
    assert [line.split("\t")[0] for line in listed.splitlines()] == [event(number) for number in range(11, 1, -1)]

    _, listed, _ = payments("unmatched", "--page", "6")
    assert [line.split("\t")[1] for line in listed.splitlines()] == ["unmatched"] * 50

    code, said, _ = payments("--accept", event(60), "--reason", "the payer bore the fee")
    columns = said.strip().split("\t")
    assert (code, columns[1], columns[5]) == (0, "applied", str(OTHER))
    assert columns[7] == "accepted: the payer bore the fee; paid 122730 INR for 119900 INR"
    code, _, said = payments("--accept", event(59), "--reason", "ours")
    assert (code, said) == (1, "overture: It names 0 orders of ours; say which one it is about.\n")
    code, _, said = payments("--accept", event(59), "--reason", "ours", "--order", str(OTHER))
    assert code == 1
    assert said.startswith("overture: Accepting it would change nothing: it is of another payment than the one")
    code, said, _ = payments("--dismiss", event(59), "--reason", "a test of the shop's")
    assert (code, said.split("\t")[1]) == (0, "dismissed")
    assert payments("--dismiss", event(59), "--reason", "again")[0] == 1
    doctor = overture("doctor", data_dir=data_dir, DATABASE_URL=database_url).stdout
    assert "note    payments       1 flagged and 57 parked; `overture payments` lists them" in doctor
    assert "ok      invariants     all hold" in doctor


@pytest.mark.process
def test_misuse(data_dir: Path) -> None:
    for arguments in (
        ("payments", "lost"),
        ("payments", "parked", "--apply", "seven"),
        ("payments", "--page", "0"),
        ("payments", "--accept", str(EVENT)),
        ("payments", "--reason", "why"),
        ("payments", "--dismiss", str(EVENT), "--reason", "x", "--order", str(ORDER)),
        ("payments", "--dismiss", str(EVENT), "--accept", str(EVENT), "--reason", "x"),
    ):
        done = overture(*arguments, data_dir=data_dir)
        assert done.returncode == 2, done.stderr
        assert done.stderr.startswith("overture: ")
