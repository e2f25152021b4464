"""The rules of the house that an import contract cannot say; the contracts themselves stand in pyproject.toml."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SERVICE = ROOT / "service"

SLICES = ("accounts", "credits", "emails", "payments", "postings", "projects", "resumes", "usage")
NEIGHBOURS_MAY_IMPORT = ("operations", "model")
EVERYTHING = ("Exception", "BaseException")
BROAD_EXCEPT_STANDS_IN = {
    "service/web/problems.py",
    "service/web/event_stream.py",
    "service/kernel/supervision.py",
    "service/kernel/concurrency.py",
    "service/web/http_server.py",
}


def modules() -> Iterator[Path]:
    return SERVICE.rglob("*.py")


def imported(module: Path) -> Iterator[str]:
    """Every dotted name a module imports, as far as the source says it."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("slice_name", SLICES)
def test_a_neighbour_is_known_by_its_operations_and_its_model_alone(slice_name: str) -> None:
    trespasses: list[str] = []
    for module in (SERVICE / slice_name).rglob("*.py"):
        for name in imported(module):
            parts = name.split(".")
            is_neighbour = parts[0] == "service" and parts[1] in SLICES and parts[1] != slice_name
            if is_neighbour and not set(parts[2:4]) & set(NEIGHBOURS_MAY_IMPORT):  # of a feature, or of the slice
                trespasses.append(f"{module.relative_to(ROOT)} imports {name}")
    assert trespasses == []


@pytest.mark.parametrize("slice_name", SLICES)
def test_operations_know_nothing_of_http(slice_name: str) -> None:
    slice_root = SERVICE / slice_name
    inner = [
        module
        for module in slice_root.rglob("*.py")
        if module.relative_to(slice_root).parts[0] not in ("routes.py", "schema.py", "__init__.py")
    ]
    trespasses = [
        f"{module.relative_to(ROOT)} imports {name}"
        for module in inner
        for name in imported(module)
        if name.startswith("service.web.") and not name.startswith("service.access.store")
    ]
    assert trespasses == []


def implementation(name: str) -> str | None:
    """The room whose concrete file an imported name reaches into, if it does."""
    parts = name.split(".")
    if parts[:2] != ["service", "adapters"] or len(parts) < 4:
        return None
    return parts[2] if (SERVICE / "adapters" / parts[2] / f"{parts[3]}.py").is_file() else None


def test_vendors_are_named_by_the_composition_root_alone() -> None:
    trespasses: list[str] = []
    for module in modules():
        home = module.relative_to(SERVICE)
        for name in imported(module):
            room = implementation(name)
            if room and home.parts[0] != "resources" and home.parts[:2] != ("adapters", room):
                trespasses.append(f"{home} imports {name}")
    assert trespasses == []


def swallows_everything(handler: ast.ExceptHandler) -> bool:
    """Whether an `except` takes any exception and may let none of it go on."""
    is_broad = handler.type is None or (isinstance(handler.type, ast.Name) and handler.type.id in EVERYTHING)
    return is_broad and not any(isinstance(node, ast.Raise) for node in ast.walk(handler))


def test_everything_is_swallowed_in_four_places_only() -> None:
    found = {
        str(module.relative_to(ROOT))
        for module in modules()
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and swallows_everything(node)
    }
    assert found <= BROAD_EXCEPT_STANDS_IN


def test_every_room_has_a_door_that_says_what_it_is() -> None:
    silent = [
        str(door.relative_to(ROOT))
        for door in SERVICE.rglob("__init__.py")
        if not ast.get_docstring(ast.parse(door.read_text(encoding="utf-8")))
    ]
    assert silent == []
