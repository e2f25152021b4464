"""A résumé of our own, in JSON Resume, with everything the service reads."""

from typing import Any


def ada() -> dict[str, Any]:
    """Fresh each time, for tests that change it."""
    return {
        "$schema": "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json",
        "basics": {
            "name": "Ada  Example",
            "label": "Backend engineer",
            "email": "ada@example.com",
            "summary": "Ten years of payment systems.\nCalm under load.",
            "location": {"city": "Berlin", "countryCode": "DE"},
        },
        "work": [
            {
                "name": "Northwind",
                "position": "Senior engineer",
                "startDate": "2019-02",
                "endDate": "2024-06-30",
                "summary": "Owned the ledger.",
                "highlights": ["Cut settlement from 40 s to 3 s", "Mentored four engineers"],
                "team": {"size": 9},
            },
            {"company": "Contoso", "position": "Engineer", "startDate": "2014"},
        ],
        "volunteer": [{"organization": "Code Club", "position": "Teacher", "highlights": ["Taught forty children"]}],
        "projects": [
            {
                "name": "pgqueue",
                "description": "A queue on PostgreSQL",
                "keywords": ["PostgreSQL", "Rust"],
                "highlights": ["12 000 jobs a second"],
            }
        ],
        "education": [
            {"institution": "TU Berlin", "area": "Informatics", "studyType": "MSc", "courses": ["Databases"]}
        ],
        "skills": [{"name": "Databases", "keywords": ["PostgreSQL", "Redis"]}, {"name": "Go", "level": "Expert"}],
        "languages": [{"language": "German", "fluency": "Native"}],
        "certificates": [{"name": "CKA", "issuer": "CNCF", "date": "2023-01-01"}],
        "awards": [{"title": "Best talk", "awarder": "PyCon", "summary": "On queues."}],
        "publications": [{"name": "Queues", "publisher": "ACM"}],
        "interests": [{"name": "Bees"}],
        "x-ours": [1, 2.5, None, True],
    }
