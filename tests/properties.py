"""How many examples a property is tried with, and whether they are the same in every run."""

from typing import Any

from hypothesis import settings

GATE, LONG = "gate", "long"
# What one that names no count is tried with, in either.
ORDINARY, MANY = 100, 2_000

# A busy machine decides no test: no deadline. What a long run finds becomes an `@example`, so nothing is kept on disk.
settings.register_profile(GATE, max_examples=ORDINARY, derandomize=True, deadline=None, database=None)
settings.register_profile(LONG, max_examples=MANY, derandomize=False, deadline=None, database=None)


def examples(count: int, **others: Any) -> settings:
    """Try a property with `count` examples in the gate, and with twenty times as many in the long run."""
    return settings(max_examples=count * settings().max_examples // ORDINARY, **others)
