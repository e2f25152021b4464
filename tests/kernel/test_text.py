import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kernel.text import UNSTORABLE, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  two\twords\r\n", "two words"),
        ("Led the team\x0bwork", "Led the team work"),
        ("a\u2028b", "a b"),
        ("zero\u200bwidth\u202e", "zerowidth"),
        ("e\u0301", "é"),
        ("half \ud83d", "half"),
        ("", ""),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text())
def test_any_text_becomes_one_storable_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not UNSTORABLE.search(line)
    assert one_line(line) == line
