"""Where the names of hosts end, and which hosts have pages of people."""

from functools import cache

from publicsuffixlist import PublicSuffixList

from service.vocabulary.files import Phrases, Table, read


@cache
def public_suffixes() -> PublicSuffixList:
    """The public suffix list (publicsuffix.org), its IDNA forms too: `is_public("photography")`,
    `privatesuffix("www.acme.co.uk")` is `acme.co.uk`. An ending that is not on it is no ending."""
    return PublicSuffixList(accept_unknown=False)


class _Profiles(Table, frozen=True):
    pages: Phrases


@cache
def profiles() -> Phrases:
    """Patterns of the addresses of people's pages, each with one group: the name."""
    return read("profiles.toml", _Profiles).pages
