"""All jobs of a tenant as one file, CSV or JSON lines, out and in, while it is sent or arrives."""
