"""Overture: the outreach service behind a job search.

Rooms, from the top of the house down; each may use those below it, and the import contracts in pyproject.toml hold
it to that.

cli            one file per command; owns all printing
asgi           `app`, for any ASGI server
app            the whole URL table, middleware order
background     the whole table of tasks and sweepers
composition    what is built once from the resources, for app, background and cli
resources      what is open while the process lives; the only room that names concrete vendors
settings       the only room that reads the environment
health         probes, and the live task tree
custody        a person's data as a whole and its end; the invariants across slices
emails         the main job: gather, write, gate, settle
accounts       people and tenants
payments       orders, and what providers say about them
credits        the double-entry ledger
crm            jobs, each with its lead, organizations, deals, and what happened to each
postings       what a job posting says, each fact with its span
projects       the candidate's own projects, and what GitHub shows
resumes        what the candidate's résumé says
usage          one row per generation, without text
web            HTTP vocabulary
adapters       one room per outside system
kernel         what every room stands on
migrations     one file per change of the schema
"""
