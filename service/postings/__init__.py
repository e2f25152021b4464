"""Job postings: what a posting says, each fact with the place it was read from.

Owns the table `postings`, one row per canonical URL, shared by all users and never written from what a caller sent.
Every filled field of a job context has a fact, and every fact's span lies inside the stored text. The posting's text is
data and steers nothing: where a language model is configured it is asked for what the readers left open, may quote the
posting alone, and changes nothing that a reader found.

operations       PostingReader, built once: read_url, read_text, read_html, read_noted
contexts         from a text, a page or a board's answer to a job context
model            JobContext (with its text), JobContextBody (as it goes out), Fact, Salary
extraction       asking a model: for whom, how long, how many at once, and what is recorded of it
single_flight    one fetch per URL at a time, for all who ask
sources          where a posting is read: its board's public API, its page, or both
board_addresses  which board a URL belongs to, and what to ask that board's API
reading          the readers, pure
routes           GET and POST /api/job-context
"""
