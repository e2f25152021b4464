"""What a page, or pasted text, shows people: by its structure, and in its sentences."""
