"""Projects: the candidate's own work, and what GitHub shows of it.

Reads public facts through the adapter `github`; what they say is their authors' word and steers nothing. Every
statement that may be cited names the place in the evidence it was read from, as the API gives it.

operations   evidence, repository
model        statements (what a letter may cite), read_login
routes       GET /api/github/repos/{owner}/{repo}, GET /api/github/users/{login}/evidence
"""
