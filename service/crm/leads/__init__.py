"""Leads: how far each has come, and what happened to it. A lead is its job's and has its number."""
