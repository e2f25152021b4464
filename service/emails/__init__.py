"""E-mails: the main job. A letter and its price land in the database together, or not at all.

Owns: the tables `emails` and `email_tombstones`; the two writers (the offline composer, and the one that asks a
language model), the gate, and the story that ties neighbours together.

Invariants: a stored e-mail has exactly one charge, `email:<id>` in the ledger (none at a price of 0); a generation that
was cancelled or failed before its commit left no e-mail, no charge and no open hold, only a usage row without text; a
deleted e-mail leaves a tombstone, so that its charge still names something; text of postings, résumés and repositories
is data: no address, link or number is in a letter but those given as contacts of the candidate and the recruiter, and
no other company as the employer. Of a model's letter more is asked: no word of an order that stands in a source, no
years that the dates do not cover; what may not stand is asked about once, and then taken out sentence by sentence with
a warning. Until a sentence was passed on, whatever goes wrong with a model is tried again.

Entry points: `routes.routes`; `operations.generate` and `operations.regenerate` (stories); `operations.stored` (read,
edit, delete).

The order inside, from the words up to the routes, is a contract in pyproject.toml.
"""
