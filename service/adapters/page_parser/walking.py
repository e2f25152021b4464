"""One pass over the elements of a page, telling what a reader sees from what is hidden, and blocks from inline text."""

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from service.adapters.page_parser import Item
from service.adapters.page_parser.items import Attributes, ItemCollector, OpenItem, OpenProperty
from service.adapters.page_parser.visible_text import BlockKind, TextBuilder

TEXT_MAX_CHARS = 200_000
BLOCKS_MAX = 5_000
HIDDEN_TEXT_MAX_CHARS = 100_000  # kept for the values of items only
# A large posting page has 10 000 nodes; 300 000 take a quarter of the time a page is given.
NODES_MAX = 300_000

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_SECTIONS = (
    "address",
    "article",
    "aside",
    "body",
    "footer",
    "header",
    "hgroup",
    "html",
    "main",
    "nav",
    "search",
    "section",
)
_PARTS = ("blockquote", "center", "details", "dialog", "div", "figcaption", "figure", "hr", "p", "pre", "summary")
_LISTS = ("dd", "dl", "dt", "li", "menu", "ol", "ul")
_TABLES = ("caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr")
_FORMS = ("button", "fieldset", "form", "label", "legend")
BLOCKS = frozenset((*HEADINGS, *_SECTIONS, *_PARTS, *_LISTS, *_TABLES, *_FORMS))

# Elements whose text is no text of the page: not rendered, or (choices of a form) not read as prose.
_CODE = ("math", "noembed", "noframes", "noscript", "script", "style", "template", "title")
_MEDIA = ("audio", "canvas", "embed", "iframe", "object", "svg", "video")
UNREAD = frozenset((*_CODE, *_MEDIA, "datalist", "select", "textarea"))
# Inline styles that take an element off the page. `opacity: 0` is not among them: animated pages are served so.
HIDING_STYLE = re.compile(
    r"(?:^|[;\s])(?:display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}(?:hidden|collapse))\b", re.IGNORECASE
)
FONT_SIZE = re.compile(r"(?:^|[;\s])font-size\s{0,4}:\s{0,4}([\d.]{1,10}|[a-z(])", re.IGNORECASE)
STYLE_READ_MAX_CHARS = 2_000
# What leads elsewhere, or belongs to the site.
NAVIGATION = frozenset(("a", "button", "footer", "nav"))
# Inline elements that style sheets set apart where the markup has no space between them.
APART = ("a", "span")


@dataclass(slots=True)
class Frame:
    """What holds inside one open element."""

    is_block: bool
    kind: BlockKind
    level: int
    list_depth: int
    is_hidden: bool
    is_tiny: bool  # font-size: 0, until a descendant sets another
    is_preformatted: bool
    is_navigation: bool
    item: OpenItem | None
    property: OpenProperty | None = None


class Walk:
    """Depth first over the elements, without recursion: pages nest as deep as they like."""

    def __init__(self) -> None:
        self.shown = TextBuilder(max_chars=TEXT_MAX_CHARS, max_blocks=BLOCKS_MAX)
        self.hidden = TextBuilder(max_chars=HIDDEN_TEXT_MAX_CHARS, max_blocks=BLOCKS_MAX)
        self.is_cut = False
        self._collector = ItemCollector()
        self._frames = [
            Frame(
                is_block=True,
                kind="paragraph",
                level=0,
                list_depth=0,
                is_hidden=False,
                is_tiny=False,
                is_preformatted=False,
                is_navigation=False,
                item=None,
            )
        ]

    def items(self) -> tuple[Item, ...]:
        return self._collector.items(self.shown.text, self.hidden.text)

    def over(self, root: LexborNode) -> None:
        node: LexborNode | None = root
        nodes = 0
        while node is not None:
            nodes += 1
            if nodes > NODES_MAX or self.shown.is_full:
                self.is_cut = True
                break
            node = self._enter(node) or self._after(node)
        while len(self._frames) > 1:
            self._leave()
        self.shown.end_block()
        self.hidden.end_block()
        self.is_cut = self.is_cut or self.shown.is_full or self._collector.is_full

    def _enter(self, node: LexborNode) -> LexborNode | None:
        """Take a node in; its first child, where there is one to be read (its frame is open then)."""
        if node.is_text_node:
            self._add_text(node.text_content or "")
            return None
        if not node.is_element_node:
            return None
        tag = node.tag or ""
        attributes = node.attributes
        if tag in APART and _is_set_apart(node, tag, attributes):
            self.shown.add_space()
        self._open(tag, attributes)
        child = None if tag in UNREAD else node.first_child
        if child is None:
            self._leave()
        return child

    def _after(self, node: LexborNode) -> LexborNode | None:
        """The next node in document order after a node that is done, closing the elements that end before it."""
        while (following := node.next) is None:
            parent = node.parent
            if parent is None or len(self._frames) == 1:
                return None
            self._leave()
            node = parent
        return following if len(self._frames) > 1 else None

    def _open(self, tag: str, attributes: Attributes) -> None:
        around = self._frames[-1]
        opened = self._collector.open(tag, attributes, around.item)
        frame = _frame(tag, attributes, around, opened.item)
        frame.property = opened.property
        if frame.is_block:
            self.shown.end_block()
            self.hidden.end_block()
        elif tag == "br":
            self._break_line(around)
        if found := opened.property:
            found.shown = (self.shown.length, self.shown.length)
            found.hidden = (self.hidden.length, self.hidden.length)
        self._frames.append(frame)

    def _leave(self) -> None:
        frame = self._frames.pop()
        if found := frame.property:
            found.shown = (found.shown[0], self.shown.length)
            found.hidden = (found.hidden[0], self.hidden.length)
        if frame.is_block:
            self.shown.end_block()
            self.hidden.end_block()

    def _add_text(self, text: str) -> None:
        frame = self._frames[-1]
        builder = self.hidden if frame.is_hidden or frame.is_tiny else self.shown
        if frame.is_preformatted:
            builder.add_lines(text, frame.kind, frame.level)
        else:
            builder.add(text, frame.kind, frame.level, is_navigation=frame.is_navigation)

    def _break_line(self, frame: Frame) -> None:
        """A line break ends a block, except in a heading, which stays one."""
        for builder in (self.shown, self.hidden):
            if frame.kind == "heading":
                builder.add_space()
            else:
                builder.end_block()


def _is_set_apart(node: LexborNode, tag: str, attributes: Attributes) -> bool:
    """Links side by side, or classed spans: `Jobs` and `Companies` of a menu are two words."""
    before = node.prev
    if before is None or before.tag != tag:
        return False
    return tag == "a" or ("class" in attributes and "class" in before.attributes)


def _frame(tag: str, attributes: Attributes, around: Frame, item: OpenItem | None) -> Frame:
    style = (attributes.get("style") or "")[:STYLE_READ_MAX_CHARS]
    kind, level, depth = _place(tag, attributes, around)
    is_hidden = around.is_hidden or "hidden" in attributes or (tag == "dialog" and "open" not in attributes)
    size = FONT_SIZE.search(style) if style else None
    return Frame(
        is_block=tag in BLOCKS or attributes.get("role") == "heading",
        kind=kind,
        level=level,
        list_depth=depth,
        is_hidden=is_hidden or bool(style and HIDING_STYLE.search(style)),
        is_tiny=not size[1].strip("0.") if size else around.is_tiny,
        is_preformatted=around.is_preformatted or tag == "pre",
        is_navigation=around.is_navigation or tag in NAVIGATION,
        item=item,
    )


def _place(tag: str, attributes: Attributes, around: Frame) -> tuple[BlockKind, int, int]:
    """Kind and level of the blocks inside an element, and how many lists are around them."""
    if tag in HEADINGS:
        return "heading", HEADINGS[tag], around.list_depth
    if attributes.get("role") == "heading":
        level = attributes.get("aria-level") or ""
        return "heading", int(level) if level in {"1", "2", "3", "4", "5", "6"} else 2, around.list_depth
    if tag in {"ul", "ol", "menu"}:
        return around.kind, around.level, around.list_depth + 1
    if tag == "li":
        return "item", max(1, around.list_depth), around.list_depth
    return around.kind, around.level, around.list_depth
