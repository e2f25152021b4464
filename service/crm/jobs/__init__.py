"""Jobs, each with its lead: taking them in, changing, listing and deleting them."""
