"""What every room stands on; no word of the domain is spoken here.

database       the one way to touch PostgreSQL: `await db.run(unit, *args)`
supervision    one root task group, signals, drain, watchdog
deadlines      a request's time, and what each attempt inside it may take
concurrency    branches that keep their siblings alive, or bring them down, by choice
errors         facts with a kind
identifiers    UUID 7 and secrets, seedable
clock          the time of day, settable
telemetry      logs, metrics, and the tree of tasks that live right now
"""
