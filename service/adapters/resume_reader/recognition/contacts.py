"""How to reach somebody: addresses, numbers, pages, profiles, found in a line. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_EMAIL = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", re.ASCII)
_URL = re.compile(
    r"(?:https?://[^\s|,;<>()\[\]\"']{3,300}|(?<![\w@./-])(?:www\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}"
    r"(?:com|org|net|io|dev|me|de|fr|es|eu|ch|at|uk|us|ca|in|co|ai|app|tech|info|xyz|page|blog|site|online|edu|be|nl|it|mx|"
    r"ar|cl|pl|se|no|dk|fi|pt|ie|br|jp|kr|au|nz|gg|so|cv|name|pro|codes|design|engineer|software)"
    r"(?![\w@-])(?:/[^\s|,;<>()\[\]\"']{0,300})?)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w/.])(?:\(?\+?[0-9][0-9()\s./·–-]{5,22}[0-9])(?![\w/])")
_YEARS = re.compile(r"(?:(?:19|20)[0-9]{2}\s*[-–/.]?\s*){1,2}")
DIGITS_MIN, DIGITS_MAX = 7, 15  # E.164 has fifteen at the most

# Hosts of profiles, with how the name stands in their addresses.
_PROFILES = {
    "linkedin": r"linkedin\.com/(?:in|pub)/([\w%.-]+)",
    "github": r"github\.com/([\w-]+)",
    "gitlab": r"gitlab\.com/([\w.-]+)",
    "bitbucket": r"bitbucket\.org/([\w-]+)",
    "xing": r"xing\.com/profile/([\w-]+)",
    "twitter": r"(?:twitter|x)\.com/([\w]+)",
    "stackoverflow": r"stackoverflow\.com/users/(\d+(?:/[\w-]+)?)",
    "medium": r"medium\.com/@?([\w.-]+)",
    "kaggle": r"kaggle\.com/([\w-]+)",
    "orcid": r"orcid\.org/([\dX-]+)",
    "youtube": r"youtube\.com/(?:user/|c/|@)?([\w-]+)",
    "facebook": r"facebook\.com/([\w.-]+)",
    "instagram": r"instagram\.com/([\w.]+)",
    "dribbble": r"dribbble\.com/([\w-]+)",
    "behance": r"behance\.net/([\w-]+)",
    "researchgate": r"researchgate\.net/profile/([\w-]+)",
    "leetcode": r"leetcode\.com/(?:u/)?([\w-]+)",
}
_PROFILE = re.compile(
    r"(?:https?://)?(?:[a-z]{2,3}\.)?(?:" + "|".join(f"(?:{pattern})" for pattern in _PROFILES.values()) + r")/?",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:https?://)?(?:[a-z]{2,3}\.)?([\w-]+)\.[a-z]+/", re.IGNORECASE)
# What is written before an address or a number, in the four languages, and for the name itself.
LABEL = re.compile(
    r"\s*(?P<label>e-?mail(?: address)?|mail|correo(?: electrónico)?|courriel|phone|mobile|"
    r"tel(?:ephone|efon|éfono|éphone)?|cell|handy|mobil|móvil|portable|linkedin|github|website|web|homepage|portfolio|blog|url|"
    r"address|adresse|anschrift|dirección|domicilio|location|wohnort|name|nom|nombre|twitter|gitlab|xing|skype|telegram)\s*(?:[:.]|://)\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Profile:
    network: str
    username: str
    url: str


def emails(text: str) -> Iterator[re.Match[str]]:
    yield from _EMAIL.finditer(text)


def urls(text: str) -> Iterator[re.Match[str]]:
    """Web addresses, those of mailboxes aside."""
    for found in _URL.finditer(text):
        if text[found.end() : found.end() + 1] != "@":
            yield found


def phones(text: str) -> Iterator[re.Match[str]]:
    for found in _PHONE.finditer(text):
        digits = sum(character.isdecimal() for character in found[0])
        if DIGITS_MIN <= digits <= DIGITS_MAX and not _YEARS.fullmatch(found[0].strip()):
            yield found


def profile(url: str) -> Profile | None:
    """The profile that a page is, its network by its host's name as it is written."""
    found, host = _PROFILE.match(url), _HOST.match(url)
    if found is None or host is None:
        return None
    username = next(name for name in found.groups() if name is not None)
    return Profile(host[1], username, url)


def profiles(addresses: Iterable[str]) -> dict[str, Profile]:
    """One of each network, the first."""
    found: dict[str, Profile] = {}
    for address in addresses:
        if one := profile(address.rstrip(".,;/")):
            found.setdefault(one.network.lower(), one)
    return found


def without_contacts(text: str) -> str:
    """The line with a gap where an address or a number stood, and without what was written before it."""
    for find in (emails, urls, phones):
        for found in reversed(list(find(text))):
            text = f"{text[: found.start()]}\t{text[found.end() :]}"
    return text
