"""How companies end their names, in law."""

from functools import cache

from service.vocabulary.files import Phrases, Table, read


class Companies(Table, frozen=True):
    """Legal forms as they are written, by how sure it is that one ends the name of a company."""

    # Whatever stands before: GmbH, Ltd.
    certain: Phrases
    # Right behind a name; behind a comma they are regions ("Calgary, AB").
    short: Phrases
    # Where the text is known to be a company's name; in lower case and without accents.
    others: Phrases
    # Stand before the name.
    leading: Phrases
    # Written without a space before or behind the name; a longer one before what it ends with.
    joined: Phrases
    # What a group adds to its name and leaves out: what kind of whole it is, or which country's.
    descriptions: Phrases


@cache
def companies() -> Companies:
    return read("companies.toml", Companies)
