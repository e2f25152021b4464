"""One module for each kind of value that postings state; each is read from a line, wherever the line came from."""
