"""Lines as a head has them, and where a head goes over into what stands below it. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.adapters.resume_reader.lines import Line
from service.adapters.resume_reader.recognition.dates import Dates
from service.adapters.resume_reader.recognition.degrees import is_degree
from service.adapters.resume_reader.recognition.heads import label_of
from service.adapters.resume_reader.recognition.places import is_place, is_placelike
from service.adapters.resume_reader.recognition.vocabulary import words_of
from service.adapters.resume_reader.recognition.words import is_employer, is_inner, is_position

HEAD_LINES_MAX = 3
HEAD_MAX_CHARS = 120
HEAD_WORDS_MAX = 14
# Small words of a name: "Bank of the West".
SMALL_WORD_CHARS = 3

# Tells of the lines of a head whether nothing is missing in it.
IsComplete = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class Dated:
    line: Line
    dates: Dates | None

    @property
    def rest(self) -> str:
        """The line without its dates, a gap in their place."""
        text, dates = self.line.text, self.dates
        if dates is None:
            return text
        return f"{text[: dates.start_at]}\t{text[dates.end_at :]}"

    @property
    def tells(self) -> bool:
        """Whether it says more than dates."""
        return bool(words_of(self.rest))

    @property
    def is_heading(self) -> bool:
        """Whether it stands out, and not for a part of an entry."""
        return self.line.kind == "heading" and not is_inner(self.rest)

    @property
    def is_head_like(self) -> bool:
        text = self.rest.rstrip(" \t,;:|–—-").strip() if self.dates else self.rest.strip()
        words = len(words_of(text))
        is_sentence = text.endswith((";", ",", ":")) or (text.endswith(".") and not is_employer(text))
        return len(text) <= HEAD_MAX_CHARS and words <= HEAD_WORDS_MAX and not is_sentence and not text[:1].islower()

    @property
    def is_anchor(self) -> bool:
        """Whether it tells when: a range, or a date at either end."""
        if self.dates is None or not self.is_head_like:
            return False
        at_edge = not self.line.text[: self.dates.start_at].strip(" \t(") or not self.line.text[
            self.dates.end_at :
        ].strip(" \t).,")
        return self.dates.is_range or at_edge


def head_end(lines: Sequence[Dated], at: int, anchor: int, is_complete: IsComplete) -> int:
    """Where the head that begins `at`, and tells when in its line `anchor`, goes over into the body."""
    heads = [each.rest for each in lines[at : anchor + 1]]
    end = anchor + 1
    while end < len(lines) and len(heads) <= HEAD_LINES_MAX and _goes_on(heads, lines[end : end + 2], is_complete):
        heads.append(lines[end].rest)
        end += 1
    return end


def _goes_on(heads: Sequence[str], below: Sequence[Dated], is_complete: IsComplete) -> bool:
    """Whether a line below the dates is part of the head: it stands out or names something, or is written like a name
    and has a list below it. The first words of what somebody did are no employer."""
    each, following = below[0], below[1:]
    text = each.rest.strip()
    if each.line.kind == "item" or not each.is_head_like or is_inner(text):
        return False
    if label := label_of(text):
        return label not in map(label_of, heads)
    if is_complete(heads):
        return is_place(text) and not any(is_place(head.strip()) for head in heads)
    if each.is_heading or is_telling(each):
        return True
    is_above_list = bool(following) and following[0].line.kind == "item"
    return (is_above_list or is_placelike(text)) and _is_capitalised(text)


def is_naming(each: Dated) -> bool:
    """Whether a line may be part of a head: it is written like a name at least."""
    return each.is_heading or is_telling(each) or _is_capitalised(each.rest)


def is_telling(each: Dated) -> bool:
    """Whether a line says what it is."""
    text = each.rest.strip()
    return is_employer(text) or is_position(text) or is_degree(text) or is_place(text)


def _is_capitalised(text: str) -> bool:
    return all(word[0].isupper() for word in text.split() if len(word) > SMALL_WORD_CHARS)
