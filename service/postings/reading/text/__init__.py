"""A posting as text: its characters as lines, its lines as sections, and phrases found in them."""
