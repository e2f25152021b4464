"""When two names are one company's. Pure.

`company_key` is the name as it is compared: two names with one key are one organization. `likeness` goes further, for
names as people and job boards write them; it says no wherever another company might be meant, for its reader skips a
job or changes one on its word:

    an umlaut written as two letters        Jürgens & Söhne ~ Juergens & Soehne; but not Blue ~ Blu
    the same words, otherwise spaced        PayPal ~ Pay Pal, JPMorgan ~ J.P. Morgan
    the same words in another order         Robert Bosch ~ Bosch, Robert
    with and without a description          BMW ~ BMW Group, Google ~ Google Germany; but not Siemens ~ Siemens Energy
    one slip of the pen in a longer word    Stripe ~ Strpie, Microsoft ~ Microsft; but not SAP ~ SAS, Stripe ~ Strive
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, permutations

from rapidfuzz.distance import OSA, Indel

from service.kernel.text import one_line
from service.vocabulary import companies

KEY_MAX_CHARS = 300

# What each way of writing a name differently leaves of a likeness of 1. The order is what is meant: whoever asks for
# the best match gets the name respaced before the name described.
RESPELT, RESPACED, DESCRIBED, REORDERED = 0.99, 0.98, 0.96, 0.95

# A likeness of at least this is the same company. It is what one slip leaves of a word of six letters when two
# neighbours are swapped (1 - 1/12 = 0.917) or one is missing inside of seven (1 - 1/13). In shorter words a slip makes
# another company's name too often (Lime, Line, Dime; SAP, SAS), and a replaced letter counts twice, so that it needs
# twelve (Stripe and Strive, Bank and Bahn are two names; Raiffeisenbank and Raiffaisenbank one). A slip bears no second
# difference: the product of the two is below. Among 672 well-known companies, two pairs are taken for one each that
# are not: Merck and Merck KGaA, Causal and Casual.
SAME_COMPANY = 0.91

# Of so many words every order is looked up: six. A longer name in another order is known when it is met, and not looked
# for.
REORDERED_WORDS_MAX = 3

# More descriptions than that are no company's.
DESCRIPTIONS_MAX = 4

# Where a name is written with two letters for an umlaut, so many of those pairs are looked up as one letter, each or
# not; "ue" may be two letters in one word and an umlaut in the next (Blue Mueller).
PAIRS_MAX = 3

# A slip: at most so many letters left out or added; a replaced one is both.
_SLIP_MAX = 2
# Letters of an alphabet end before Hebrew; where a character is a syllable or a word, another one is another name.
_END_OF_ALPHABETS = "\u0590"

_DROPPED = dict.fromkeys(map(ord, "'’‘`´ʼ′"))
_TRADEMARKS = dict.fromkeys(map(ord, "™℠®©"), " ")
_PLAIN_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
# As passports, addresses and mail boxes write them (ICAO Doc 9303-3, section 6). A key has the bare letter; "ß" is "ss"
# and "æ" is "ae" in both.
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_PAIR = re.compile("ae|oe|ue|aa")
_ACCENT = re.compile("[\u0300-\u036f]")
# "S.A.", "J. P.", "A/S": one word.
_LETTERS_APART = re.compile(r"(?<![^\W_])[^\W\d_](?:[./]+ ?[^\W\d_](?![^\W_]))+")
_BETWEEN_LETTERS = re.compile(r"[./ ]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_AND = frozenset({"und", "et"})


@dataclass(frozen=True, slots=True)
class Forms:
    """Legal forms and descriptions (`vocabulary.companies`) as words of a key."""

    ending: frozenset[tuple[str, ...]]
    words_max: int
    leading: frozenset[str]
    joined: tuple[str, ...]
    descriptions: frozenset[str]


@cache
def forms() -> Forms:
    known = companies()
    ending = frozenset(tuple(_words(form)) for form in (*known.certain, *known.short, *known.others, *known.joined))
    leading = frozenset((*known.leading, *known.joined))
    return Forms(ending, max(map(len, ending)), leading, known.joined, frozenset(known.descriptions))


def company_key(name: str) -> str:
    """The name as it is compared: case, accents, punctuation, a leading "The" and legal forms off, "&" as "and".

    At most `KEY_MAX_CHARS`; its own key; empty only for an empty name: what stands alone stays, be it "AG" or "!!!".
    """
    words = _words(name)
    if not words:
        return " ".join(name.casefold().split())[:KEY_MAX_CHARS].rstrip() or name[:KEY_MAX_CHARS]
    return " ".join(_without_forms(words))


@dataclass(frozen=True, slots=True)
class CompanyName:
    """A name's key, read for comparing: its words without "and", and how many come before the descriptions; and, where
    the name has an umlaut, what it is `spelt` with two letters for it."""

    key: str
    words: tuple[str, ...]
    core: int
    spelt: "CompanyName | None" = None

    @classmethod
    def of(cls, name: str, *, key: str | None = None) -> "CompanyName":
        """Of a name, whose key may be known, or of a key, which has no umlauts any more."""
        key = company_key(name) if key is None else key
        spelt = key if name.isascii() else _key_in_two_letters(name, key)
        return cls(key, *_read(key), None if spelt == key else cls(spelt, *_read(spelt)))

    def other_keys(self) -> frozenset[str]:
        """Keys of the same company that can be told from its own: without its descriptions, in another order, and each
        of these with two letters for an umlaut or the bare letter for two."""
        keys = {self.key, *_bare(self.key), *([] if self.spelt is None else [self.spelt.key])}
        return frozenset(keys.union(*map(_rearrange, keys)) - {self.key})


def likeness(one: CompanyName, other: CompanyName) -> float:
    """From 0 to 1 (one key); symmetric. `SAME_COMPANY` and above: the same company."""
    found = _keys_alike(one, other)
    if found == 1 or (one.spelt is None and other.spelt is None):
        return found
    respelt = RESPELT * _keys_alike(one.spelt or one, other.spelt or other)
    # A slip is judged by the letters of the name: one more for each umlaut would make it a longer word.
    return max(found, respelt if respelt >= RESPELT * REORDERED else 0.0)


def _keys_alike(one: CompanyName, other: CompanyName) -> float:
    if one.key == other.key:
        return 1.0
    if not (one.key and other.key):
        return 0.0
    if "".join(one.words) == "".join(other.words):
        return RESPACED
    if len(one.words) == len(other.words):
        return _alike(one.words, other.words)
    shorter, longer = sorted((one, other), key=lambda name: len(name.words))
    # One bears a description more: "Acme Germany" is Acme, and is not "Acme France".
    if len(shorter.words) < longer.core:
        return 0.0
    return DESCRIBED * _alike(shorter.words, longer.words[: len(shorter.words)])


def _key_in_two_letters(name: str, key: str) -> str:
    folded = unicodedata.normalize("NFC", name.casefold())
    spelt = folded.translate(_TWO_LETTERS)
    return key if spelt == folded else company_key(spelt)


def _read(key: str) -> tuple[tuple[str, ...], int]:
    """Its words without "and", and how many come before the descriptions."""
    words = tuple(word for word in key.split() if word != "and") or (key,)
    return words, _core(words)


def _rearrange(key: str) -> set[str]:
    """Without its descriptions, and in another order."""
    words = key.split()
    lengths = range(_core(tuple(words)), len(words))[:DESCRIPTIONS_MAX]
    shorter = {" ".join(words[:length]) for length in lengths}
    turned = {" ".join(order) for order in permutations(words)} if len(words) <= REORDERED_WORDS_MAX else set[str]()
    return shorter | turned


def _bare(key: str) -> set[str]:
    """With the first letter alone for some or all of the first pairs that may be umlauts."""
    keys = {key}
    for pair in reversed([*islice(_PAIR.finditer(key), PAIRS_MAX)]):
        keys |= {each[: pair.start() + 1] + each[pair.end() :] for each in keys}
    return keys


def _words(name: str) -> list[str]:
    """The words of a name, of which the first `KEY_MAX_CHARS` characters are read."""
    text = one_line(name).translate(_DROPPED)
    if text.isascii():
        text = _join_letters(text.casefold()).replace("&", " and ")
        words = _ASCII_WORD.findall(text)
    else:
        text = unicodedata.normalize("NFKD", text.translate(_TRADEMARKS)).casefold()
        text = _ACCENT.sub("", unicodedata.normalize("NFKD", text)).translate(_PLAIN_LETTERS)
        text = _join_letters(unicodedata.normalize("NFC", text)).replace("&", " and ")
        words = "".join(character if _is_of_a_word(character) else " " for character in text).split()
    words = ["and" if word in _AND else word for word in words]
    return " ".join(words)[:KEY_MAX_CHARS].split()


def _join_letters(text: str) -> str:
    return _LETTERS_APART.sub(lambda found: _BETWEEN_LETTERS.sub("", found.group()), text)


def _is_of_a_word(character: str) -> bool:
    """Letters, digits, and the signs that Indic and other scripts write vowels with."""
    return unicodedata.category(character)[0] in "LNM"


def _without_forms(words: list[str]) -> list[str]:
    """Something is always left."""
    while True:
        if len(words) > 1 and words[0] in forms().leading:
            words = words[1:]
        elif length := _form_at_end(words):
            words = words[:-length]
        elif (bare := _without_joined_form(words[-1])) != words[-1]:
            words = [*words[:-1], bare]
        elif (bare := _without_joined_form(words[0])) != words[0]:
            words = [bare, *words[1:]]
        else:
            return words


def _form_at_end(words: Sequence[str]) -> int:
    """Of how many words, the longest; 0 where there is none, or nothing else."""
    longest = min(forms().words_max, len(words) - 1)
    return next((length for length in range(longest, 0, -1) if tuple(words[-length:]) in forms().ending), 0)


def _without_joined_form(word: str) -> str:
    for form in forms().joined:
        bare = word.removesuffix(form).removeprefix(form)
        if bare != word:
            return bare or word
    return word


def _core(words: tuple[str, ...]) -> int:
    """How many are left without descriptions at the end, and the forms before them ("Acme Ltd UK")."""
    while len(words) > 1:
        length = 1 if words[-1] in forms().descriptions else _form_at_end(words)
        if not length:
            break
        words = words[:-length]
    return len(words)


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    return max(_words_alike(one, other), REORDERED * _words_alike(sorted(one), sorted(other)))


def _words_alike(one: Sequence[str], other: Sequence[str]) -> float:
    alike = 1.0
    for left, right in zip(one, other, strict=True):
        if left != right:
            alike *= _word_alike(left, right)
            if alike < SAME_COMPANY:
                return 0.0
    return alike


def _word_alike(one: str, other: str) -> float:
    """What a slip leaves. Where words begin and end pens slip least, and the next word begins (Canva, Canvas)."""
    if one[0] != other[0] or one[-1] != other[-1] or not (_is_spelt(one) and _is_spelt(other)):
        return 0.0
    slips = Indel.distance(one, other, score_cutoff=_SLIP_MAX)
    if slips > _SLIP_MAX:
        return 0.0
    if slips == _SLIP_MAX and sorted(one) == sorted(other) and OSA.distance(one, other) == 1:
        slips = 1  # two neighbours have changed places
    return 1.0 - slips / (len(one) + len(other))


def _is_spelt(word: str) -> bool:
    """In letters of an alphabet: a figure is no slip of another."""
    return word.isalpha() and max(word) < _END_OF_ALPHABETS
