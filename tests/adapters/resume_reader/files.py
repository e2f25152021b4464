"""Résumés' files made here: what python-docx writes, and PDFs of a few lines, written by hand."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from docx import Document

PLAIN = """Grace Example
Backend Engineer
grace@example.com | +49 30 1234567 | github.com/grace-example
Berlin, Germany

Experience

Senior Engineer, Globex GmbH                 Jan 2020 – Present
- Moved billing to PostgreSQL
- Mentored four engineers

Engineer at Initech                          03/2016 - 12/2019
- Wrote the report queue

Education

BSc Computer Science, University of Example, 2012 – 2016

Skills
Languages: Python, Go (expert), SQL
Tools: Docker; Kubernetes
"""


class Text(NamedTuple):
    """A piece of a line, where it begins, from the left edge; and so many lines above where it would stand."""

    left: float
    text: str
    is_bold: bool = False
    size: float = 10
    above: int = 0


def pdf(*pages: Sequence[Sequence[Text] | str], link: str = "", encoding: str = "/WinAnsiEncoding") -> bytes:
    """Pages of lines from top to bottom, set in Helvetica; a line is a text at the left, or pieces."""
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    fonts = b"<</Font<</F1 3 0 R/F2 4 0 R>>>>"
    objects += [
        f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding {encoding}>>".encode()
        for name in ("Helvetica", "Helvetica-Bold")
    ]
    kids: list[int] = []
    for lines in pages:
        content = zlib.compress(_drawn(lines))
        objects.append(b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(content), content))
        annotation = f"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI({link})>>>>]" if link else ""
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources %b/Contents %d 0 R%b>>"
        objects.append(page % (fonts, len(objects), annotation.encode()))
        kids.append(len(objects))
    references = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{references}]>>".encode()
    return written(objects)


def written(objects: Iterable[bytes], *, trailer: bytes = b"") -> bytes:
    """Objects 1, 2, ... as a PDF file, the first of them its catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    offsets: list[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF" % (len(offsets) + 1, trailer, start)
    return bytes(out)


def _drawn(lines: Sequence[Sequence[Text] | str]) -> bytes:
    out: list[bytes] = []
    for number, line in enumerate(lines):
        for left, text, is_bold, size, above in [Text(50, line)] if isinstance(line, str) else line:
            shown = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
            font = b"/F2" if is_bold else b"/F1"
            out.append(
                b"BT %b %.1f Tf 1 0 0 1 %.1f %d Tm (%b) Tj ET" % (font, size, left, 800 - 14 * (number - above), shown)
            )
    return b"\n".join(out)


def grace_pdf() -> bytes:
    """What `PLAIN` says, with headings that stand out and dates at the right edge."""
    lines: list[Sequence[Text] | str] = []
    for line in PLAIN.splitlines():
        if line.strip() in {"Grace Example", "Experience", "Education", "Skills"}:
            lines.append([Text(50, line, is_bold=True, size=14)])
        elif "                 " in line:
            left, right = line.split("                 ", 1)
            lines.append([Text(50, left.strip(), is_bold=True), Text(430, right.strip())])
        elif line.strip():
            lines.append(f"• {line[2:]}" if line.startswith("- ") else line)
    return pdf(lines, link="https://www.linkedin.com/in/grace-example")


def docx(lines: str = PLAIN) -> bytes:
    document = Document()
    for line in filter(str.strip, lines.splitlines()):
        if line.strip() in {"Experience", "Education", "Skills"}:
            document.add_heading(line, 1)
        elif line.startswith("- "):
            document.add_paragraph(line[2:], style="List Bullet")
        else:
            document.add_paragraph(line.replace("                 ", "\t"))
    return saved(document)


def saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] - untyped there
    return out.getvalue()


def package(parts: Mapping[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
