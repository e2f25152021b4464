"""Whatever the lines are: nothing is invented, nothing is lost, and the document is in order."""

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.adapters.resume_reader.lines import Line, ResumeText, folded
from service.adapters.resume_reader.recognition.dates import find, iso
from service.adapters.resume_reader.recognition.document import recognised
from service.adapters.resume_reader.recognition.sections import named, part_names
from service.resumes import json_resume
from tests.properties import examples

SECTIONS = {part: [name for name, of in part_names().items() if of is part] for part in part_names().values()}
DATES = {"startDate", "endDate", "date", "releaseDate"}
_WORDS = """Experience Education Skills Languages: Projects Certificates Awards Interests References Publications
    Berufserfahrung Ausbildung Kenntnisse Sprachen Expérience Formation Compétences Experiencia Educación Habilidades
    Grace Example grace@example.com +49 30 1234567 github.com/grace www.example.com Berlin, Germany CA | • – - : ; ( )
    Senior Engineer at Globex GmbH Inc. 2019 2020 Jan Present seit 03/2019 bis heute BSc University of in GPA: 3.9
    Position: Company: Ort: Level Years Expert PhD MA M.Sc. Dipl.-Ing. Boston, MA Achievements Tasks:
    Python, Go Docker; (native) C1 Technologies: Courses: and the a of with. improved https://x.dev/a"""
WORDS = st.sampled_from([*_WORDS.split(), "\t", ", ", " | "])
TEXTS = st.one_of(st.lists(WORDS, max_size=14).map(" ".join), st.text(max_size=60), st.sampled_from(_WORDS.split()))
LINES = st.builds(
    Line, st.sampled_from(("heading", "item", "paragraph", "columns")), st.integers(0, 6), TEXTS.map(folded)
)
ADDRESSES = st.sampled_from(("https://github.com/grace", "mailto:grace@example.com", "https://x.dev"))


def _file(lines: list[Line], links: list[str]) -> ResumeText:
    return ResumeText(tuple(line for line in lines if line.text), tuple(links))


FILES = st.builds(_file, st.lists(LINES, max_size=40), st.lists(ADDRESSES, max_size=3))


@examples(150)
@given(FILES)
def test_every_text_is_a_run_of_the_file(text: ResumeText) -> None:
    source = _folded("\n".join([*(line.text for line in text.lines), *text.links]))
    dates = {iso(found) for line in text.lines for found in _dates(line.text)}
    told = {name: value for name, value in recognised(text).items() if name != "warnings"}  # which are ours
    for name, value in _leaves(told):
        if name in DATES:
            assert value in dates
        else:
            assert _folded(value) in source
            assert value.strip()


@examples(80)
@given(FILES)
def test_every_word_is_kept(text: ResumeText) -> None:
    kept = {word for _, value in _leaves(recognised(text)) for word in _words(value)}
    for line in text.lines:
        if named(line) is None and not find(line.text):
            assert set(_words(line.text)) - kept <= LABELS


@examples(80)
@given(FILES)
def test_the_document_is_in_order(text: ResumeText) -> None:
    json_resume.read(recognised(text))


@pytest.mark.parametrize("heading", ["", *(names[0] for names in SECTIONS.values())])
@pytest.mark.parametrize("kind", ["paragraph", "item"])
def test_the_longest_section_is_in_order(heading: str, kind: Literal["paragraph", "item"]) -> None:
    said = "BSc at the University of Acme, Berlin, Germany | Engineer, Go - 2019 to 2020"
    lines = [Line("heading", 1, heading)] if heading else []
    lines += [Line(kind, 0, f"{said} {number}") for number in range(350)]
    for more in ([], [Line(kind, 0, "word, " * 800), Line(kind, 0, "2019 " + "x" * 4_900)]):
        json_resume.read(recognised(ResumeText((*lines, *more))))


# Headings, and what is written before what it tells.
LABELS = set(
    re.findall(
        r"\w+",
        """e mail email phone mobile tel website name cv curriculum vitae resume résumé lebenslauf stack note web
        gpa courses technologies languages skills http https github linkedin experience education projects certificates
        awards interests references publications berufserfahrung ausbildung kenntnisse sprachen expérience formation
        compétences experiencia educación habilidades at of in position company ort level years""",
    )
)


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():  # pyright: ignore[reportUnknownVariableType] - any JSON
            yield from _leaves(inner, str(key))  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list):
        for inner in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _leaves(inner, name)


def _dates(text: str) -> Iterator[str]:
    """Every run that may be one, its end and beginning at any place."""
    edges = [0, *(match.start() for match in re.finditer(r"\b", text)), len(text)]
    yield from (text[start:end] for start in edges for end in edges if start < end <= start + 40)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
