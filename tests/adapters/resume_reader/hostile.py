"""Files made to hurt whoever reads them. Each is small, and made anew where it is asked for."""

import zlib
from collections.abc import Callable, Mapping

from tests.adapters.resume_reader.files import package, pdf, written

BODY = "word/document.xml"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _pdf(content: bytes, *, filters: bytes = b"/FlateDecode", more: bytes = b"") -> bytes:
    """One page that draws `content`, packed as `filters` say."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>%b>>>>" % more
    return written(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
            page,
            b"<</Length %d/Filter %b>>stream\n%b\nendstream" % (len(content), filters, content),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ]
    )


def deep_arrays() -> bytes:
    return _pdf(zlib.compress(b"[" * 2_000_000 + b"]" * 2_000_000 + b" TJ"))


def deep_dictionaries() -> bytes:
    return written([b"<</Type/Catalog/Pages 2 0 R/X " + b"<</X " * 100_000 + b"1" + b">>" * 100_001])


def deflated_twice() -> bytes:
    """Thirty megabytes of blanks in a few hundred bytes."""
    return _pdf(zlib.compress(zlib.compress(b" " * 30_000_000, 9), 9), filters=b"[/FlateDecode/FlateDecode]")


def many_operators() -> bytes:
    return _pdf(zlib.compress(b"BT /F 1 Tf " + b"(x) Tj 1 0 Td " * 600_000 + b"ET"))


def forms_in_forms() -> bytes:
    """Each form draws the next ten times: ten to the ninth texts."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"]
    objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>>>")
    draw = zlib.compress(b"/A Do " * 10)
    objects.append(b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(draw), draw))
    head = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</A %d 0 R>>>>/Length %d/Filter/FlateDecode>>"
    )
    objects += [head % (number, len(draw)) + b"stream\n" + draw + b"\nendstream" for number in range(6, 15)]
    return written(objects)


def endless_object_stream() -> bytes:
    """Twenty thousand pages in one object stream, which is gone through again for each of them."""
    numbers = range(5, 20_005)
    page = b"<</Type/Page/Parent 2 0 R>> "
    index = b"".join(b"%d %d " % (number, at * len(page)) for at, number in enumerate(numbers))
    packed = zlib.compress(index + page * len(numbers))
    stream = b"<</Type/ObjStm/N %d/First %d/Extends 3 0 R/Length %d/Filter/FlateDecode>>stream\n%b\nendstream"
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    file = written(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(numbers), kids),
            stream % (len(numbers), len(index), len(packed), packed),
        ]
    )
    file = file[: file.rfind(b"xref\n0")]
    plain = [
        b"\0" * 7,
        *(b"\1" + file.find(b"\n%d 0 obj" % number).to_bytes(4, "big") + b"\0\0" for number in (1, 2, 3)),
    ]
    inside = [b"\2\0\0\0\3" + at.to_bytes(2, "big") for at in range(len(numbers))]
    table = zlib.compress(b"".join([*plain, b"\0" * 7, *inside]))
    head = b"4 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root 1 0 R/Length %d/Filter/FlateDecode>>" % (
        numbers.stop,
        len(table),
    )
    return file + head + b"stream\n%b\nendstream\nendobj\n" % table + b"startxref\n%d\n%%%%EOF" % len(file)


def pages_in_a_ring() -> bytes:
    return written([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]/Parent 2 0 R>>"])


def cross_references_in_a_ring() -> bytes:
    return pdf(["x"]).replace(b"trailer<<", b"trailer<</Prev %d" % pdf(["x"]).rfind(b"xref\n0"))


def without_cross_references() -> bytes:
    """What a reader has to look for in all of the file."""
    return b"%PDF-1.4\n" + b"1 0 obj <</Type/Catalog>> endobj\n" * 140_000


def slow() -> bytes:
    """Each of its pages is just within what a page may be, and takes most of a second."""
    content = zlib.compress(b"BT /F 1 Tf " + b"(x) Tj 1 0 Td " * 33_000 + b"ET")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>"
    return written(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Count 40/Kids[3 0 R%b]>>" % b"".join(b" %d 0 R" % number for number in range(6, 45)),
            page,
            b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(content), content),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            *[page] * 39,
        ]
    )


def many_pages() -> bytes:
    return pdf(*[["x"]] * 60)


def _body(inside: bytes, *, before: bytes = b"") -> bytes:
    return b'<?xml version="1.0"?>%b<w:document xmlns:w="%b"><w:body>%b</w:body></w:document>' % (
        before,
        WORD.encode(),
        inside,
    )


def bomb() -> bytes:
    """Thirty megabytes of one character in thirty kilobytes."""
    return package({BODY: _body(b"<w:p><w:r><w:t>" + b"x" * 30_000_000 + b"</w:t></w:r></w:p>")})


def endless_document() -> bytes:
    return package({BODY: _body(b"<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 500_000)})


def declared_bomb() -> bytes:
    return package({BODY: _body(b"<w:p/>"), **{f"word/media/{number}.bin": bytes(20_000_000) for number in range(6)}})


def laughs() -> bytes:
    levels = b"".join(b'<!ENTITY l%d "%b">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 10))
    return package({BODY: _body(b"<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", before=b"<!DOCTYPE x [%b]>" % levels)})


def deep_elements() -> bytes:
    return package({BODY: _body(b"<w:p>" * 500_000)})


def long_attribute() -> bytes:
    return package({BODY: _body(b'<w:p w:x="' + b"a" * 6_000_000 + b'"/>')})


def many_entries() -> bytes:
    return package({BODY: _body(b"<w:p/>"), **{f"word/{number}.xml": b"" for number in range(10_000)}})


def named(name: str) -> Callable[[], bytes]:
    return lambda: package({BODY: _body(b"<w:p/>"), name: b"x"})


def package_in_a_package() -> bytes:
    return package({"resume.docx": package({BODY: _body(b"<w:p/>")})})


def locked() -> bytes:
    """The flag of encryption set in both of its places, for each of the files."""
    content = bytearray(package({BODY: _body(b"<w:p/>")}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + at] |= 1
    return bytes(content)


def overlapping() -> bytes:
    """A second entry that is in truth the first."""
    content = package({BODY: _body(b"<w:p/>" * 100), "word/copy.xml": b"x"})
    second = content.rfind(b"PK\x01\x02")
    return content[: second + 42] + b"\0\0\0\0" + content[second + 46 :]


def link() -> bytes:
    content = package({BODY: _body(b"<w:p/>"), "word/x": b"/etc/passwd"})
    second = content.rfind(b"PK\x01\x02")
    return content[: second + 38] + (0o120777 << 16).to_bytes(4, "little") + content[second + 42 :]


def long_line() -> bytes:
    return b"a-" * 2_400_000


def catastrophic_line() -> bytes:
    return b"Experience\n" + (b"Jan 2020 - " * 450 + b"\n") * 40 + b"(" * 5_000


HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "deep arrays": deep_arrays,
    "deep dictionaries": deep_dictionaries,
    "deflated twice": deflated_twice,
    "many operators": many_operators,
    "forms in forms": forms_in_forms,
    "endless object stream": endless_object_stream,
    "pages in a ring": pages_in_a_ring,
    "no cross references": without_cross_references,
    "sixty pages": many_pages,
    "bomb": bomb,
    "endless document": endless_document,
    "declared bomb": declared_bomb,
    "laughs": laughs,
    "deep elements": deep_elements,
    "long attribute": long_attribute,
    "10 000 entries": many_entries,
    "a name above": named("../../etc/passwd"),
    "an absolute name": named("/etc/passwd"),
    "a name of Windows": named("C:\\x"),
    "a package in a package": package_in_a_package,
    "locked": locked,
    "overlapping": overlapping,
    "a link": link,
    "a long line": long_line,
}
