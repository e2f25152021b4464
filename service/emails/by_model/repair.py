"""What is wrong with a model's letter, and what can be saved of it: the sentences that may stand. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.emails.brief import Brief, Draft
from service.emails.by_model.answer import Claim, Letter
from service.emails.by_model.experience import is_on_record, states_experience
from service.emails.by_model.output_filter import Fault, OutputFilter
from service.emails.employers import other_employers
from service.emails.gate import is_supported, judge
from service.emails.matching import terms
from service.emails.model import Caveat, Evidence, Source, WriterUsage
from service.emails.offline.compose import compose
from service.emails.sentences import sentences, without
from service.emails.wording import word_count
from service.kernel.text import one_line

# A greeting, a sentence and a closing; what is left below that is no letter.
LETTER_WORDS_LEAST = 20
# So much of a claim's telling words make a sentence the one it is about.
CLAIM_SHARE = 0.6

# What the offline composer remarks of any letter from the same brief.
_COMMON_CAVEATS = frozenset({"unsigned", "posting-closed", "language-guessed"})


@dataclass(frozen=True, slots=True)
class Examined:
    """A letter, sentence by sentence. `hard` faults take their sentence out, `soft` ones where the letter still stands;
    `loose` are claims that no source supports and no sentence can be found for."""

    letter: Letter
    pieces: tuple[str, ...]
    evidence: tuple[tuple[int, Evidence], ...]
    hard: dict[int, Fault]
    soft: dict[int, Fault]
    loose: tuple[Fault, ...]
    of_subject: tuple[Fault, ...]
    of_length: tuple[Fault, ...]

    def faults(self) -> list[Fault]:
        """All of them, for the model to mend."""
        return [*self.of_subject, *self.of_length, *self.hard.values(), *self.soft.values(), *self.loose]


def examine(letter: Letter, brief: Brief, output: OutputFilter) -> Examined:
    pieces = tuple(sentences(letter.body))
    hard: dict[int, Fault] = {}
    soft: dict[int, Fault] = {}
    tail = ""
    for index, piece in enumerate(pieces):
        if fault := next(_hard_faults(piece, tail, letter, brief, output), None):
            hard[index] = fault
            continue
        tail += piece
        if fault := next(output.figures(piece), None):
            soft[index] = fault
    evidence, unsupported, loose = _grounded(letter, pieces, brief, output)
    return Examined(
        letter=letter,
        pieces=pieces,
        evidence=tuple(evidence),
        hard=hard,
        soft={**_invented(pieces, evidence, output), **unsupported, **soft},
        loose=tuple(loose),
        of_subject=tuple(_subject_faults(letter, brief, output)),
        of_length=tuple(_length_faults(letter, brief)),
    )


def repair(seen: Examined, brief: Brief, usage: WriterUsage, *, has_orders: bool) -> Draft | None:
    """The letter without what may not stand in it, each omission with a caveat; None where no letter is left."""
    removed = set(seen.hard) | set(seen.soft)
    if not _stands(seen, removed):
        removed = set(seen.hard)
    removed, is_shortened = _shortened(seen, removed, brief.max_words)
    if not _stands(seen, removed):
        return None
    composed = compose(brief)
    draft = Draft(
        subject=composed.subject if seen.of_subject else seen.letter.subject,
        body=without(list(seen.pieces), removed),
        language=brief.language,
        claims=tuple(dict.fromkeys(claim for index, claim in seen.evidence if index not in removed)),
        usage=usage,
        caveats=(
            *(caveat for caveat in composed.caveats if caveat.code in _COMMON_CAVEATS),
            *_caveats(seen, removed, is_shortened=is_shortened, has_orders=has_orders),
        ),
    )
    return draft if judge(draft, brief).is_fit else None


def _hard_faults(piece: str, tail: str, letter: Letter, brief: Brief, output: OutputFilter) -> Iterator[Fault]:
    yield from output.faults(piece, tail=tail)
    for detail in other_employers("", piece, _evidence(letter), brief):
        yield Fault("other-company-removed", detail)


def _subject_faults(letter: Letter, brief: Brief, output: OutputFilter) -> Iterator[Fault]:
    found = [*output.faults(letter.subject), *output.figures(letter.subject)]
    alone = Draft(letter.subject, "A letter.", "", _evidence(letter), WriterUsage("", ""))
    verdict = judge(alone, brief)
    found += [Fault("subject-replaced", refusal.detail) for refusal in verdict.refused]
    yield from (Fault("subject-replaced", f"The subject: {fault.detail}") for fault in found)


def _length_faults(letter: Letter, brief: Brief) -> Iterator[Fault]:
    words = word_count(letter.body)
    if words > brief.max_words:
        yield Fault("shortened", f"The body has {words} words; {brief.max_words} is the limit.")
    elif words < LETTER_WORDS_LEAST:
        yield Fault("too-short", "The body is no whole letter.")


def _evidence(letter: Letter) -> tuple[Evidence, ...]:
    return tuple(Evidence(claim.text, *ground) for claim in letter.claims for ground in claim.grounds)


def _grounded(
    letter: Letter, pieces: Sequence[str], brief: Brief, output: OutputFilter
) -> tuple[list[tuple[int, Evidence]], dict[int, Fault], list[Fault]]:
    """The evidence by sentence, the sentences that have none of what was claimed for them, and claims without one."""
    evidence: list[tuple[int, Evidence]] = []
    unsupported: dict[int, Fault] = {}
    loose: list[Fault] = []
    for claim in letter.claims:
        index = located(claim, pieces)
        said = claim.text if index is None else one_line(pieces[index])
        grounds = [Evidence(said, *ground) for ground in claim.grounds]
        supported = [ground for ground in grounds if is_supported(ground, brief)]
        fault = Fault("unsupported-claim", f"{said!r} is supported by no place that it cites.")
        if index is None and not supported and not any(output.faults(said)):
            loose.append(fault)
        elif index is not None and not supported:
            unsupported[index] = fault
        elif index is not None:
            evidence += [(index, ground) for ground in supported]
    cited = {index for index, _ in evidence}
    return evidence, {index: fault for index, fault in unsupported.items() if index not in cited}, loose


def _invented(
    pieces: Sequence[str], evidence: Sequence[tuple[int, Evidence]], output: OutputFilter
) -> dict[int, Fault]:
    """Sentences about the candidate for which no source of theirs is cited and none speaks: a model need not claim
    what it makes up. What the posting says is no ground for them."""
    cited = {index for index, ground in evidence if ground.source is not Source.JOB}
    return {
        index: Fault("unsupported-claim", f"{one_line(piece)!r} stands in none of the sources.")
        for index, piece in enumerate(pieces)
        if index not in cited and states_experience(piece) and not is_on_record(piece, output.record)
    }


def located(claim: Claim, pieces: Sequence[str]) -> int | None:
    """The sentence a claim is about: the one that has its words, else the one that has most of its telling words."""
    wanted, words = _folded(claim.text), terms(claim.text)
    for index, piece in enumerate(pieces):
        if wanted in _folded(piece) or (word_count(piece) > 4 and _folded(piece) in wanted):
            return index
    shares = [len(words & terms(piece)) / max(1, len(words)) for piece in pieces]
    best = max(range(len(pieces)), key=lambda index: shares[index], default=None)
    return best if best is not None and shares[best] >= CLAIM_SHARE else None


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _stands(seen: Examined, removed: set[int]) -> bool:
    return word_count(without(list(seen.pieces), removed)) >= LETTER_WORDS_LEAST


def _shortened(seen: Examined, removed: set[int], words_max: int) -> tuple[set[int], bool]:
    """Sentences go from the end of the last long paragraph backwards; greeting and closing lines stay."""
    kept, shortened = set(removed), False
    middle = [i for i, piece in enumerate(seen.pieces) if i not in kept and word_count(piece) > 4]
    while middle and word_count(without(list(seen.pieces), kept)) > words_max:
        kept.add(middle.pop(-2 if len(middle) > 2 else -1))  # the last long sentence is what the letter asks for
        shortened = True
    return kept, shortened


def _caveats(seen: Examined, removed: set[int], *, is_shortened: bool, has_orders: bool) -> Iterator[Caveat]:
    if has_orders:
        detail = "A source has text that speaks to the writer of the letter; it was withheld from it."
        yield Caveat("instructions-in-source", detail)
    taken = {index: fault for index, fault in {**seen.soft, **seen.hard}.items() if index in removed}
    for fault in dict.fromkeys(taken.values()):
        yield Caveat(fault.code, f"A sentence was taken out. {fault.detail}")
    stayed = [fault for index, fault in seen.soft.items() if index not in removed]
    for fault in (*stayed, *seen.loose):
        if not fault.detail.startswith("The figure "):  # the gate lists what stands in the letter itself
            yield Caveat(fault.code, fault.detail)
    if seen.of_subject:
        yield Caveat("subject-replaced", "The model's subject could not be used; another stands in its place.")
    if is_shortened:
        yield Caveat("shortened", "The letter was longer than asked for; sentences were left out.")
