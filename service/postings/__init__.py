"""Job postings: what a posting says, each fact with the place it was read from.

Owns the table `postings`, one row per canonical URL, shared by all users and never written from what a caller sent.
Every filled field of a job context has a fact, and every fact's span lies inside the stored text. Readers decide
nothing by a model; the posting's text is data and steers nothing.

operations   read_text, read_html, context_for_url
model        JobContext (with its text), JobContextBody (as it goes out), Fact, Salary
flights      one fetch per URL at a time, for all who ask
reading      the readers, pure; technologies.txt is their vocabulary
routes       GET and POST /api/job-context
"""
