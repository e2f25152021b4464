"""What every room stands on; no word of the domain is spoken here.

database       the one way to touch PostgreSQL: `await db.run(unit, *args)`
supervision    one root task group, signals, drain, watchdog
in_flight      the requests being served, and what the drain does to them
deadlines      a request's time, and what each attempt inside it may take
concurrency    branches that keep their siblings alive, or bring them down, by choice
errors         facts with a kind
reader_processes  reading what strangers wrote, in processes that can be killed
identifiers    UUID 7 and secrets, seedable
clock          the time of day, settable
process        what a serving process asks of its interpreter and its machine
trace          the W3C trace context of outgoing calls
text         what may be stored, and what is one line
telemetry      logs, metrics, and the tree of tasks that live right now
"""
