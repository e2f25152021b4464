"""Whose account it is, and what an address looks like; pure."""

import hashlib

import pytest

from service.accounts.model import AccountMismatch, is_same_address, normalized_email, refuse_mismatch, welcome_digest
from service.kernel.errors import InvalidRequest
from service.kernel.identifiers import UserId

ADA = UserId("ada")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada.Park+jobs@Example.COM", "Ada.Park+jobs@example.com"),
        ("ada@bücher.example", "ada@bücher.example"),
        ("ada@mail.test", "ada@mail.test"),
    ],
)
def test_an_address_is_kept_in_its_normal_form(given: str, kept: str) -> None:
    assert normalized_email(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@example.com, bob@example.com",
        "Ada <ada@example.com>",
        "ada@example.com\r\nBcc: bob@example.com",
        "ada@example.com\x00",
        "ada\u2028@example.com",
        '"a b"@example.com',
        "ada@example",
        "ada@corp.local",
        "ada@[127.0.0.1]",
        "=?utf-8?q?a=0d=0aBcc:_evil@x?=@example.com ",
        "a" * 65 + "@example.com",
    ],
)
def test_what_is_not_one_address_is_refused_at_its_place(given: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        normalized_email(given)
    assert [error.pointer for error in refused.value.errors] == ["/email"]


def test_letter_case_does_not_tell_mailboxes_apart() -> None:
    assert is_same_address("Ada@Example.com ", "ada@example.COM")
    assert not is_same_address("ada@example.com", "bob@example.com")


def test_an_account_is_its_token_s() -> None:
    refuse_mismatch(user=ADA, email="ada@example.com", token_user=ADA, token_email="ADA@example.com")
    refuse_mismatch(user=ADA, email="ada@example.com", token_user=ADA, token_email=None)
    with pytest.raises(AccountMismatch) as refused:
        refuse_mismatch(user=ADA, email="ada@example.com", token_user=UserId("bob"), token_email=None)
    assert refused.value.errors[0].pointer == "/user_id"
    with pytest.raises(AccountMismatch) as refused:
        refuse_mismatch(user=ADA, email="ada@example.com", token_user=ADA, token_email="bob@example.com")
    assert refused.value.errors[0].pointer == "/email"


def test_a_welcome_is_remembered_by_a_digest_alone() -> None:
    """The digest must stay what it is: the policy of `welcomes` spells it in SQL, and old rows have it."""
    assert welcome_digest(ADA) == hashlib.sha256(b"overture welcome:ada").hexdigest()
    assert len({welcome_digest(UserId(name)) for name in ("ada", "Ada", "ad")}) == 3
