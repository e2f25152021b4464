"""Which language a text is in, by its commonest words. Pure."""

import re
from functools import cache

from service.vocabulary import languages

# Fewer common words than this say nothing.
WORDS_LEAST = 2
# A posting's first thousand words tell its language.
READ_MAX_CHARS = 10_000


def language_of(text: str) -> str:
    """Its code, such as `de`; empty where it cannot be told."""
    counts = common_words(text)
    best, second = sorted(counts, key=lambda language: counts[language], reverse=True)[:2]
    return best if counts[best] >= WORDS_LEAST and counts[best] > counts[second] else ""


def common_words(text: str) -> dict[str, int]:
    """How many words of the text are common ones of each language."""
    words = re.findall(r"[^\W\d_]+", text[:READ_MAX_CHARS].casefold())
    return {language: sum(word in common for word in words) for language, common in _common().items()}


@cache
def _common() -> dict[str, frozenset[str]]:
    return {code: frozenset((*table.stop_words, *table.posting_words)) for code, table in languages().items()}
