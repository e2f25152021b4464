"""Reading the files of this folder into their structs."""

import tomllib
from importlib.resources import files
from typing import Any, TypeAlias, TypeVar, cast

import msgspec

Phrases: TypeAlias = tuple[str, ...]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of tables; a name that it does not know is an error when a file is read."""


T = TypeVar("T", bound=Table)


def names(ending: str) -> list[str]:
    return sorted(file.name for file in files("service.vocabulary").iterdir() if file.name.endswith(ending))


def text(name: str) -> str:
    return files("service.vocabulary").joinpath(name).read_text(encoding="utf-8")


def read(name: str, table: type[T]) -> T:
    """Every text of the file becomes its phrases, one line each; raises `msgspec.ValidationError` for a name that the
    struct does not know, so that a slip of the pen in a new language is seen."""
    document = tomllib.loads(text(name))
    return msgspec.convert(_split(document), table, str_keys=True)


def _split(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _split(inner) for key, inner in cast("dict[str, Any]", value).items()}
    if isinstance(value, str):
        return [" ".join(phrase.split()) for phrase in value.split(";") if phrase.strip()]
    return value
