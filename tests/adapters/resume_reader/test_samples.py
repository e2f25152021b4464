"""Résumés that others wrote, of kinds that were once read wrongly; where the samples are."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.adapters.resume_reader.reader_process import read_file
from service.adapters.resume_reader.recognition.document import recognised
from tests.samples import SAMPLES, needs_samples

CASES = [case for case in sorted((SAMPLES / "cases").glob("r*")) if case.is_dir()]


def at(document: Any, path: str) -> Any:
    found: Any = document
    for step in path.split("."):
        found = found[int(step)] if step.isdigit() else found.get(step, {})
    return found


@needs_samples
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_holds(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text())
    found = recognised(read_file((case / expected["input"]).read_bytes(), expected["input"]))
    found |= {"name": found["basics"].get("name")}
    for path, wanted in expected["expect"].items():
        assert (at(found, path) or "null") in (wanted or "null").split("|"), path
    shown = {name: value for name, value in found.items() if name != "other"}
    employers = " ; ".join(f"{work.get('position')} @ {work.get('name')} @" for work in found.get("work", ()))
    assert [text for text in expected["must_not"] if text in json.dumps(shown, ensure_ascii=False) + employers] == []
