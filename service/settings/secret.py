"""What tokens are signed with."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from service.settings.problems import JWT_SECRET_MIN_BYTES, BadSettings
from service.settings.variables import Settings


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
    if len(kept) < JWT_SECRET_MIN_BYTES:
        raise BadSettings([f"{file}: is not a secret of at least {JWT_SECRET_MIN_BYTES} bytes; remove it, and start."])
    return kept
