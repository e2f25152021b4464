"""Usage: what each generation, and each reading of a posting by a model, took, without a word of its text.

Owns `usage_rows`: one row per operation of a user, whether it succeeded, failed or was cancelled. The first row of an
operation stays; a later one for the same operation changes nothing. Its `calls` are the single calls of a model, also
those that failed or were cancelled; tokens and cost are their sums. Cost is exact, in US dollars, and unknown (null)
where the price of a call is.

Entry points: `operations.record`, `operations.record_calls` (an operation that was nothing but calls of a model).
"""
