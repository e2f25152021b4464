"""Write service/vocabulary/technologies.txt: what review.txt takes, with the aliases that public lists know for it.

    python deploy/technologies/generate.py DIRECTORY [--candidates]

DIRECTORY holds checkouts of the sources under the names in `SOURCES`. Names of technologies are facts; no text and no
picture of the sources is taken. `--candidates` prints instead what two sources name and the review does not know yet.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from service.postings.reading.text.phrases import words_of

HERE = Path(__file__).resolve().parent
VOCABULARY = HERE.parents[1] / "service/vocabulary/technologies.txt"
SOURCES = {
    "linguist": "github.com/github-linguist/linguist, lib/linguist/languages.yml (MIT)",
    "simple-icons": "github.com/simple-icons/simple-icons, data/simple-icons.json (CC0-1.0)",
    "devicon": "github.com/devicons/devicon, devicon.json (MIT)",
    "explore": "github.com/github/explore, topics/*/index.md (CC-BY-4.0)",
}
# An alias of a source is taken unasked where it is shorter than a sentence and is several words, or one that holds a
# name of so many letters: `coffee`, `motion` and `progress` are aliases there, too.
ALIAS_WORDS_MAX = 4
HELD_CHARS_MIN = 3
MARKS = "~^"

Names = list[list[str]]  # each thing of a source: its name, then its aliases


@dataclass
class Entry:
    forms: list[str]  # as reviewed, with their marks; the first is the name
    refused: set[str] = field(default_factory=set[str])
    added: list[str] = field(default_factory=list[str])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--candidates", action="store_true")
    given = parser.parse_args()
    sources = {name: read(given.directory / name) for name, read in READERS.items()}
    sections = list(reviewed((HERE / "review.txt").read_text(encoding="utf-8")))
    if given.candidates:
        sys.stdout.writelines(f"{name}\n" for name in candidates(sources, sections))
        return
    named = complete(sections, [thing for things in sources.values() for thing in things])
    VOCABULARY.write_text(written(sections, named, given.directory), encoding="utf-8")


def reviewed(text: str) -> Iterator[tuple[str, list[Entry]]]:
    for part in text.split("\n## ")[1:]:
        title, _, body = part.partition("\n")
        yield title, [entry(written) for written in body.replace("\n", " ").split(";") if written.strip()]


def entry(written: str) -> Entry:
    name, _, aliases = written.strip().partition(" = ")
    forms = [name, *(alias.strip() for alias in aliases.split(",") if alias.strip())]
    return Entry(
        [form for form in forms if not form.startswith("-")],
        {folded(form[1:]) for form in forms if form.startswith("-")},
    )


def folded(name: str) -> str:
    return re.sub(r"[\s._/'’-]+", "", name.lower().lstrip(MARKS))


def complete(sections: list[tuple[str, list[Entry]]], things: Names) -> int:
    """Give each entry the aliases of what the sources call by one of its names; how many they call so."""
    taken = Counter(filed(form) for _, entries in sections for entry in entries for form in entry.forms)
    if twice := [form for form, count in taken.items() if count > 1]:
        raise SystemExit(f"review.txt files these twice: {', '.join(twice)}")
    by_name: dict[str, list[list[str]]] = {}
    for thing in things:
        by_name.setdefault(folded(thing[0]), []).append(thing)
    named = 0
    for entry in (entry for _, entries in sections for entry in entries):
        known = [thing for form in entry.forms for thing in by_name.get(folded(form), ())]
        named += bool(known)
        for alias in (alias for thing in known for alias in thing):
            key = filed(alias)
            if key not in taken and folded(alias) not in entry.refused and is_telling(alias, entry.forms):
                taken[key] += 1
                entry.added.append(key)
    return named


def filed(form: str) -> str:
    """As the reader looks it up: `Node.js` and `node-js` are the same words, `nodejs` is another."""
    return " ".join(words_of(form.lstrip(MARKS)))


def is_telling(alias: str, forms: list[str]) -> bool:
    words = words_of(alias)
    if not alias.isascii() or not 0 < len(words) <= ALIAS_WORDS_MAX:
        return False
    names = [name for form in forms if len(name := folded(form)) >= HELD_CHARS_MIN]
    if folded(alias).rstrip("0123456789") in names:  # one of many versions
        return False
    return len(words) > 1 or any(name in folded(alias) for name in names)


def candidates(sources: dict[str, Names], sections: list[tuple[str, list[Entry]]]) -> Iterator[str]:
    known = {folded(form) for _, entries in sections for entry in entries for form in entry.forms}
    known |= {refused for _, entries in sections for entry in entries for refused in entry.refused}
    counts = Counter(key for things in sources.values() for key in {folded(thing[0]) for thing in things})
    shown = {folded(thing[0]): thing[0] for things in sources.values() for thing in things}
    return (shown[key] for key, count in sorted(counts.items()) if count > 1 and key not in known)


def written(sections: list[tuple[str, list[Entry]]], named: int, directory: Path) -> str:
    count = sum(len(entries) for _, entries in sections)
    lines = [
        "# Names of technologies, for telling what a job posting asks for. Written by deploy/technologies/generate.py:",
        "# edit deploy/technologies/review.txt and generate anew.",
        "#",
        "#   name | alias | ...   counts in any case; `-`, `.`, `/`, `_` and a space between words are alike",
        "#   ^name                counts as written here",
        "#   ~name                also an everyday word, a person or a letter: counts as written here and only in",
        "#                        technical company (see reading/technologies.py)",
        "#",
        f"# {count} entries, chosen and reviewed by Overture's maintainers; {named} of them are named, and many have",
        "# aliases, in these lists:",
        *(f"#   {where} at {commit(directory / name)}" for name, where in SOURCES.items()),
    ]
    for title, entries in sections:
        lines += ["#", f"# {title}"]
        lines += [" | ".join([*entry.forms, *entry.added]) for entry in entries]
    return "\n".join(lines) + "\n"


def commit(checkout: Path) -> str:
    command = ["git", "-C", str(checkout), "rev-parse", "--short=12", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 - our own words


def linguist(checkout: Path) -> Names:
    """The two lines of its YAML that are needed: names at the margin, aliases as a list."""
    found: Names = []
    is_alias = False
    for line in (checkout / "lib/linguist/languages.yml").read_text(encoding="utf-8").splitlines():
        if name := re.fullmatch(r"\"?([^\s#\"-][^\"]*?)\"?:", line):
            found.append([name[1]])
        is_alias = line == "  aliases:" or (is_alias and line.startswith("  - "))
        if is_alias and line.startswith("  - "):
            found[-1].append(line[4:].strip("\"'"))
    return found


def simple_icons(checkout: Path) -> Names:
    things = json.loads((checkout / "data/simple-icons.json").read_text(encoding="utf-8"))
    return [
        [thing["title"], *(thing.get("aliases", {}).get("aka", [])), *(thing.get("aliases", {}).get("old", []))]
        for thing in things
    ]


def devicon(checkout: Path) -> Names:
    things = json.loads((checkout / "devicon.json").read_text(encoding="utf-8"))
    return [[thing["name"], *thing["altnames"]] for thing in things]


def explore(checkout: Path) -> Names:
    found: Names = []
    for path in sorted((checkout / "topics").glob("*/index.md")):
        head = path.read_text(encoding="utf-8").split("---")[1]
        values = dict(re.findall(r"^(display_name|aliases): *(.+)$", head, re.MULTILINE))
        aliases = [alias.strip() for alias in values.get("aliases", "").split(",") if alias.strip()]
        found.append([values.get("display_name", path.parent.name).strip("\"'"), path.parent.name, *aliases])
    return found


READERS = {"linguist": linguist, "simple-icons": simple_icons, "devicon": devicon, "explore": explore}

if __name__ == "__main__":
    main()
