"""Reading a posting: pure functions from a neutral `Page`, or plain text, to findings, and from those to a job context.

The readers, the first that has a field wins: `json_ld`, `embedded_items` (microdata, RDFa), `app_state`, `structure`
(headings, lists, labels), `sentences` (what running text says). `schema_org` interprets a JobPosting wherever it was
embedded; `merge` decides and gives every finding its span. `technologies`, `salary`, `dates` and `terms` know one
kind of value each.

All of it is linear in its input, and its input is bounded: it runs on the event loop.
"""
