"""DOCX to lines: what Word and templates for it are made of."""

import pytest
from docx import Document

from service.adapters.resume_reader.docx import BODY, read_docx
from service.adapters.resume_reader.lines import Line, NotReadable
from tests.adapters.resume_reader.files import package, saved

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def body(inside: str, *, space: str = WORD) -> bytes:
    return package({BODY: f'<w:document xmlns:w="{space}"><w:body>{inside}</w:body></w:document>'.encode()})


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_what_word_writes() -> None:
    document = Document()
    document.sections[0].header.paragraphs[0].text = "grace@example.com"
    document.add_heading("Grace Example", 0)
    document.add_heading("Experience", 2)
    document.add_paragraph("").add_run("Globex").bold = True
    document.add_paragraph("Engineer\t2019\nBerlin")
    document.add_paragraph("Moved billing", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, text in zip(
        [*table.row_cells(0), *table.row_cells(1)], ("2019", "Engineer", "Go", "one\ntwo"), strict=True
    ):
        cell.text = text
    assert read_docx(saved(document)).lines == (
        Line("paragraph", 0, "grace@example.com"),
        Line("heading", 1, "Grace Example"),
        Line("heading", 2, "Experience"),
        Line("heading", 6, "Globex"),
        Line("paragraph", 0, "Engineer\t2019"),
        Line("paragraph", 0, "Berlin"),
        Line("item", 1, "Moved billing"),
        Line("paragraph", 0, "2019\tEngineer"),
        Line("paragraph", 0, "Go"),
        Line("paragraph", 0, "one"),
        Line("paragraph", 0, "two"),
    )


@pytest.mark.parametrize("space", [WORD, STRICT])
def test_content_controls_and_text_boxes_are_read_and_deletions_are_not(space: str) -> None:
    box = f"<w:pict><w:txbxContent>{paragraph('In a box')}</w:txbxContent></w:pict>"
    inside = (
        f"<w:sdt><w:sdtContent>{paragraph('In a control')}</w:sdtContent></w:sdt>"
        f"<w:p><w:r>{box}<w:t>Around it</w:t></w:r></w:p>"
        "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>away</w:t></w:r></w:moveFrom>"
        "<w:r><w:t>kept</w:t></w:r></w:p>"
    )
    assert [line.text for line in read_docx(body(inside, space=space)).lines] == [
        "In a control",
        "In a box",
        "Around it",
        "kept",
    ]


def test_what_is_drawn_twice_for_older_programs_is_read_once() -> None:
    compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    choice, fallback = (f"<mc:{name}>{paragraph('Once')}</mc:{name}>" for name in ("Choice", "Fallback"))
    inside = f'<mc:AlternateContent xmlns:mc="{compatible}">{choice}{fallback}</mc:AlternateContent>'
    assert [line.text for line in read_docx(body(inside)).lines] == ["Once"]


def test_the_row_that_names_the_columns() -> None:
    cells = "".join(f"<w:tc>{paragraph(name)}</w:tc>" for name in ("Skill", "Level", "Years", "Last used", "Notes"))
    header = "<w:trPr><w:tblHeader{}/></w:trPr>"
    rows = "".join(f"<w:tr>{header.format(value)}{cells}</w:tr>" for value in ("", ' w:val="0"'))
    assert [line.kind for line in read_docx(body(f"<w:tbl>{rows}</w:tbl>")).lines] == ["columns", "paragraph"]


def test_lists_by_number_and_headings_by_outline() -> None:
    number = '<w:numPr><w:ilvl w:val="1"/><w:numId w:val="{}"/></w:numPr>'
    inside = paragraph("item", number.format(3)) + paragraph("none", number.format(0))
    inside += paragraph("heading", '<w:outlineLvl w:val="1"/>') + paragraph("text", '<w:outlineLvl w:val="9"/>')
    lines = [(line.kind, line.level) for line in read_docx(body(inside)).lines]
    assert lines == [("item", 2), ("paragraph", 0), ("heading", 2), ("paragraph", 0)]


def test_links_are_followed_on_paper() -> None:
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="a" Type="{relation}" Target="https://github.com/grace"/>'
        f'<Relationship Id="b" Type="{relation}" Target="javascript:alert(1)"/>'
        '<Relationship Id="c" Type="x/styles" Target="https://styles.example"/></Relationships>'
    )
    document = f'<w:document xmlns:w="{WORD}"><w:body>{paragraph("GitHub")}</w:body></w:document>'
    content = package({BODY: document.encode(), "word/_rels/document.xml.rels": relations.encode()})
    assert read_docx(content).links == ("https://github.com/grace",)


@pytest.mark.parametrize("inside", ["<w:p>", "<w:p/></w:body>", "<x:y/>", "&amp", "\x01"])
def test_what_is_malformed_is_refused(inside: str) -> None:
    with pytest.raises(NotReadable, match="damaged"):
        read_docx(body(inside))


def test_a_part_that_is_not_what_its_checksum_says_is_refused() -> None:
    content = bytearray(package({BODY: b"<a/>" * 50}, compression=0))
    content[content.find(b"<a/>")] ^= 1
    with pytest.raises(NotReadable, match="damaged"):
        read_docx(bytes(content))
