"""Health: what a platform's probes, its scrapers and its operators ask of this process.

Owns no row and no rule. Liveness touches nothing but the event loop; readiness asks the process' phase and the
database; every check has a deadline, and a check that fails or is late is an answer, never an error.

Entry points: `routes.routes`, `checks.Check`.
"""
