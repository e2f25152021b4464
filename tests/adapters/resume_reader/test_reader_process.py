"""A file's kind is told by its content; what it says is bounded lines."""

import pytest

from service.adapters.resume_reader.lines import LINES_MAX, TEXT_MAX_CHARS, Line, NotReadable
from service.adapters.resume_reader.reader_process import read_file
from tests.adapters.resume_reader.files import docx, grace_pdf, package


@pytest.mark.parametrize("name", ["resume.docx", "resume.pdf", "resume.txt", ""])
def test_the_name_does_not_decide(name: str) -> None:
    for content in (grace_pdf(), b"junk before it\n" + grace_pdf(), docx()):
        assert read_file(content, name).lines[0].text == "Grace Example"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b" \r\n\t\0", "is empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", r"\.doc"),
        (b"{\\rtf1 Grace}", "Rich Text"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"<!DOCTYPE html><p>Grace", "web page"),
        (b'{"basics": {}}', "application/json"),
        (bytes(range(256)) * 9, "of a kind not known"),
        (package({"readme.txt": b"x"}), "no DOCX"),
        (b"PK\x03\x04 and no more", "without its end"),
        (b"%PDF-1.7 and no more", "damaged"),
        (b"--- *** ---", "no text"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_what_is_no_resume_is_refused_with_its_reason(content: bytes, said: str) -> None:
    with pytest.raises(NotReadable, match=said):
        read_file(content, "resume.pdf")


@pytest.mark.parametrize(
    "content",
    [
        "Zürich, Łódź – 5 €".encode(),
        "\ufeffZürich, Łódź – 5 €".encode(),
        "\ufeffZürich, Łódź – 5 €".encode("utf-16-le"),
        "\ufeffZürich, Łódź – 5 €".encode("utf-16-be"),
        "\ufeffZürich, Łódź – 5 €".encode("utf-32-le"),
    ],
    ids=["UTF-8", "UTF-8 marked", "UTF-16 little", "UTF-16 big", "UTF-32"],
)
def test_text_in_unicode(content: bytes) -> None:
    assert read_file(content, "").lines == (Line("paragraph", 0, "Zürich, Łódź – 5 €"),)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_text_that_does_not_say_how_it_is_written(encoding: str) -> None:
    assert read_file("Zürich – 5 €".encode(encoding), "").lines[0].text == "Zürich – 5 €"


def test_broken_text_is_read_as_far_as_it_goes() -> None:
    assert read_file(b"Z\xc3\xbcrich, " + b"Engineer " * 40 + b"\x81", "").lines[0].text.startswith("ZÃ¼rich")


def test_only_the_name_tells_markdown() -> None:
    content = b"# Grace\n**Engineer** at [Globex](https://globex.example/a)\n- `Go`"
    assert [line.text for line in read_file(content, "cv.md").lines] == ["Grace", "Engineer at Globex", "Go"]
    assert read_file(content, "cv.MARKDOWN").links == ("https://globex.example/a",)
    plain = read_file(content, "cv.txt")
    assert [line.text for line in plain.lines][1:] == ["**Engineer** at [Globex](https://globex.example/a)", "`Go`"]
    assert plain.lines[0] == Line("heading", 1, "Grace")


def test_plain_text_shows_its_structure() -> None:
    text = "Work\n====\nGlobex     2019\n  * Moved billing\n    to PostgreSQL\n\n  Alone\n1. First\n----\nEnd\n\n---\nx"
    lines = [(line.kind, line.level, line.text) for line in read_file(text.encode(), "").lines]
    assert lines == [
        ("heading", 1, "Work"),
        ("paragraph", 0, "Globex\t2019"),
        ("item", 2, "Moved billing to PostgreSQL"),
        ("paragraph", 0, "Alone"),
        ("item", 1, "First"),
        ("paragraph", 0, "End"),
        ("paragraph", 0, "x"),
    ]


def test_a_table_and_bold_lines_of_markdown() -> None:
    text = (
        "| Language | Level |\n|---|:---:|\n| German | C1 |\n\n**Globex**\n\n> \\*quoted\\* snake_case <https://x.dev>"
    )
    lines = [(line.kind, line.text) for line in read_file(text.encode(), "cv.md").lines]
    assert lines == [
        ("columns", "Language\tLevel"),
        ("paragraph", "German\tC1"),
        ("heading", "Globex"),
        ("paragraph", "*quoted* snake_case https://x.dev"),
    ]


@pytest.mark.parametrize(
    "text",
    ["x\n" * (LINES_MAX + 1), "x" * (TEXT_MAX_CHARS + 1), "word \n" * 900_000],
    ids=["lines", "line", "megabytes"],
)
def test_more_than_a_resume_is_refused_rather_than_cut(text: str) -> None:
    with pytest.raises(NotReadable, match="more text than a résumé"):
        read_file(text.encode(), "")


def test_letters_that_are_drawn_as_one_and_wide_ones_are_read_as_they_are_written_otherwise() -> None:
    assert read_file("Springﬁeld ﬄ （２０２０）".encode(), "").lines[0].text == "Springfield ffl (2020)"


def test_tabulators_between_all_words_are_blanks_and_between_columns_are_not() -> None:
    words = "Leona\t Leopold\nUniversity\tof\tLa\tVerona,\tCA\nBachelor\tof\tArts"
    assert [line.text for line in read_file(words.encode(), "").lines][1] == "University of La Verona, CA"
    table = "Skill\tLevel\tYears\nPython\tExpert\t10\nGo\tgut\t3"
    assert read_file(table.encode(), "").lines[1].text == "Python\tExpert\t10"


def test_what_cannot_be_seen_or_stored_is_taken_out() -> None:
    (line,) = read_file("Gr\u200bace\x07\u202e Example\ufeff\u2029".encode(), "").lines
    assert line.text == "Grace Example"
