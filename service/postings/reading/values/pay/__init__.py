"""Pay: amounts as they are written, the salary that a line states, and pay in structured data."""
