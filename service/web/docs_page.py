"""The reference as one HTML page, rendered from the OpenAPI document, with a form to try each call."""

import json
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from service.kernel.errors import ServiceError
from service.web.problems import status_of

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/"


def render(contract: Json, *, style: str, script: str, problems: Iterable[type[ServiceError]]) -> str:
    """The whole page; every text of the document is escaped."""
    info = contract["info"]
    calls = list(_calls(contract))
    tags = list(dict.fromkeys(_tag(operation) for _, _, operation in calls))
    components = contract["components"]["schemas"]
    sections = "".join(_section(tag, [call for call in calls if _tag(call[2]) == tag], components) for tag in tags)
    schemas = "".join(_schema_entry(name, schema) for name, schema in sorted(components.items()))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])} API</title><style>{style}</style></head><body>"
        f"<nav><strong>{escape(info['title'])}</strong><small>{escape(info['version'])}</small>{_menu(tags, calls)}"
        '<a href="#problems">Problems</a><a href="#schemas">Types</a><a href="/openapi.json">openapi.json</a></nav>'
        f"<main><h1>{escape(info['title'])} API</h1><p>{escape(info['description'])}</p>"
        '<p><label>To try the calls: a token <input id="token" type="password" autocomplete="off"></label></p>'
        f"{sections}"
        f'<section id="problems"><h2>Problems</h2>{_problems(problems)}</section>'
        f'<section id="schemas"><h2>Types</h2>{schemas}</section></main>'
        f"<script>{script}</script></body></html>"
    )


def _calls(contract: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in contract["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _tag(operation: Json) -> str:
    return operation["tags"][0] if operation["tags"] else "other"


def _menu(tags: Sequence[str], calls: Sequence[tuple[str, str, Json]]) -> str:
    parts: list[str] = []
    for tag in tags:
        links = "".join(
            f'<a href="#{escape(operation["operationId"])}">{_badge(method)}<span>{escape(path)}</span></a>'
            for method, path, operation in calls
            if _tag(operation) == tag
        )
        parts.append(f"<details open><summary>{escape(tag)}</summary>{links}</details>")
    return "".join(parts)


def _badge(method: str) -> str:
    return f'<b class="method {escape(method.lower())}">{escape(method)}</b>'


def _section(tag: str, calls: Sequence[tuple[str, str, Json]], components: Json) -> str:
    return f"<section><h2>{escape(tag)}</h2>{''.join(_call(*call, components) for call in calls)}</section>"


def _call(method: str, path: str, operation: Json, components: Json) -> str:
    access = "bearer token" if operation["security"] else "no token"
    body = operation.get("requestBody")
    heading = f"<h3>{_badge(method)}<code>{escape(path)}</code><small>{access}</small></h3>"
    parts = [
        f'<article id="{escape(operation["operationId"])}">{heading}<p>{escape(operation["summary"])}</p>',
        "".join(
            f"<p>{escape(text)}</p>" for text in operation["description"].split("\n\n") if text != operation["summary"]
        ),
        _parameters(operation["parameters"]),
    ]
    if body is not None:
        content = "".join(_content(kind, media.get("schema", {})) for kind, media in body["content"].items())
        parts.append(f"<h4>Body{'' if body['required'] else ' (optional)'}</h4>{content}")
    parts += [_answers(operation["responses"]), _try(method, path, operation, components)]
    return "".join([*parts, "</article>"])


def _content(media_type: str, schema: Json) -> str:
    """What is sent as what; the fields of what has no name of its own."""
    named = f"<p><code>{escape(media_type)}</code> {_type(schema)}</p>"
    return f"{named}<table>{_rows(schema)}</table>" if "properties" in schema else named


def _parameters(parameters: Sequence[Json]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(item['name'])}</code>{' *' if item['required'] else ''}</td>"
        f"<td>{escape(item['in'])}</td><td>{_type(item['schema'])}</td>"
        f"<td>{escape(item.get('description', ''))}</td></tr>"
        for item in parameters
    )
    return f"<details><summary>Parameters</summary><table>{rows}</table></details>"


def _try(method: str, path: str, operation: Json, components: Json) -> str:
    """A form that `docs.js` sends."""
    fields = [_input(item) for item in operation["parameters"] if item["name"] != "X-Request-ID"]
    answers = [kind for status, answer in operation["responses"].items() if status < "3" for kind in answer["content"]]
    kinds = [kind for kind in dict.fromkeys(answers) if not kind.startswith("application/problem")]
    if len(kinds) > 1:
        options = "".join(f"<option>{escape(kind)}</option>" for kind in kinds)
        fields.append(f'<label>Accept <select name="Accept" data-in="header">{options}</select></label>')
    for kind, media in operation.get("requestBody", {"content": {}})["content"].items():
        if kind.startswith("multipart/"):
            names = "".join(f'<input type="file" name="{escape(name)}">' for name in media["schema"]["properties"])
            fields.append(f"<label>or a file {names}</label>" if fields else names)
        elif not any("<textarea" in field for field in fields):
            text = json.dumps(_example(media["schema"], components), indent=2) if "json" in kind else ""
            fields.append(f'<textarea data-type="{escape(kind)}" spellcheck="false" rows="6">{escape(text)}</textarea>')
    form = f'<form data-method="{escape(method)}" data-path="{escape(path)}">{"".join(fields)}'
    return f"<details><summary>Try it</summary>{form}<button>Send</button><output></output></form></details>"


def _input(parameter: Json) -> str:
    name, required = escape(parameter["name"]), " required" if parameter["required"] else ""
    return f'<label>{name} <input name="{name}" data-in="{escape(parameter["in"])}"{required}></label>'


def _example(schema: Json, components: Json) -> Any:
    """As little as can be sent: what is required, with values of its type."""
    if "$ref" in schema:
        return _example(components[schema["$ref"].removeprefix(_REFERENCE)], components)
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return _example(choices[0], components)
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return {name: _example(schema["properties"][name], components) for name in schema.get("required", ())}
    values: Json = {"string": "", "integer": schema.get("minimum", 0), "number": 0, "boolean": False, "array": []}
    return values.get(schema.get("type", "object"), {})


def _answers(responses: Json) -> str:
    rows: list[str] = []
    for status, response in responses.items():
        kinds = [_type(media["schema"]) for media in response["content"].values() if "examples" not in media]
        said = " ".join([*kinds, _mark_code(response["description"])])
        rows.append(f'<tr class="s{status[0]}"><td><code>{escape(status)}</code></td><td>{said}</td></tr>')
    return f"<h4>Answers</h4><table>{''.join(rows)}</table>"


def _mark_code(text: str) -> str:
    """`slug` in back quotes becomes code, linked to where it is explained."""
    parts = text.split("`")
    return "".join(
        f'<a href="#problem-{escape(part)}"><code>{escape(part)}</code></a>' if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


def _problems(problems: Iterable[type[ServiceError]]) -> str:
    by_slug = {kind.slug: kind for kind in problems}
    rows = "".join(
        f'<tr id="problem-{escape(slug)}"><td><code>{escape(slug)}</code></td><td>{status_of(kind)}</td>'
        f"<td>{escape(kind.title)}</td><td>{escape(' '.join((kind.__doc__ or '').split()))}</td></tr>"
        for slug, kind in sorted(by_slug.items())
    )
    return f"<table>{rows}</table>"


def _rows(schema: Json) -> str:
    required = schema.get("required", ())
    return "".join(
        f"<tr><td><code>{escape(field)}</code>{' *' if field in required else ''}</td><td>{_type(kind)}</td>"
        f"<td>{escape(kind.get('description', ''))}</td></tr>"
        for field, kind in schema.get("properties", {}).items()
    )


def _schema_entry(name: str, schema: Json) -> str:
    rows = _rows(schema)
    said = escape(" ".join(schema.get("description", "").split()))
    values = "" if rows else f"<p>{_type(schema)}</p>"
    heading = f"<h3><code>{escape(name)}</code></h3><p>{said}</p>"
    return f'<article id="type-{escape(name)}">{heading}{values}<table>{rows}</table></article>'


def _type(schema: Json) -> str:
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(_REFERENCE))
        return f'<a href="#type-{name}"><code>{name}</code></a>'
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(_type(choice) for choice in choices)
    if "enum" in schema:
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array" and isinstance(schema.get("items"), dict):
        return f"list of {_type(schema['items'])}"
    return f"{escape(str(schema.get('format') or schema.get('type') or 'any'))}{_limits(schema)}"


def _limits(schema: Json) -> str:
    names = {"minimum": "from", "maximum": "to", "minLength": "at least", "maxLength": "at most", "default": "default"}
    said = [f"{word} {schema[name]}" for name, word in names.items() if schema.get(name) is not None]
    return f" <small>{escape(', '.join(said))}</small>" if said else ""
