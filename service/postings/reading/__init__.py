"""Reading a posting: pure functions from a neutral `Page`, or plain text, to findings, and from those to a job context.

text     characters to lines (`documents`), lines to title and sections (`outline`), phrases of the vocabulary in them
values   one module for each kind of value; `pay` for salaries
page     what is shown to people: `structure` (title, labels, lists), `sentences`, and what known boards name in classes
data     what is told to machines: JSON-LD, microdata, RDFa, all read by `schema_org`; application state
boards   what a job board's API answers

`findings` is what they all find; of all readings the first that has a field wins (`merge`), and every value gets its
place in the text that is stored (`stored_text`). Where they leave a gap, `by_model` says what a language model is
asked, and believes what it quotes. Words stand in `service.vocabulary`, none in the code.

A text passes documents, outline, structure and sentences (which ask `values`), merge. All of it is linear in its input,
and its input is bounded: it runs on the event loop.
"""
