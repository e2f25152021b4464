import pytest

from service.postings.reading import technologies


def names(text: str, *, all_are_names: bool = False) -> list[str]:
    return [named.name for named in technologies.find(text, all_are_names=all_are_names)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C, C++ and C#", ["C", "C++", "C#"]),
        ("C/C++ on bare metal", ["C", "C++"]),
        ("Java and JavaScript", ["Java", "JavaScript"]),
        ("ASP.NET, .NET 8 and Node.js", ["ASP.NET", ".NET", "Node.js"]),
        ("Objective-C and Swift", ["Objective-C", "Swift"]),
        ("experience in Go and Rust", ["Go", "Rust"]),
        ("Proficient in R.", ["R"]),
        ("Go (Golang)", ["Go"]),
        ("Rust, Go, Python", ["Rust", "Go", "Python"]),
        ("Python\nR\nSQL", ["Python", "R", "SQL"]),
        ("Spring developer with Spring Boot", ["Spring", "Spring Boot"]),
        ("Node.js / Express / React", ["Node.js", "Express", "React"]),
        ("GKE/EKS, Terraform", ["GKE", "Amazon EKS", "Terraform"]),
        ("python, amazon-web-services, c#", ["Python", "AWS", "C#"]),
        ("Java/J2EE", ["Java", "J2EE"]),
    ],
)
def test_names_are_told_apart(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Go to market with our R&D team",
        "We go fast, rust never sleeps, and our swift response in spring",
        "C-level executives take Vitamin C",
        "Express your ideas; React to this job",
        "Plan B or C",
        "the rest of the day",
        "Excel at your work",
        "Javanese, Pythonic, Dockerfile",
        "a flask of tea, a bamboo chair and a salt mine",
    ],
)
def test_everyday_words_are_not_technologies(text: str) -> None:
    assert names(text) == []


def test_a_tag_is_a_name_whatever_it_is() -> None:
    assert names("go", all_are_names=True) == ["Go"]
    assert names("go") == []


def test_each_is_found_where_it_is_named_first() -> None:
    text = "Django and Go: Golang, Go"
    assert [text[start:end] for _, (start, end) in technologies.find(text)] == ["Django", "Go"]


def test_every_entry_of_the_vocabulary_is_found_by_its_own_name() -> None:
    table = technologies.files("service.postings").joinpath("technologies.txt").read_text(encoding="utf-8")
    entries = [line for line in table.splitlines() if line and not line.startswith("#")]
    assert len(entries) > 400
    for entry in entries:
        written = [name.strip() for name in entry.removeprefix("~").split("|")]
        for name in written:
            assert names(name, all_are_names=True) == [written[0]], entry
