"""Where the names of hosts end."""

from functools import cache

from publicsuffixlist import PublicSuffixList


@cache
def public_suffixes() -> PublicSuffixList:
    """The public suffix list (publicsuffix.org), its IDNA forms too: `is_public("photography")`,
    `privatesuffix("www.acme.co.uk")` is `acme.co.uk`. An ending that is not on it is no ending."""
    return PublicSuffixList(accept_unknown=False)
