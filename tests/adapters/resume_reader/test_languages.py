"""Résumés in the languages of the vocabulary, each in a form that is common there; and in one that is not known."""

from typing import Any

import pytest

from service.adapters.resume_reader.reader_process import read_file
from service.adapters.resume_reader.recognition.document import recognised

PORTUGUESE = """Rafaela Monteiro
EXPERIÊNCIA PROFISSIONAL
Desenvolvedora Backend
Cargas Andorinha Ltda.
Março de 2020 – Atual
- APIs em Java
FORMAÇÃO ACADÊMICA
Bacharelado em Ciência da Computação
Universidade de São Paulo
2014 – 2018
HABILIDADES
Java
"""
ITALIAN = """Giulia Marangoni
ESPERIENZA LAVORATIVA
Sviluppatrice backend
Trasporti Gheppio S.r.l., Torino
03/2020 – in corso
- API in Python
ISTRUZIONE E FORMAZIONE
Laurea in Informatica
Università di Torino
2009 – 2013
COMPETENZE
Python
"""
DUTCH = """Sanne de Vries
WERKERVARING
Backend ontwikkelaar
Kanaalvracht B.V., Utrecht
maart 2020 - heden
- API's in Java
OPLEIDING
Bachelor Informatica
Hogeschool Utrecht
2013 - 2017
VAARDIGHEDEN
Java
"""
POLISH = """Katarzyna Nowak
DOŚWIADCZENIE ZAWODOWE
03.2020 – obecnie
Programistka Java
Ładunki Wisła Sp. z o.o., Kraków
- Usługi REST
WYKSZTAŁCENIE
2011 – 2016
Politechnika Krakowska
magister inżynier
UMIEJĘTNOŚCI
Java
"""
SWEDISH = """Erik Lindqvist
ARBETSLIVSERFARENHET
Systemutvecklare, Nordfrakt AB, Göteborg
2019 – nu
- Tjänster i Go
UTBILDNING
Civilingenjör i datateknik, Chalmers tekniska högskola, 2010 – 2015
KOMPETENSER
Go
"""
JAPANESE = """# 履歴書
佐藤 花子
## 職務経歴
### 株式会社テスト商事（2018年4月～現在）
**職種：** 営業担当
- 新規開拓
## 学歴
2014年4月〜2018年3月 東京大学
## スキル
- Excel
"""
CHINESE = """张伟
工作经历
2019年3月 - 至今\t北京示例科技有限公司\t后端工程师
- 支付系统开发
教育经历
2012年9月 - 2016年6月\t清华大学\t计算机科学\t本科
专业技能
Java
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            PORTUGUESE,
            (
                "Rafaela Monteiro",
                "Desenvolvedora Backend",
                "Cargas Andorinha Ltda.",
                "2020-03",
                "Universidade de São Paulo",
            ),
        ),
        (
            ITALIAN,
            (
                "Giulia Marangoni",
                "Sviluppatrice backend",
                "Trasporti Gheppio S.r.l.",
                "2020-03",
                "Università di Torino",
            ),
        ),
        (DUTCH, ("Sanne de Vries", "Backend ontwikkelaar", "Kanaalvracht B.V.", "2020-03", "Hogeschool Utrecht")),
        (
            POLISH,
            ("Katarzyna Nowak", "Programistka Java", "Ładunki Wisła Sp. z o.o.", "2020-03", "Politechnika Krakowska"),
        ),
        (SWEDISH, ("Erik Lindqvist", "Systemutvecklare", "Nordfrakt AB", "2019", "Chalmers tekniska högskola")),
        (JAPANESE, ("佐藤 花子", "営業担当", "株式会社テスト商事", "2018-04", "東京大学")),
        (CHINESE, ("张伟", "后端工程师", "北京示例科技有限公司", "2019-03", "清华大学")),
    ],
    ids=["pt", "it", "nl", "pl", "sv", "ja", "zh"],
)
def test_a_resume_of_each_language(text: str, expected: tuple[str, ...]) -> None:
    found = recognised(read_file(text.encode(), "cv.md" if "#" in text else "cv.txt"))
    (work,), (education,) = found["work"], found["education"]
    said = (found["basics"]["name"], work["position"], work["name"], work["startDate"], education["institution"])
    assert said == expected
    assert "endDate" not in work
    assert len(work["highlights"]) == 1
    assert len(found["skills"]) == 1
    assert "warnings" not in found


def test_a_language_that_is_not_known_is_said_so_and_nothing_is_made_of_it() -> None:
    # Invented, so that no file for it is ever added.
    text = "Mette Sorunel\nVORUMBLASK\nKodrimulo, Fraskip Oblum\n2019 - zi\nTramule dostrikel\n"
    text += "LORNIMBEK\nDatrumul, Ervakam Orhulim\nFORDINGHEK\nKotlin\n"
    found: dict[str, Any] = recognised(read_file(text.encode(), "cv.txt"))
    assert found.keys() == {"basics", "warnings"}
    assert found["basics"].keys() == {"name", "summary"}
    assert found["warnings"][0]["code"] == "unrecognised-resume"


def test_of_a_form_whose_labels_are_not_known_only_the_owner_of_the_address_is_told() -> None:
    text = "OSOBNÍ ÚDAJE\nJméno: Jan Novák\nNarozen: 12.5.1988\nRodné číslo: 880512/1234\njan.novak@example.cz\n"
    text += "PRACOVNÍ ZKUŠENOSTI\n2018 - 2023 Programátor, Vltava Software s.r.o., Praha\n"
    found: dict[str, Any] = recognised(read_file(text.encode(), "cv.txt"))["basics"]
    assert found.keys() == {"name", "email", "summary"}
    assert found["name"] == "Jan Novák"
    assert "12.5.1988" not in found["summary"]


def test_a_japanese_form_tells_days_on_which_somebody_came_and_went() -> None:
    text = "履歴書\n氏名　田中　健\n学歴\n2009年4月　京都大学 入学\n2013年3月　京都大学 卒業\n"
    text += "職歴\n2013年4月　株式会社サンプル製作所 入社\n2018年3月　株式会社サンプル製作所 退社\n"
    found = recognised(read_file(text.encode(), "cv.txt"))
    assert found["basics"] == {"name": "田中 健"}
    assert found["work"] == [{"name": "株式会社サンプル製作所"}]
    assert found["education"] == [{"institution": "京都大学", "endDate": "2013-03"}]
