"""What postings, résumés and letters are read by, as data: one file a language, and files of what belongs to none.

    languages()["de"].stop_words            the tables of one language
    phrases(lambda language: language.present)      one table in all languages, each phrase once

To add a language is to write its file (`da.toml`), and nothing else: a table it does not have is empty. In the files a
table is one text, its phrases between semicolons. Names of months and countries come from CLDR (by Babel) for the
`locales` a file names; the file has only what CLDR lacks. Files are read when first asked for, and once.
"""

from service.vocabulary.languages import (
    Language,
    Regions,
    Resume,
    Roles,
    cities,
    countries,
    language_names,
    languages,
    months,
    phrases,
    regions,
    territories,
)
from service.vocabulary.shared import (
    Companies,
    Currencies,
    Technology,
    companies,
    currencies,
    minor_digits,
    profiles,
    public_suffixes,
    technologies,
)

__all__ = (
    "Companies",
    "Currencies",
    "Language",
    "Regions",
    "Resume",
    "Roles",
    "Technology",
    "cities",
    "companies",
    "countries",
    "currencies",
    "language_names",
    "languages",
    "minor_digits",
    "months",
    "phrases",
    "profiles",
    "public_suffixes",
    "regions",
    "technologies",
    "territories",
)
