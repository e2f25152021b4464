"""From the environment and `.env` to `Settings`, and back to what may be shown; the secret of tokens."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin

import msgspec
import platformdirs

from service.kernel.identifiers import weakness_of
from service.settings.problems import BadSettings, contradictions
from service.settings.variables import MASK, Settings, Variable, variables, without_password

# Where the embedded server must run as another user, that user has to reach the data: root's home will not do.
DATA_DIR_OF_ROOT = Path("/var/lib/overture")


def load_settings(environment: Mapping[str, str], *, directory: Path, **given: object) -> Settings:
    """Read `environment`, filled in from `directory/.env`; `given` (a command's flags, by field) beats both.

    Raises `BadSettings`. Touches nothing but `.env`: no directory is made here.
    """
    values = {**read_dotenv(directory / ".env"), **environment}
    problems: list[str] = []
    fields: dict[str, Any] = {}
    for field, kind, variable in variables():
        flag = given.get(field)
        text = values.get(variable.name, "").strip() if flag is None else str(flag)
        if not text:
            continue
        try:
            fields[field] = _parse(text, kind)
        except ValueError:  # msgspec's own words would name types of ours; the variable's are for its reader
            shown = MASK if variable.is_secret else repr(text)
            problems.append(f"{variable.name}: {shown} is not {variable.accepts}.")
    fields.setdefault("data_dir", default_data_dir())
    settings = Settings(**fields)
    problems += contradictions(settings)
    if problems:
        raise BadSettings(problems)
    return settings


def default_data_dir() -> Path:
    return (
        DATA_DIR_OF_ROOT if os.name == "posix" and os.geteuid() == 0 else Path(platformdirs.user_data_dir("overture"))
    )


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Variables that sound like ours and are not: a spelling mistake would otherwise pass in silence."""
    known = {variable.name for _field, _kind, variable in variables()}
    return sorted(name for name in environment if name.startswith("OVERTURE_") and name not in known)


def read_dotenv(path: Path) -> dict[str, str]:
    """`NAME=value` lines; `export`, comments and matching quotes are understood, nothing is expanded."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    values: dict[str, str] = {}
    problems: list[str] = []
    for number, raw in enumerate(lines, 1):
        line = raw.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            problems.append(f".env, line {number}: not NAME=value")
            continue
        values[name.strip()] = _unquote(value.strip())
    if problems:
        raise BadSettings(problems)
    return values


def _unquote(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()


def _parse(text: str, kind: Any) -> Any:
    if kind is Path:
        return Path(text).expanduser().absolute()
    if get_origin(kind) is dict:
        return msgspec.json.decode(text, type=kind)
    if get_origin(kind) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if get_origin(kind) is Literal or get_origin(get_args(kind)[0] if get_args(kind) else kind) is Literal:
        return msgspec.convert(text.lower(), kind)
    return msgspec.convert(text, kind, strict=False)


def describe(settings: Settings) -> dict[str, str]:
    """The effective configuration by variable, as it may be shown: secrets and passwords masked."""
    return {variable.name: _show(getattr(settings, field), variable) for field, _kind, variable in variables()}


def _show(value: Any, variable: Variable) -> str:
    if value is None or value in ((), {}):
        return "(unset)"
    if variable.is_secret:
        return MASK
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case tuple():
            return ",".join(map(str, cast("tuple[str, ...]", value)))
        case _:
            text = msgspec.json.encode(value).decode() if isinstance(value, dict) else str(value)
            return without_password(text) if "://" in text else text


def token_secret(settings: Settings) -> bytes | None:
    """What tokens are signed with: the given secret, else one made once and kept in the data directory for this user's
    eyes only; None where tokens are verified with somebody's public keys. Raises `BadSettings`."""
    if settings.jwks_url is not None:
        return None
    if settings.jwt_secret is not None:
        return settings.jwt_secret.encode()
    try:
        return _kept_secret(settings.data_dir / "jwt-secret")
    except OSError as error:
        raise BadSettings(
            [f"OVERTURE_DATA_DIR: {settings.data_dir} is not a directory this process may write to ({error.strerror})."]
        ) from error


def _kept_secret(file: Path) -> bytes:
    # Root's directory holds the data of the embedded server, which runs as another user: it may pass, not look.
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o711 if os.geteuid() == 0 else 0o700)
    if not file.exists():
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        with suppress(FileExistsError):  # another process was first: its secret counts
            os.link(draft, file)
        draft.unlink()
    kept = file.read_bytes()
    if weakness := weakness_of(kept):
        raise BadSettings([f"{file}: {weakness}; remove it, and start."])
    return kept


def installed_version() -> str:
    try:
        return version("overture")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0+checkout"
