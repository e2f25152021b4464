"""The types of the contract as JSON Schemas, in names and shapes from which generators make classes without loss."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec

from service.web.endpoint import Body, Endpoint, Events, JsonBody, JsonOrFile

Json = dict[str, Any]

_REFERENCE = "#/components/schemas/"
_REFERRED = re.compile(rf'"\$ref":"{_REFERENCE}([^"]+)"')
_GENERIC = re.compile(r"([A-Za-z0-9]+)_([A-Za-z0-9]+)_")


class FieldProblem(msgspec.Struct, frozen=True):
    """One place of the request that is wrong."""

    pointer: str
    detail: str


class Problem(msgspec.Struct, frozen=True):
    """RFC 9457. `type` ends in a stable slug; some problems have members of their own besides."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FieldProblem]


class Schemas:
    """Every type of every declaration, named once, in names from which every generator makes another class."""

    def __init__(self, endpoints: Sequence[Endpoint]) -> None:
        queries = list(dict.fromkeys(e.query for e in endpoints if e.query))
        told = [kind for e in endpoints if isinstance(e.sends, Events) for kind in e.sends.told.values()]
        bodies = [form for e in endpoints if (form := form_of(e.body)) is not None]
        others = [*bodies, *(e.answer for e in endpoints if e.answer is not None), *told]
        kinds = [Problem, *dict.fromkeys([*others, *queries])]
        found, components = msgspec.json.schema_components(kinds, ref_template=f"{_REFERENCE}{{name}}")
        names = _names(components)
        self.components = {
            names[name]: _rename(schema, names) | {"title": names[name]} for name, schema in components.items()
        }
        self._schemas = {kind: self._lift(_rename(schema, names)) for kind, schema in zip(kinds, found, strict=True)}
        # A query is spelled out as parameters, so its object leaves the components.
        alone = [query for query in queries if query not in others]
        self._queries = {query: self.components.pop(_component(self._schemas[query])) for query in alone}
        for name in self._reach(_component(self._schemas[body]) for body in bodies):
            _leave_defaults_to_us(self.components[name])

    def of(self, kind: Any) -> Json:
        return self._schemas[kind]

    def query(self, kind: Any) -> Json:
        return self._queries[kind]

    def _lift(self, schema: Any) -> Any:
        """The schema with every object that has a title as a component of that name: generators name what stands in
        place by where it stands, and take what stands in two places for two."""
        if isinstance(schema, list):
            return [self._lift(each) for each in cast("list[Any]", schema)]
        if not isinstance(schema, dict):
            return schema
        lifted = {key: self._lift(value) for key, value in cast("Json", schema).items()}
        if "title" not in lifted or "properties" not in lifted:
            return lifted
        if self.components.setdefault(lifted["title"], lifted) != lifted:
            raise ValueError(f"two types of the contract have one name: {lifted['title']}")
        return {"$ref": f"{_REFERENCE}{lifted['title']}"}

    def _reach(self, names: Iterable[str]) -> set[str]:
        """These components and all that they refer to."""
        reached: set[str] = set()
        waiting = [name for name in names if name]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += _REFERRED.findall(msgspec.json.encode(self.components[name]).decode())
        return reached


def _names(components: Iterable[str]) -> dict[str, str]:
    """`Page_Job_` becomes JobPage, and of several types of one name `service.crm.model.Status` CrmStatus: with their
    dots, generators take the last part for the name, and lose all but one."""
    names: dict[str, str] = {}
    for name in components:
        generic = _GENERIC.fullmatch(name)
        parts = name.split(".")
        short = f"{generic[2]}{generic[1]}" if generic else parts[-1]
        names[name] = short if len(parts) == 1 else f"{parts[1].title()}{short}"
    if len({name.casefold() for name in names.values()}) < len(names):
        raise ValueError(f"two types of the contract have one name: {sorted(names.values())}")
    return names


def _rename(schema: Any, names: Mapping[str, str]) -> Any:
    if isinstance(schema, list):
        return [_rename(each, names) for each in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    # Without saying so, an object of any members is one of none to generators.
    said = cast("Json", schema)
    is_free = said.get("type") == "object" and "properties" not in said and "additionalProperties" not in said
    return ({"additionalProperties": True} if is_free else {}) | {
        key: f"{_REFERENCE}{names[value.removeprefix(_REFERENCE)]}" if key == "$ref" else _rename(value, names)
        for key, value in said.items()
    }


def _component(schema: Json) -> str:
    return schema.get("$ref", "").removeprefix(_REFERENCE)


def _leave_defaults_to_us(schema: Json) -> None:
    """What is sent need not name what has a default. Where a schema states one, generators make its field required, for
    an answer always has it: so it is stated in words."""
    for field in schema.get("properties", {}).values():
        default = field.pop("default", None)
        if default is not None:
            said = f"By default {msgspec.json.encode(default).decode()}."
            field["description"] = " ".join(filter(None, (field.get("description"), said)))


def form_of(body: Body | None) -> Any:
    """What a JSON body is decoded into."""
    match body:
        case JsonBody(form=form) | JsonOrFile(json=JsonBody(form=form)):
            return form
        case _:
            return None
