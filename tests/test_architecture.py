"""The rules of the house that an import contract cannot say; the contracts themselves stand in pyproject.toml."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SERVICE = ROOT / "service"
TESTS = ROOT / "tests"
# What they test is the whole: they mirror nothing.
OF_THE_WHOLE = ("journeys", "benchmarks", "fakes", "test_architecture.py", "test_statements.py")

# As the import contract names them: a slice, and a feature of one that is cut as a slice is.
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
(CUT_AS_SLICES,) = (each["containers"] for each in CONTRACTS if each["name"].startswith("A slice:"))
SLICES = [name.removeprefix("service.") for name in CUT_AS_SLICES if name.count(".") == 1]
MODULE_MAX_LINES, FUNCTION_MAX_LINES = 400, 60
NEIGHBOURS_MAY_IMPORT = ("operations", "model")
EVERYTHING = ("Exception", "BaseException")
BROAD_EXCEPT_STANDS_IN = {
    "service/web/problems.py",
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


def speaks_http(module: Path) -> bool:
    """Whether it is a slice's `routes` or `schema`, be that a file or a package, or the door of one."""
    parts = module.relative_to(SERVICE).with_suffix("").parts
    return parts[-1] == "__init__" or bool({"routes", "schema"} & set(parts))


@pytest.mark.parametrize("slice_name", SLICES)
def test_operations_know_nothing_of_http(slice_name: str) -> None:
    trespasses = [
        f"{module.relative_to(ROOT)} imports {name}"
        for module in (SERVICE / slice_name).rglob("*.py")
        if not speaks_http(module)
        for name in imported(module)
        if f"{name}.".startswith(("service.web.", "starlette.", "hypercorn."))
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


def test_nothing_is_too_long() -> None:
    """The plan's sense of proportion, as a law: whatever is longer hides a room or a verb that wants to come out."""
    found: list[str] = []
    for module in modules():
        source = module.read_text(encoding="utf-8")
        lengths = {"": source.count("\n")}
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                lengths[f" {node.name}"] = node.end_lineno - node.lineno + 1
        for name, lines in lengths.items():
            if lines > (FUNCTION_MAX_LINES if name else MODULE_MAX_LINES):
                found.append(f"{module.relative_to(ROOT)}{name}: {lines} lines")
    assert found == []


def mirrors(test: Path) -> bool:
    """Whether a test lies in the folder of a package and is named after what is in it (a module or a package, then
    possibly what of it is tried), or else is of that package as a whole: of two of its modules or more."""
    package = SERVICE / test.relative_to(TESTS).parent
    below = {path.stem for path in (package, *package.rglob("*")) if path.suffix == ".py" or path.is_dir()}
    words = test.stem.removeprefix("test_").split("_")
    if any("_".join(words[:count]) in below for count in range(len(words), 0, -1)):
        return True
    door = ".".join(package.relative_to(ROOT).parts)
    own = {name.removeprefix(f"{door}.").partition(".")[0] for name in imported(test) if name.startswith(f"{door}.")}
    return len(own) > 1


def test_tests_mirror_the_modules() -> None:
    tests = [test for test in TESTS.rglob("test_*.py") if test.relative_to(TESTS).parts[0] not in OF_THE_WHOLE]
    assert sorted(str(test.relative_to(ROOT)) for test in tests if not mirrors(test)) == []
