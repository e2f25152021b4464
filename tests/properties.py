"""How many examples a property is tried with, and whether they are the same in every run."""

from typing import Any

from hypothesis import settings

FAST, GATE, LONG = "fast", "gate", "long"
# What one that names no count is tried with, in each.
FEW, ORDINARY, MANY = 20, 100, 2_000

# A busy machine decides no test: no deadline. What a long run finds becomes an `@example`, so nothing is kept on disk.
settings.register_profile(FAST, max_examples=FEW, derandomize=True, deadline=None, database=None)
settings.register_profile(GATE, max_examples=ORDINARY, derandomize=True, deadline=None, database=None)
settings.register_profile(LONG, max_examples=MANY, derandomize=False, deadline=None, database=None)


def examples(count: int, **others: Any) -> settings:
    """Try a property with `count` examples in the gate, a fifth in the fast lane, twenty times at length."""
    return settings(max_examples=count * settings().max_examples // ORDINARY, **others)
