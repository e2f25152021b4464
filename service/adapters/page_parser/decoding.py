"""Bytes of a page to text, as browsers do it where that is sensible, never failing."""

import re

# The WHATWG encodings postings are met in, by the labels servers use, to Python's codecs. A list, because Python's
# registry also knows things that are no charsets (zip, rot13, idna, unicode_escape), and the page writes the label.
CODECS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8", "x-unicode20utf8"), "utf-8"),
    **dict.fromkeys(("utf-16", "utf-16le", "ucs-2", "unicode", "csunicode"), "utf-16-le"),
    "utf-16be": "utf-16-be",
    # Browsers read what calls itself Latin-1 or ASCII as Windows-1252, which is what it mostly is.
    **dict.fromkeys(("ascii", "us-ascii", "latin1", "l1", "iso-8859-1", "iso8859-1", "iso_8859-1"), "cp1252"),
    **dict.fromkeys(("windows-1252", "cp1252", "x-cp1252"), "cp1252"),
    **dict.fromkeys(("iso-8859-9", "latin5", "windows-1254", "cp1254"), "cp1254"),
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)},
    **{f"windows-{page}": f"cp{page}" for page in (874, 1250, 1251, 1253, 1255, 1256, 1257, 1258)},
    **{name: name for name in ("koi8-r", "koi8-u", "euc-jp", "iso-2022-jp", "gb18030")},
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("gbk", "gb2312", "gb_2312-80", "x-gbk"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "windows-949"), "cp949"),
    **dict.fromkeys(("macintosh", "mac"), "mac-roman"),
    **dict.fromkeys(("ibm866", "cp866"), "cp866"),
}
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))

# Browsers look for a declaration in the first 1024 bytes; heads with long comments before it are met.
DECLARED_WITHIN_BYTES = 4_096
DECLARATION = re.compile(rb"""<meta[^>]{0,200}?charset\s{0,8}=\s{0,8}["']?\s{0,8}([\w.:-]{1,40})""", re.IGNORECASE)
XML_DECLARATION = re.compile(rb"""^\s{0,8}<\?xml[^>]{0,100}?encoding\s{0,8}=\s{0,8}["']([\w.:-]{1,40})""")


def decode_page(html: bytes, charset: str | None) -> str:
    """The text: by its byte order mark, else `charset`, else its own declaration, else UTF-8, else Windows-1252.

    Two lies are seen through. What reads as UTF-8 with characters beyond ASCII is UTF-8, whatever single-byte charset
    it claims: such sequences do not come about by chance. And markup in plain bytes is not UTF-16.
    """
    for mark, codec in BYTE_ORDER_MARKS:
        if html.startswith(mark):
            return html[len(mark) :].decode(codec, "replace")
    codec = CODECS.get((charset or "").strip().strip("\"'").lower()) or _declared_codec(html)
    if codec and codec.startswith("utf-16") and b"\0" not in html[:DECLARED_WITHIN_BYTES]:
        codec = _declared_codec(html)
    if codec and (codec.startswith(("utf-16", "iso-2022")) or codec == "utf-8"):
        return html.decode(codec, "replace")
    try:
        return html.decode("utf-8")
    except UnicodeDecodeError:
        return html.decode(codec or "cp1252", "replace")


def _declared_codec(html: bytes) -> str | None:
    head = html[:DECLARED_WITHIN_BYTES]
    match = DECLARATION.search(head) or XML_DECLARATION.search(head)
    codec = CODECS.get(match[1].decode("ascii", "replace").lower()) if match else None
    # A declaration that could be read as ASCII does not stand in UTF-16 (WHATWG, "prescan a byte stream").
    return "utf-8" if codec and codec.startswith("utf-16") else codec
