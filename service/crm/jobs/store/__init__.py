"""Jobs' statements: one job and many (`jobs`), and every list of them (`listing`)."""
