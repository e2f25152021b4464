"""Custody: what must hold across the slices, always; a person's data as a whole, and its end.

Owns no table. Each slice declares what it keeps under the same three names (`EXPORTS`, `INVARIANTS`, `erase`);
`operations.SLICES` lists them, and everything here walks over it. `store` holds the few invariants that tables of
several slices have together. A new table of personal rows gets an export and an erasure in its slice, and a test names
the one that has not.

Entry points: `operations.check` (doctor prints it), `operations.watch_invariants` (one pass, which alarms in the log),
`operations.erase`, `operations.export`, `routes.routes`.
"""
