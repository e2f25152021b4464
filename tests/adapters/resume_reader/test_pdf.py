"""PDFs to lines: in the order they are drawn, with what stands out."""

import io

import pytest
from pypdf import PdfWriter

from service.adapters.resume_reader.lines import Line, NotReadable
from service.adapters.resume_reader.pdf import read_pdf
from tests.adapters.resume_reader.files import Text, grace_pdf, pdf

HEADING, ITEM, PARAGRAPH = "heading", "item", "paragraph"


def lines(content: bytes) -> list[tuple[str, int, str]]:
    return [(line.kind, line.level, line.text) for line in read_pdf(content).lines]


def test_headings_items_gaps_and_links() -> None:
    read = read_pdf(grace_pdf())
    assert read.lines[0] == Line(HEADING, 1, "Grace Example")
    assert Line(PARAGRAPH, 0, "Senior Engineer, Globex GmbH\tJan 2020 – Present") in read.lines
    assert Line(ITEM, 1, "Moved billing to PostgreSQL") in read.lines
    assert read.links == ("https://www.linkedin.com/in/grace-example",)


def test_what_is_bold_stands_out_least() -> None:
    content = pdf(
        [[Text(50, "Name", size=20)], [Text(50, "Work", size=13)], [Text(50, "Globex", is_bold=True)], "text " * 9]
    )
    assert [line[:2] for line in lines(content)] == [(HEADING, 1), (HEADING, 2), (HEADING, 6), (PARAGRAPH, 0)]


def test_an_item_goes_on_below_its_text() -> None:
    content = pdf([[Text(50, "• Moved the whole of the bill-")], [Text(58, "ing to PostgreSQL")], "Next"])
    assert [text for _, _, text in lines(content)] == ["Moved the whole of the billing to PostgreSQL", "Next"]


def test_some_words_keep_their_hyphen() -> None:
    assert lines(pdf(["Runs a self-", "hosted service"])) == [(PARAGRAPH, 0, "Runs a self-hosted service")]
    assert lines(pdf(["Software for anti-", "PostgreSQL"]))[1] == (PARAGRAPH, 0, "PostgreSQL")


def test_columns_are_read_as_they_are_drawn() -> None:
    """One after the other, as word processors and TeX draw them; side by side where they are drawn so."""
    page = [[Text(50, "Skills")], [Text(50, "Python")], [Text(300, "Work")], [Text(300, "Globex")]]
    assert [text for _, _, text in lines(pdf(page))] == ["Skills", "Python", "Work", "Globex"]
    rows = [[Text(50, "Python"), Text(300, "Globex")], [Text(50, "Go"), Text(300, "Initech")]]
    assert [text for _, _, text in lines(pdf(rows))] == ["Python\tGlobex", "Go\tInitech"]


@pytest.mark.parametrize("is_last", [True, False], ids=["drawn last", "drawn first"])
def test_a_dated_cell_in_the_margin_is_read_with_its_line(is_last: bool) -> None:
    rows = [[Text(50, "Kestrel, Lead")], [Text(50, "• Built it")], [Text(50, "• Cut it")]]
    cell = [[Text(450, "Leeds, UK")], [Text(430, "June 2023 – present")], [Text(460, "2 years")]]
    drawn = rows + cell if is_last else cell + rows
    page = [[piece._replace(above=3) for piece in line] if number > 2 else line for number, line in enumerate(drawn)]
    assert [text for _, _, text in lines(pdf([*page, [Text(50, "Tidewater", above=3)]]))] == [
        "Kestrel, Lead\tLeeds, UK\tJune 2023 – present\t2 years",
        "Built it",
        "Cut it",
        "Tidewater",
    ]


def test_a_column_beside_the_text_is_no_cell() -> None:
    left, right = ["Skills", "Python", "SQL"], ["Work", "Engineer, Acme, 2019 - 2020", "Led", "Built", "Ran"]
    page = [[Text(50, text)] for text in left] + [[Text(300, text, above=3)] for text in right]
    assert [text for _, _, text in lines(pdf(page))] == left + right
    short = [[Text(50, text)] for text in left] + [
        [Text(300, text, is_bold=text == "Work", above=3)] for text in right[:2]
    ]
    assert [text for _, _, text in lines(pdf(short))] == left + right[:2]


def test_glyphs_are_read_by_their_names() -> None:
    differences = "<</Type/Encoding/Differences[48/zero.lnum/one.lnum/two.lnum 65/A.sc/f_i/T_h/f_f_i]>>"
    content = pdf(["A210 BC D"], encoding=differences)
    assert lines(content) == [(PARAGRAPH, 0, "A210 fiTh ffi")]


def test_what_runs_along_all_pages_stands_once_at_the_end() -> None:
    pages = [
        [f"page {number} says this", f"Said on {number}0", f"Grace Example, page {number}"] for number in (1, 2, 3)
    ]
    said = [text for _, _, text in lines(pdf(*pages))]
    assert said == ["Said on 10", "Said on 20", "Said on 30", "page 1 says this", "Grace Example, page 1"]


@pytest.mark.parametrize("algorithm", ["AES-256", "RC4-128"])
def test_a_password_for_reading_locks_it_and_one_for_changing_does_not(algorithm: str) -> None:
    def locked(password: str) -> bytes:
        writer = PdfWriter(clone_from=io.BytesIO(grace_pdf()))
        writer.encrypt(password, "owner", algorithm=algorithm)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    assert read_pdf(locked("")).lines == read_pdf(grace_pdf()).lines
    with pytest.raises(NotReadable, match="password"):
        read_pdf(locked("secret"))
