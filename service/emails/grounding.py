"""What the contacts and figures of a letter may rest on. Pure; a figure is looked up in a time that does not grow with
the sources."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from service.emails.brief import Brief
from service.emails.contacts import contact_key, contacts
from service.emails.model import Source
from service.emails.wording import numbers

# Of all sources together, in characters: the longest posting met has 30 000, a résumé of forty pages 100 000. A figure
# that stands beyond counts as not there: its owner is warned.
READ_MAX_CHARS = 200_000
# Compatibility forms may become eighteen characters: so many are resolved at a time.
CHUNK_CHARS = 2_000

# Where a résumé gives its owner's contacts.
CONTACT_FIELDS = re.compile(
    r"basics/(?:email|phone|url|website)|basics/profiles/\d+/url|(?:work|projects|volunteer)/\d+/url"
)


def own_contacts(brief: Brief) -> frozenset[str]:
    """The keys of the contacts a letter may name: the candidate's and the recruiter's, from the fields that are meant
    for them, the posting's own address, and what the caller wrote. One in anybody's prose is none of them: whoever
    wrote it may have wanted it passed on."""
    given = [brief.recruiter.email, brief.instructions, brief.grounds.get(Source.JOB, {}).get("url", "")]
    given += [text for path, text in brief.grounds.get(Source.RESUME, {}).items() if CONTACT_FIELDS.fullmatch(path)]
    return frozenset(contact_key(contact) for text in given if _is_bare(text, brief) for contact in contacts(text))


def _is_bare(text: str, brief: Brief) -> bool:
    """A field for an address holds one and no sentence around it; the caller's own words are taken as they are."""
    return text == brief.instructions or len(contacts(text)) == 1


def figures_of(texts: Iterable[str]) -> frozenset[str]:
    """The figures of all sources, read once."""
    return frozenset(numbers("\n".join(_resolved(texts))))


def _resolved(texts: Iterable[str]) -> Iterator[str]:
    """Compatibility forms resolved, as far as the bound goes."""
    left = READ_MAX_CHARS
    for text in texts:
        if text.isascii():
            shown = text[:left]
        else:
            parts: list[str] = []
            size = 0
            for at in range(0, len(text), CHUNK_CHARS):
                parts.append(unicodedata.normalize("NFKC", text[at : at + CHUNK_CHARS]))
                size += len(parts[-1])
                if size >= left:
                    break
            shown = "".join(parts)[:left]
        yield shown
        left -= len(shown) + 1
        if left <= 0:
            return
