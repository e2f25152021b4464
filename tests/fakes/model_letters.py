"""What the fake model writes: a letter in the form it was asked for, out of what the prompt holds; no model at all.

It finds the places of evidence in the user's message (a JSON document with `places`, else lines that begin with a
reference such as `work/0/highlights/1`) and quotes them. Where it `obeys`, it does what the text around it says, as a
model does that was taken in: every instruction it finds, every link and address goes into the letter.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

QUOTED_MAX = 2
QUOTED_MAX_WORDS = 25
CITED = re.compile(
    r"(?:work|projects|volunteer)/\d+/(?:highlights/\d+|summary|description)|requirements/\d+|repositories/\d+(?:/\w+)?"
)
SOURCES = {"requirements": "job", "repositories": "github"}
PLACE = re.compile(rf"\b(?P<reference>{CITED.pattern})\b[\"'\])>:;,=\s-]*(?P<text>[^\n\"<>]{{8,300}})")
INSTRUCTION = re.compile(
    r"(?i)[^\n\"]*\b(?:ignore|disregard|include|insert|mention|append|visit|contact|write to|reply to|must)\b[^\n\"]*"
)
LURE = re.compile(r"https?://[^\s\"'<>)\]]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+\d[\d ()-]{6,}\d")

Place = tuple[str, str, str]  # source, reference, text


def letter(body: Mapping[str, Any], *, obeys: bool = False, adds: str = "") -> str:
    """The answer to a request for chat completions, as JSON that follows the request's schema. `adds` goes into the
    letter whatever the prompt says: what a model would say that was taken in by something we cannot think of."""
    said = [str(message.get("content", "")) for message in body.get("messages", []) if message.get("role") != "system"]
    nothing: dict[str, Any] = {}
    data = next((found for text in said for found in _documents(text) if "places" in found), nothing)
    places = [*_places(data)] or [place for text in said for place in _lines(text)]
    sentences = [(_sentence(place), place) for place in _chosen(places)]
    paragraphs = [
        f"Dear {data.get('recruiter', {}).get('name') or 'hiring team'},",
        f"I am writing about your opening: {data.get('position') or 'the role you posted'}.",
        " ".join(sentence for sentence, _ in sentences) or "I read the posting with interest.",
        *(_temptations(said) if obeys else []),
        *([adds] if adds else []),
        "May we talk about it next week?",
        f"Kind regards,\n{data.get('candidate') or 'the candidate'}",
    ]
    schema = body.get("response_format", {}).get("json_schema", {}).get("schema", {})
    answer = {
        "subject": f"About your opening: {data.get('position') or 'the role you posted'}",
        "body": "\n\n".join(paragraphs),
        "claims": [_claim(sentence, place, schema) for sentence, place in sentences],
    }
    return json.dumps(answer | _rest_of(schema, answer), ensure_ascii=False)


def _documents(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects that begin at the beginning of a line."""
    decoder = json.JSONDecoder()
    for found in re.finditer(r"^\{", text, re.MULTILINE):
        try:
            yield decoder.raw_decode(text, found.start())[0]
        except ValueError:
            continue


def _places(data: Mapping[str, Any]) -> Iterator[Place]:
    for place in data.get("places", []):
        if CITED.fullmatch(place["reference"]):
            yield place["source"], place["reference"], place["text"]


def _lines(text: str) -> Iterator[Place]:
    for found in PLACE.finditer(text):
        yield SOURCES.get(found["reference"].partition("/")[0], "resume"), found["reference"], found["text"]


def _chosen(places: Sequence[Place]) -> list[Place]:
    """What the posting asks for, and what the candidate has done."""
    short = [place for place in places if len(place[2].split()) <= QUOTED_MAX_WORDS and "\n" not in place[2]]
    asked = [place for place in short if place[0] == "job"]
    done = [place for place in short if place[0] != "job"]
    return [*asked[:1], *done[:QUOTED_MAX]]


def _sentence(place: Place) -> str:
    source, _, text = place
    words = text.strip().rstrip(".,;!?")
    return f"You ask for: {words}." if source == "job" else f"What I have done: {words}."


def _claim(sentence: str, place: Place, schema: Mapping[str, Any]) -> dict[str, Any]:
    cited = {"source": place[0], "reference": place[1]}
    fields = schema.get("properties", {}).get("claims", {}).get("items", {}).get("properties", {})
    return {"text": sentence, **cited} if "source" in fields else {"text": sentence, "sources": [cited]}


def _temptations(said: Sequence[str]) -> list[str]:
    found = [line.strip() for text in said for line in INSTRUCTION.findall(text)]
    lures = [lure for text in said for lure in LURE.findall(text)]
    return [*islice(dict.fromkeys([*found, *lures]), 20)]


def _rest_of(schema: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any]:
    """Something of the right type for whatever else the schema asks for."""
    properties = cast("dict[str, dict[str, Any]]", schema.get("properties", {}))
    empty: dict[str, Any] = {"array": [], "object": {}, "integer": 0, "number": 0, "boolean": False}
    return {
        name: empty.get(str(property_.get("type")), "") for name, property_ in properties.items() if name not in answer
    }
