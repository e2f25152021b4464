"""The verbs of e-mails.

generate    the story: reserve, gather, write, gate, settle
regenerate  the same from the inputs stored with an e-mail
letters     list, read, edit, delete

gather and settlement are their steps.
"""
