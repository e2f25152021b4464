"""Deals: what a lead has come to. A lead has one at the most; a deal may have no lead."""
