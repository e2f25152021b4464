"""Organizations, which jobs are at; one per name, whatever its legal form."""
