"""Skills are what somebody knows, not the furniture of the table they stand in."""

from typing import Any

import pytest

from service.adapters.resume_reader.reader_process import read_file
from service.adapters.resume_reader.recognition.document import recognised

RATED = [{"name": "Python", "level": "Expert"}, {"name": "Go", "level": "gut"}]
GROUPS = [{"name": "ML", "keywords": ["PyTorch", "TensorFlow"]}, {"name": "Web", "keywords": ["React"]}]


def skills(text: str, name: str = "cv.md") -> list[dict[str, Any]]:
    return recognised(read_file(f"# Skills\n{text}".encode(), name))["skills"]


@pytest.mark.parametrize("name", ["cv.md", "cv.txt"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("| Area | Tools |\n|---|---|\n| ML | PyTorch, TensorFlow |\n| Web | React |", GROUPS),
        ("Bereich | Kenntnisse\n--- | ---\nML | PyTorch, TensorFlow\nWeb | React", GROUPS),
        ("| Thing | Whatever |\n|---|---|\n| ML | PyTorch, TensorFlow |", GROUPS[:1]),
        ("| Skill | Level | Years |\n|---|:-:|--:|\n| Python | Expert | 10 |\n| Go | gut | 3 |", RATED),
        ("Skill\tLevel\tYears\nPython\tExpert\t10+ years\nGo\tgut\t3", RATED),
        ("Python\tExpert\nGo\tgut", RATED),
        ("- Python – Expert\n- Go: gut", RATED),
        ("Python\tGo\nRust\tBASIC", [{"keywords": ["Python", "Go", "Rust", "BASIC"]}]),
        ("- Java: 5 Jahre", [{"name": "Java"}]),
    ],
)
def test_rows_and_their_headers(text: str, expected: list[dict[str, Any]], name: str) -> None:
    assert skills(text, name) == expected


def test_the_first_row_of_a_table_that_tells_something_is_read() -> None:
    text = "# Experience\n| 2019–2023 | Engineer, Acme |\n|---|---|\n| 2017–2019 | Clerk, Globex |"
    found = recognised(read_file(text.encode(), "cv.md"))
    assert [work["name"] for work in found["work"]] == ["Acme", "Globex"]
    named = recognised(read_file(b"| Jane Roe | Engineer |\n|---|---|\n| jane@x.dev | Boston, MA |", "cv.md"))
    assert (named["basics"]["name"], named["basics"]["label"]) == ("Jane Roe", "Engineer")


def test_other_tables_have_headers_too() -> None:
    text = (
        "# Languages\n| Language | Level |\n|---|---|\n| German | C1 |\n"
        "# Certificates\n| Certificate | Issuer | Year |\n|---|---|---|\n| CKA | CNCF | 2023 |"
    )
    found = recognised(read_file(text.encode(), "cv.md"))
    assert found == {
        "languages": [{"language": "German", "fluency": "C1"}],
        "certificates": [{"name": "CKA", "issuer": "CNCF", "date": "2023"}],
    }


def test_a_header_that_is_no_furniture_is_left_over() -> None:
    found = recognised(read_file(b"# Skills\n| Python | Rust |\n|---|---|\n| Go, C | SQL, R |", "cv.md"))
    assert found["other"] == [{"name": "Skills", "lines": ["Python\tRust"]}]
