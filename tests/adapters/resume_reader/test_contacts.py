"""How to reach somebody; and what is no number to call, above all when somebody was born."""

import json
from typing import Any

import pytest

from service.adapters.resume_reader.reader_process import read_file
from service.adapters.resume_reader.recognition.contacts import phones, urls
from service.adapters.resume_reader.recognition.document import recognised


def document(head: str) -> dict[str, Any]:
    return recognised(read_file(f"{head}\n\nSkills\nGo".encode(), "cv.txt"))


@pytest.mark.parametrize(
    "number",
    [
        *(
            "+34 600 123 456",
            "+55 11 95555-0147",
            "(312) 555-0157",
            "0170 1234567",
            "06 12 34 56 78",
            "0049 30 1234567",
        ),
        *("090-1234-5678", "138 0013 8000", "070-123 45 67", "06-12345678", "+44 113 496 0147", "030/1234567"),
    ],
)
def test_numbers_to_call(number: str) -> None:
    assert [found[0] for found in phones(f"Jane Roe | {number} | Berlin")] == [number]


@pytest.mark.parametrize(
    "text",
    [
        *("14.03.1991", "03/05/1992", "1990-09-12", "14. 03. 1991", "12 09 1990", "19910314", "910314-1234"),
        *("2010 - 2014", "09/2017 – 03/2021", "2012 2014 2016", "12345678", "28203 Bremen"),
    ],
)
def test_no_numbers_to_call(text: str) -> None:
    assert [*phones(text)] == []


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("Geburtsdatum: 14.03.1991", "14.03.1991"),
        ("Born 12.09.1990", "12.09.1990"),
        ("*03.05.1992 in Kiel", "03.05.1992"),
        ("DOB: 1990-09-12 | jane@example.com", "1990-09-12"),
        ("Née le 3 mai 1992 à Lyon", "3 mai 1992"),
        ("Fecha de nacimiento: 03/05/1992", "03/05/1992"),
        ("Data di nascita: 12/09/1990", "12/09/1990"),
        ("nato a Milano il 3 maggio 1985", "3 maggio 1985"),
        ("Data de nascimento: 22/10/1990", "22/10/1990"),
        ("Geboortedatum: 04-07-1993", "04-07-1993"),
        ("Data urodzenia: 15.08.1991", "15.08.1991"),
        ("Född: 1989-05-17", "1989-05-17"),
        ("生年月日：1992年4月3日", "1992年4月3日"),
        ("出生日期：1993年5月", "1993年5月"),
        ("Geburtsdatum\t14.03.1991", "14.03.1991"),
        ("Date of birth\n21 June 1987", "21 June 1987"),
    ],
)
def test_a_birth_date_stands_under_its_own_name_alone(line: str, date: str) -> None:
    found = document(f"Jane Roe\n{line}\nPhone: +44 20 7946 0958")
    (births, *_) = found.pop("other")
    assert births["name"] == "birthDate"
    assert date in "\n".join(births["lines"])
    assert found["basics"]["phone"] == "+44 20 7946 0958"
    assert date not in json.dumps(found, ensure_ascii=False)


@pytest.mark.parametrize("label", ["DNI: 600123456", "Steuernummer: 030 1234567", "CPF: 123.456.789-09"])
def test_what_another_label_announces_is_no_phone_number(label: str) -> None:
    assert "phone" not in document(f"Jane Roe\n{label}")["basics"]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("Lebenslauf\nPersönliche Daten\nName: Annika Lohmann\nTelefon: 0170 1234567", "Annika Lohmann"),
        ("Personal details\nName\nOliver Stone-Marsh", "Oliver Stone-Marsh"),
        ("Contact\njane.miller@example.com\nTop Skills\nGo\nJane Q Miller\nEngineer", "Jane Q Miller"),
        ("Tom Baker\ntom.baker@example.com", "Tom Baker"),
        ("# 職務経歴書\n山田 太郎 | taro@example.com\n## 職務要約\n五年。", "山田 太郎"),
    ],
)
def test_whose_resume_it_is(head: str, name: str) -> None:
    assert document(head)["basics"]["name"] == name


@pytest.mark.parametrize("text", ["anna.photography", "www.example.co.uk", "https://x.dev/a", "github.com/grace"])
def test_addresses_of_pages(text: str) -> None:
    assert [found[0] for found in urls(f"see {text} for more")] == [text]


@pytest.mark.parametrize("text", ["B.Sc. Informatik", "asp.net", "node.js", "and/or", "jane@example.com", "12.09.1990"])
def test_no_addresses_of_pages(text: str) -> None:
    assert [*urls(text)] == []
