"""Keys that a test rotates."""

from collections.abc import Sequence

from joserfc.jwk import Key, KeySet

from service.adapters.signing_keys import SigningKeysUnavailable


class ScriptedSigningKeys:
    """Publishes `keys`, which a test may replace; with none, it cannot be reached."""

    def __init__(self, keys: Sequence[Key] = ()) -> None:
        self.keys = list(keys)

    async def fetch(self) -> KeySet:
        if not self.keys:
            raise SigningKeysUnavailable("No key set can be had.")
        return KeySet(self.keys)
