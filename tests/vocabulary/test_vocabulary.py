"""The files of the vocabulary: each can be read, and says what the readers rely on."""

from pathlib import Path

import msgspec
import pytest

from service import vocabulary
from service.vocabulary import shared
from service.vocabulary.languages import Language, languages


def test_every_language_is_a_file_by_its_code() -> None:
    assert {"de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt", "sv", "zh"} <= set(vocabulary.languages())


def test_a_new_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.joinpath("da.toml").write_text('locales = "da"\n[resume]\nat = "hos; ved"\n', encoding="utf-8")

    def folder(_package: str) -> Path:
        return tmp_path

    monkeypatch.setattr(shared, "files", folder)
    read = languages.__wrapped__()
    assert read.keys() == {"da"}
    assert read["da"].resume.at == ("hos", "ved")


def test_a_text_is_its_phrases_between_semicolons() -> None:
    german = vocabulary.languages()["de"]
    assert "vereinigte staaten" in german.countries
    assert "bäckerin" in german.roles.nouns


def test_a_name_the_struct_does_not_know_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="presnt"):
        msgspec.convert({"locales": ["da"], "presnt": ["nu"]}, Language)


def test_a_table_in_all_languages_has_each_phrase_once() -> None:
    nouns = vocabulary.phrases(lambda language: language.roles.nouns)
    assert {"nurse", "bäckerin", "infirmier", "enfermera"} <= set(nouns)
    assert len(nouns) == len(set(nouns))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("march", 3),
        ("märz", 3),
        ("mrz", 3),
        ("févr", 2),
        ("septiembre", 9),
        ("setiembre", 9),
        ("jänner", 1),
        ("dez", 12),
    ],
)
def test_months_are_known_by_their_names_and_short_ones(name: str, number: int) -> None:
    assert vocabulary.months()[name] == number


def test_countries_are_known_in_all_languages() -> None:
    assert {"germany", "deutschland", "allemagne", "alemania", "usa", "turkey"} <= vocabulary.countries()


@pytest.mark.parametrize("language", sorted(vocabulary.languages()))
def test_phrases_are_in_lower_case(language: str) -> None:
    read = vocabulary.languages()[language]
    resume = read.resume
    tables = (
        *resume.sections.values(),
        *(getattr(group, name) for group in (resume.labels, resume.words) for name in group.__struct_fields__),
    )
    phrases = (
        *read.present,
        *read.stop_words,
        *read.countries,
        *read.roles.nouns,
        *read.roles.loose,
        *resume.document_names,
    )
    phrases += tuple(phrase for table in tables for phrase in table)
    assert [phrase for phrase in phrases if phrase != phrase.lower()] == []


def test_legal_forms_are_as_they_are_written() -> None:
    forms = vocabulary.companies()
    assert {"GmbH", "Ltd", "S.A."} <= set(forms.certain)
    assert "AG" in forms.short
    assert "株式会社" in forms.joined


def test_files_are_read_from_the_package_itself() -> None:
    assert "companies.toml" in shared.names(".toml")


@pytest.mark.parametrize("ending", ["photography", "co.uk", "ninja", "xn--p1ai"])
def test_host_endings_are_those_of_the_public_suffix_list(ending: str) -> None:
    assert vocabulary.public_suffixes().is_public(ending)


def test_what_is_on_no_list_is_no_host_ending() -> None:
    assert vocabulary.public_suffixes().privatesuffix("node.js") is None


def test_languages_that_people_speak_have_names_in_all_languages() -> None:
    assert {"german", "deutsch", "inglese", "szwedzki", "日本語"} <= vocabulary.language_names()
    assert not {"go", "python", "java", "scala", "swift"} & vocabulary.language_names()


def test_countries_are_those_of_the_languages_and_not_the_codes_of_the_languages() -> None:
    of_locales = {"AT", "BE", "CH", "GB", "IN", "MX"}
    assert {"BR", "CN", "CZ", "DE", "ES", "JP", "PL", "SE", "US", *of_locales} <= set(vocabulary.territories())
    assert {"CA", "CS", "JA", "SV", "ZH"}.isdisjoint(vocabulary.territories())


def test_regions_are_known_by_codes_and_names() -> None:
    assert "CA" in vocabulary.regions().codes
    assert "bayern" in vocabulary.regions().names
