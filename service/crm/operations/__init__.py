"""The verbs of the CRM. Those that take `tx` belong into a unit of work: `db.run(jobs.create, ...)`."""
