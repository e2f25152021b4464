"""One room per outside system: the door holds the Protocol, its values and its errors; one file per implementation;
`scripted.py` is the fake that ships beside it."""
