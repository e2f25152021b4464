"""Résumés: what a candidate says of themselves, as JSON Resume documents (jsonresume.org, schema 1.x and before it).

Owns `resumes`. A document is sent, or recognised in a file (`adapters.resume_reader`), and treated alike then. It is
kept whole, fields this service does not know included; what it reads of it (`basics`, `work`, `skills`, ...) is checked
on the way in, so that whoever reads a stored document need not.

    document   the JSON Resume object, as it was given
    statements what an e-mail may cite of it, each with its place: "work/0/highlights/1"
    text       all of it for people, and for matching

Invariants: a stored document is at most 1 MB, holds no NUL and no half of a surrogate pair, and says something; a
résumé is never changed, only made and deleted; it is its user's alone; a user has at most 100.

Entry points: `operations` (read_document, read_file, create, check, find, find_document, list_resumes, delete),
`routes.routes`.
"""
