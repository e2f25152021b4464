"""HTML to a `Page`: the walk over the tree for text, blocks and items, then the head and the scripts.

Pure, and not for the event loop: the tree builder is quadratic on hostile input. `reader_process` runs it
where it can be killed. Everything after the tree is built is linear and bounded.
"""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from service.adapters.page_parser import AppState, Item, Page, Selection
from service.adapters.page_parser.decoding import decode_page
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
