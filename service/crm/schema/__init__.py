"""What the CRM looks like on the wire."""
