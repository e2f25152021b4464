"""Reading a posting: pure functions from a neutral `Page`, or plain text, to findings, and from those to a job context.

The readers, the first that has a field wins: `boards` (what a job board's API answers), `json_ld`, `embedded_items`
(microdata, RDFa), `app_state`, `structure` (headings, lists, labels), `sentences` (what running text says). Where they
leave a gap, `by_model` says what a language model is asked, and believes what it quotes (`quotations`).
`schema_org` interprets a JobPosting wherever it was embedded; `merge` decides and gives every finding its span.
`technologies` (less those that `negations` names), `salary` (over `amounts`, `pay_periods` and `other_money`; pay in
structured data comes in by `stated_pay`), `regions`, `dates`, `terms` and `parts` (what sections are called) know one
kind of value each, in English, German, French and Spanish; so do `notices` (that it is closed), `roles`, `places` and
`legal_forms`. `titles` tells which line is the job's title, and which lines are the posting's own.

All of it is linear in its input, and its input is bounded: it runs on the event loop.
"""
