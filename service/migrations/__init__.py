"""The schema's history: alembic, one file per change in `versions`, applied by `overture migrate`.

migrate    `migrate(url)` brings a database to the newest revision; `current_and_head(url)` says where it stands
revisions  the same inside a unit of work and without alembic
wall       row-level security, in the words of the files in `versions`
"""
