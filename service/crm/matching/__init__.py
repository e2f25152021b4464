"""Jobs by the names that people give them: the company compared fuzzily, the title but for case and space."""
