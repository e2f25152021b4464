"""The tables of the CRM, and the statements that belong to no feature alone."""
