"""Custody: what must hold across the slices, always.

Owns no table and changes no row. `store` holds each invariant as one named SQL statement that returns what breaks it;
a statement is its own snapshot, so work in flight cannot make it lie. (A person's export and erasure belong here too.)

Entry points: `operations.check` (doctor prints it), `tasks.watch_invariants` (one pass, which alarms in the log).
"""
