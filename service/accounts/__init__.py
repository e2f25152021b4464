"""Accounts: the people the service works for.

Owns `users` and `welcomes`. A user is stored by the caller's own token and only ever for that token's subject. The
welcome grant happens once for a user id, for ever: `welcomes` keeps a digest of the id, and nothing else of the
person, past the deletion of the account.

Entry points: `operations` (store, find, is_stored), `routes.routes`.
"""
