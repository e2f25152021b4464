import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kernel.text import UNSTORABLE, one_line, without_joiners, written_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  two\twords\r\n", "two words"),
        ("Led the team\x0bwork", "Led the team work"),
        ("a\u2028b", "a b"),
        ("zero\u200bwidth\u202e", "zerowidth"),
        ("e\u0301", "é"),
        ("e\u200b\u0301", "é"),
        ("ig\u200dno\u200cre", "ignore"),
        ("می\u200cخواهم", "میخواهم"),
        ("half \ud83d", "half"),
        ("", ""),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text() | st.text("a\u200c\u200b \u0301\u202e\u212b\u2003"))
def test_any_text_becomes_one_storable_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not UNSTORABLE.search(line)
    assert one_line(line) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" می\u200cخواهم\t", "می\u200cخواهم"),
        ("API\u200cهای", "API\u200cهای"),
        ("\U0001f469\u200d\U0001f4bb Dev", "\U0001f469\u200d\U0001f4bb Dev"),
        ("\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f3f3\ufe0f\u200d\U0001f308"),
        ("क\u094d\u200dष", "क\u094d\u200dष"),
        ("Pay\u200dPal Auf\u200clage Я\u200dндекс", "PayPal Auflage Яндекс"),
        ("\u200d\u200c x می\u200c \u200dم", "x می م"),
        ("م\u200c\u200d\u200cم", "مم"),
        ("م\u200c\u202eم", "م\u200cم"),
        ("e\u200d\u0301", "é"),
        ("\u200c", ""),
    ],
)
def test_a_line_that_somebody_wrote_keeps_what_joins_its_letters(text: str, line: str) -> None:
    assert written_line(text) == line
    assert without_joiners(line) == one_line(text)


@given(st.text() | st.text("a\u200c\u200d \u0301م\u202e\u212b\u2003"))
def test_any_line_that_somebody_wrote_is_one_storable_line(text: str) -> None:
    line = written_line(text)
    assert len(line.splitlines()) <= 1
    assert not UNSTORABLE.search(line)
    assert written_line(line) == line
    assert without_joiners(line) == one_line(line)
