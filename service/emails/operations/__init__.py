"""The verbs of e-mails.

generate    the story: reserve, gather, write, gate, settle
regenerate  the same from the inputs stored with an e-mail
stored      read, edit, delete

`services` holds their dependencies; `gathering` and `settlement` are their steps.
"""
