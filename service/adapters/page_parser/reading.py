"""Bytes or HTML to a `Page`: the charset, the walk over the tree for text, blocks and items, the head, the scripts.

Pure, and not for the event loop: the tree builder is quadratic on hostile input. `reader_process` runs it
where it can be killed. Everything after the tree is built is linear and bounded.
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from service.adapters.page_parser import AppState, Item, Page, Selection
from service.adapters.page_parser.embedded import JSON_TYPES, EmbeddedData, assigned_states, is_json, media_type
from service.adapters.page_parser.visible_text import fold_spaces
from service.adapters.page_parser.walking import Walk

HTML_MAX_CHARS = 5_000_000  # what the fetcher lets through, in bytes
EMBEDDED_MAX_CHARS = 1_000_000
# Of the elements of one kind in a page's head; a page with more scripts than this has no more to say in them.
ELEMENTS_READ_MAX = 3_000
META_MAX = 200
META_MAX_CHARS = 5_000
LINE_MAX_CHARS = 1_000  # title, language, canonical address
JSON_LD_MAX = 200
APP_STATES_MAX = 50


def read_page(html: bytes | str, *, charset: str | None = None, selections: tuple[Selection, ...] = ()) -> Page:
    """The page's content, bounded; never fails on what the page holds, and takes as long as the tree builder does."""
    is_cut = len(html) > HTML_MAX_CHARS
    html = html[:HTML_MAX_CHARS]
    document = LexborHTMLParser(decode_page(html, charset) if isinstance(html, bytes) else html)
    walk = Walk()
    if document.root is not None:
        walk.over(document.root)
    embedded = EmbeddedData(max_chars=EMBEDDED_MAX_CHARS)
    scripts = _elements(document, "script")
    json_ld = _json_ld(scripts, embedded)
    items = tuple(item for item in walk.items() if embedded.fits(_all_text(item)))
    states = _app_states(scripts, embedded)
    meta = _meta(document)
    return Page(
        text=walk.shown.text,
        blocks=tuple(walk.shown.blocks),
        title=_title(document),
        language=_language(document, meta),
        canonical_url=_canonical_url(document),
        meta=meta,
        json_ld=json_ld,
        items=items,
        app_states=states,
        selected=_selected(document, selections),
        truncated=is_cut or walk.is_cut or embedded.is_full,
    )


def _selected(document: LexborHTMLParser, selections: tuple[Selection, ...]) -> dict[str, str]:
    for selection in selections:
        if document.css_first(selection.mark) is not None:
            nodes = {name: document.css_first(selector) for name, selector in selection.elements.items()}
            texts = {
                name: fold_spaces(node.text(deep=True, separator=" ")[:LINE_MAX_CHARS])
                for name, node in nodes.items()
                if node
            }
            return {name: text for name, text in texts.items() if text}
    return {}


def _all_text(item: Item) -> str:
    """What an item weighs."""
    return "".join(
        found.name + (_all_text(found.value) if isinstance(found.value, Item) else found.value)
        for found in item.properties
    )


def _elements(document: LexborHTMLParser, tag: str) -> list[LexborNode]:
    return document.css(tag)[:ELEMENTS_READ_MAX]


def _json_ld(scripts: list[LexborNode], embedded: EmbeddedData) -> tuple[str, ...]:
    texts = (
        script.text(deep=True)
        for script in scripts
        if media_type(script.attributes.get("type")) == "application/ld+json"
    )
    kept = tuple(text for text in texts if text.strip() and embedded.fits(text))
    return kept[:JSON_LD_MAX]


def _app_states(scripts: list[LexborNode], embedded: EmbeddedData) -> tuple[AppState, ...]:
    states: list[AppState] = []
    code: list[str] = []
    for script in scripts:
        attributes = script.attributes
        kind = media_type(attributes.get("type"))
        if kind in JSON_TYPES:
            text = script.text(deep=True)
            if is_json(text):
                states.append(AppState((attributes.get("id") or "")[:LINE_MAX_CHARS], text))
        elif "src" not in attributes and kind in {"", "text/javascript", "application/javascript", "module"}:
            code.append(script.text(deep=True))
    states.extend(assigned_states(code))
    return tuple(state for state in states if embedded.fits(state.json))[:APP_STATES_MAX]


def _meta(document: LexborHTMLParser) -> dict[str, str]:
    """By `property`, `name` or `http-equiv`; the first of a name counts."""
    found: dict[str, str] = {}
    for node in _elements(document, "meta"):
        attributes = node.attributes
        name = (
            (attributes.get("property") or attributes.get("name") or attributes.get("http-equiv") or "").strip().lower()
        )
        content = attributes.get("content")
        if name and content is not None and len(found) < META_MAX:
            found.setdefault(name, fold_spaces(content[:META_MAX_CHARS]))
    return found


def _title(document: LexborHTMLParser) -> str:
    node = document.css_first("head > title") or document.css_first("body title")
    return fold_spaces(node.text(deep=True)[:LINE_MAX_CHARS]) if node is not None else ""


def _language(document: LexborHTMLParser, meta: dict[str, str]) -> str:
    written = (document.root.attributes.get("lang") if document.root is not None else None) or ""
    return fold_spaces(written[:LINE_MAX_CHARS]) or meta.get("content-language", "")


def _canonical_url(document: LexborHTMLParser) -> str:
    for node in _elements(document, "link"):
        attributes = node.attributes
        if "canonical" in (attributes.get("rel") or "").lower().split():
            return (attributes.get("href") or "").strip()[:LINE_MAX_CHARS]
    return ""


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
