"""The jobs CRM: which jobs a candidate pursues, at which organizations, how far each has come, and what happened to it.

Owns `workspaces`, `organizations`, `jobs` (each with its lead), `deals`, `lead_events`, `job_statuses`; all but the
last belong to a tenant, which is one person or several.

Invariants: a job has exactly one lead, and both share their number; one job per organization and title (compared
without case and white space); one organization per name (compared without legal form, punctuation and case); the
history of a lead is only ever added to, and its last status is the lead's; nothing refers across tenants.

Each feature is a folder with the slice's six names, as far as it needs them. Above them stands `routes` (all
endpoints), below them what they share: `store` (tables), `schema` (fields), `model` (values and rules), `company_names`
(when two names are one company's). `operations` is what custody asks for.

Neighbours use `jobs.operations`, `leads.operations` and the features' `model`.
"""
