"""The tables of the CRM, and every statement that touches them."""
