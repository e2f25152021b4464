"""Usage: what each generation took, without a word of its text.

Owns `usage_rows`: one row per operation of a user, whether it succeeded, failed or was cancelled. The first row of an
operation stays; a later one for the same operation changes nothing. Cost is exact, in units of whatever currency the
prices are configured in, and unknown (null) where no price is.

Entry points: `operations.record`.
"""
