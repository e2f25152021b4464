import json

import pytest

from service.postings.reading.data import json_ld, schema_org

POSTING = {"@context": "https://schema.org", "@type": "JobPosting", "title": "Baker"}
WRITTEN = json.dumps(POSTING)


def titles(*scripts: str) -> list[str]:
    return [schema_org.title_of(node) for node in json_ld.postings(scripts)]


@pytest.mark.parametrize(
    "script",
    [
        WRITTEN,
        f"[{WRITTEN}]",
        json.dumps({"@graph": [{"@type": "Organization"}, POSTING]}),
        json.dumps({"@type": "WebPage", "mainEntity": POSTING}),
        json.dumps({**POSTING, "@type": ["JobPosting", "Thing"]}),
        json.dumps({"@type": "http://schema.org/JobPosting", "http://schema.org/title": "Baker"}),
        json.dumps({"@type": "schema:JobPosting", "schema:title": {"@value": "Baker", "@language": "en"}}),
        f"<!-- {WRITTEN} -->",
        f"//<![CDATA[\n{WRITTEN}\n//]]>",
        f"/* <![CDATA[ */ {WRITTEN} /* ]]> */",
        f"{WRITTEN};",
        WRITTEN.replace('"', "&quot;"),
        WRITTEN[:-1] + ', "skills": ["a", "b",],}',
        WRITTEN[:-1] + ', "description": "one\n\ttwo"}',
        WRITTEN[:-1] + ', "description": "it\\\'s \\d fine",}',
        f"{WRITTEN}\n{json.dumps({'@type': 'Organization'})}",
        f"{json.dumps({'@type': 'Organization'})},{WRITTEN},",
    ],
)
def test_a_posting_is_found_however_it_is_wrapped_or_broken(script: str) -> None:
    assert titles(script) == ["Baker"]


@pytest.mark.parametrize(
    "script", ["", "null", "{", "[" * 5_000 + "]" * 5_000, '"' * 5_000, "9" * 5_000, '{"@type": "Recipe"}', "\\", "NaN"]
)
def test_nothing_is_found_where_there_is_nothing(script: str) -> None:
    assert titles(script) == []


def test_a_trailing_comma_inside_a_string_stays() -> None:
    [node] = json_ld.postings(('{"@type": "JobPosting", "title": "a,]", "x": [1,],}',))
    assert schema_org.title_of(node) == "a,]"


def test_things_that_name_each_other_end() -> None:
    things = [{"@type": "JobPosting", "@id": str(n), "a": [{"@id": str(m)} for m in range(20)]} for n in range(20)]
    assert len(json_ld.postings((json.dumps(things),))) == 20


def test_an_employer_named_elsewhere_is_found() -> None:
    graph = {
        "@graph": [
            {"@id": "#us", "@type": "Organization", "name": "Crumb & Sons"},
            {**POSTING, "hiringOrganization": {"@id": "#us"}},
        ]
    }
    [node] = json_ld.postings((json.dumps(graph),))
    [organization] = schema_org.nodes(node, "hiringOrganization")
    assert schema_org.first(organization, "name") == schema_org.Leaf("Crumb & Sons")


def test_a_posting_beside_much_that_is_broken_is_found() -> None:
    assert titles(*["[1,],"] * 50, WRITTEN) == ["Baker"]
    assert titles("x" * (json_ld.SCRIPTS_MAX_CHARS + 1), WRITTEN) == ["Baker"]
    assert titles("x" * json_ld.REPAIR_MAX_CHARS, f"{WRITTEN},") == []


def test_the_search_for_objects_has_an_end() -> None:
    assert titles(f"[{'1,' * (json_ld.VISITED_MAX // 2)}{WRITTEN}]") == ["Baker"]
    assert titles(f"[{'1,' * json_ld.VISITED_MAX}{WRITTEN}]") == []


def test_objects_are_looked_for_to_a_depth() -> None:
    assert titles("[" * json_ld.DEPTH_MAX + WRITTEN + "]" * json_ld.DEPTH_MAX) == ["Baker"]
    assert titles("[" * (json_ld.DEPTH_MAX + 1) + WRITTEN + "]" * (json_ld.DEPTH_MAX + 1)) == []
