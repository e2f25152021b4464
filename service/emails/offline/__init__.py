"""The writer that needs nobody: `compose` makes a letter out of the brief and of a phrasebook's whole sentences."""
