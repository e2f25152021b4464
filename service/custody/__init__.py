"""Custody: what must hold across the slices, always; a person's data as a whole, and its end.

Owns no table. `store` holds each invariant as one named SQL statement that returns what breaks it; a statement is its
own snapshot, so work in flight cannot make it lie. A person's data is handed out and erased by what each slice gives:
its exports and its `erase(tx, user)`; a new table of personal rows gets both, and a test names the one that has not.

Entry points: `operations.check` (doctor prints it), `tasks.watch_invariants` (one pass, which alarms in the log),
`operations.erase`, `operations.export`, `routes.routes`.
"""
