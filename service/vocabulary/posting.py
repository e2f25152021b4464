"""What postings are read by: the tables below `posting` in a language's file."""

from typing import Literal, TypeAlias

import msgspec

from service.vocabulary.shared import Phrases, Table

SectionKind: TypeAlias = Literal[
    "responsibilities", "requirements", "technologies", "benefits", "employer", "other", "end"
]
Label: TypeAlias = Literal[
    "title", "company", "location", "employment_type", "salary", "remote", "posted_at", "valid_through"
]
Kind: TypeAlias = Literal[
    "full-time",
    "part-time",
    "contract",
    "permanent",
    "temporary",
    "internship",
    "apprenticeship",
    "volunteer",
    "per-diem",
]
Period: TypeAlias = Literal["hour", "day", "week", "month", "year"]
Unit: TypeAlias = Literal["minute", "hour", "day", "week", "month"]


class Notices(Table, frozen=True):
    """That a posting is closed or paused."""

    # Say it whatever stands around.
    whole: Phrases = ()
    # "This position | has unfortunately | been closed": what has ended, that it has, what may stand between.
    subjects: Phrases = ()
    ended: Phrases = ()
    verbs: Phrases = ()
    between: Phrases = ()
    # ... in an order of its own: "dass die Stelle besetzt ist", "we have filled this position".
    verbs_behind: Phrases = ()
    ours: Phrases = ()
    # "Has" alone makes no notice where an object follows that begins with none of `no_object`: "has closed deals".
    has: Phrases = ()
    no_object: Phrases = ()
    # What makes it a notice of what may come, before it and behind it.
    conditions: Phrases = ()
    goes_on: Phrases = ()


class Dates(Table, frozen=True):
    """How long ago, and days by their names; units are beginnings of words."""

    minute: Phrases = ()
    hour: Phrases = ()
    day: Phrases = ()
    week: Phrases = ()
    month: Phrases = ()
    # "3 days | ago", "vor | mehr als | einem Tag".
    behind: Phrases = ()
    before: Phrases = ()
    more: Phrases = ()
    one: Phrases = ()
    posted: Phrases = ()
    today: Phrases = ()
    yesterday: Phrases = ()
    # "1er mars", "1 de marzo de 2026".
    ordinals: Phrases = ()
    joins: Phrases = ()


class Pay(Table, frozen=True):
    words: Phrases = ()
    # Show that a line is about pay, and do not outweigh words for other money.
    more: Phrases = ()
    # Parts of compounds that are about pay: Bruttojahresgehalt.
    compounds: Phrases = ()
    # What else is counted in money.
    other_money: Phrases = ()
    # Pay beside the salary, and what stands between it and an amount.
    beside: Phrases = ()
    before_beside: Phrases = ()
    behind_beside: Phrases = ()
    # Others than employers that pay: "clients | pay".
    payers: Phrases = ()
    payers_pay: Phrases = ()
    # Between an amount and its period.
    fillers: Phrases = ()
    # May stand before and behind an amount that is nearly all there is of its clause.
    little_before: Phrases = ()
    little_behind: Phrases = ()
    # Join the ends of a range; make an amount one end; the words between those and the amount.
    to: Phrases = ()
    up_to: Phrases = ()
    at_least: Phrases = ()
    of: Phrases = ()
    gross: Phrases = ()
    per: Phrases = ()
    # How often a year it is paid: "en 14 | pagas".
    payments: Phrases = ()
    thousands: Phrases = ()
    # Names of money that several countries share.
    money: Phrases = ()


class Workplace(Table, frozen=True):
    """Where the work is done; `neither` holds the same words and says nothing of it."""

    remote: Phrases = ()
    office: Phrases = ()
    neither: Phrases = ()
    # Say it only where a label has asked.
    answers: Phrases = ()


class Places(Table, frozen=True):
    # The words in lower case that names of places hold.
    words: Phrases = ()
    # Stand between commas below a title with capitals like a place's.
    no_place: Phrases = ()


class Sentences(Table, frozen=True):
    """Who is looking for whom, where from, until when."""

    # "At | Acme, | we ...", "The | company | is currently | seeking".
    at: Phrases = ()
    the: Phrases = ()
    we: Phrases = ()
    seeking: Phrases = ()
    now: Phrases = ()
    # "looking for | a | Data Engineer | to ...".
    seeking_a: Phrases = ()
    a: Phrases = ()
    goes_on: Phrases = ()
    # Join the words of a title or a name, in lower case.
    joins: Phrases = ()
    in_place: Phrases = ()
    pronouns: Phrases = ()
    until: Phrases = ()
    since: Phrases = ()


class TechnicalTalk(Table, frozen=True):
    """What shows that an everyday word ("Go", "Spring") is the name of a technology."""

    and_or: Phrases = ()
    # Right behind a language or a tool and nothing else; behind other things as well.
    followed_by: Phrases = ()
    followed_often_by: Phrases = ()
    # How a sentence goes on behind a name.
    goes_on: Phrases = ()
    # Right before a name; and what a word before that must say.
    led_by: Phrases = ()
    skill_words: Phrases = ()
    # "7+ | years | with | Go", "data | pipelines | with | Airflow".
    years: Phrases = ()
    made_with: Phrases = ()
    made: Phrases = ()
    # How an entry goes on that is a name with what is said of it: "Go | is a plus".
    said_of: Phrases = ()
    # Before a single letter that is a language, beside the words above.
    before_letters: Phrases = ()


class Negations(Table, frozen=True):
    """That something is not asked for: "no | prior | Java | needed", "Java | experience | is | not | needed"."""

    no: Phrases = ()
    no_need: Phrases = ()
    fillers: Phrases = ()
    needed: Phrases = ()
    suffixes: Phrases = ()
    verbs: Phrases = ()
    nots: Phrases = ()
    # "not needed, | but a plus"; what begins another clause; what goes on with the next that is not needed.
    however: Phrases = ()
    clauses: Phrases = ()
    nor: Phrases = ()


class Titles(Table, frozen=True):
    # "Data Engineer | at | Acme"; "Careers | at Acme"; "About | Acme".
    at: Phrases = ()
    # Before a place as well: "Ingeniero en Madrid".
    at_or_in: Phrases = ()
    # In the title of a window, which names the employer oftener than a place.
    at_in_window: Phrases = ()
    jobs: Phrases = ()
    about: Phrases = ()
    # What "about" is said of that is no company's name.
    not_a_name: Phrases = ()
    # Whoever leads interns is none.
    leads: Phrases = ()
    # Behind a page's "sign in": "to see who you know".
    invites: Phrases = ()


class Posting(Table, frozen=True):
    """Everything in lower case, as it is compared, but names of regions."""

    # Names of regions where one may live who works remotely, and what limits it to them: "USA | only", "nur | Europa".
    regions: Phrases = ()
    only: Phrases = ()
    only_before: Phrases = ()
    anywhere: Phrases = ()
    # What sections are called; "about" before a company's name heads its own story.
    headings: dict[SectionKind, Phrases] = msgspec.field(default_factory=dict[SectionKind, Phrases])
    story_of: Phrases = ()
    notices: Notices = Notices()
    # That one can apply, what a page says that shows no posting, and what it exclaims before that.
    apply: Phrases = ()
    no_posting: Phrases = ()
    exclaimed: Phrases = ()
    # Entries that say nothing, and what makes any entry one: buttons, references to somewhere else.
    fillers: Phrases = ()
    teasers: Phrases = ()
    # What stands before the value of a field; what fills a field that is not told.
    labels: dict[Label, Phrases] = msgspec.field(default_factory=dict[Label, Phrases])
    # Labels of what is no field of a posting, and so no value of one either: "Country", "Job level".
    other_labels: Phrases = ()
    untold: dict[Label, Phrases] = msgspec.field(default_factory=dict[Label, Phrases])
    # Kinds of employment where a field says them; in a sentence; in a title, of the person.
    employment: dict[Kind, Phrases] = msgspec.field(default_factory=dict[Kind, Phrases])
    employment_said: dict[Kind, Phrases] = msgspec.field(default_factory=dict[Kind, Phrases])
    employment_titled: dict[Kind, Phrases] = msgspec.field(default_factory=dict[Kind, Phrases])
    # Where a title, a place or a label speaks of it; and a sentence.
    workplace: Workplace = Workplace()
    workplace_said: Workplace = Workplace()
    dates: Dates = Dates()
    pay: Pay = Pay()
    periods: dict[Period, Phrases] = msgspec.field(default_factory=dict[Period, Phrases])
    # Parts of compounds: Jahresgehalt.
    period_compounds: dict[Period, Phrases] = msgspec.field(default_factory=dict[Period, Phrases])
    # Names of currencies, and of nations beside a sign that several share, by the currency's code.
    currencies: dict[str, Phrases] = msgspec.field(default_factory=dict[str, Phrases])
    nations: dict[str, Phrases] = msgspec.field(default_factory=dict[str, Phrases])
    places: Places = Places()
    sentences: Sentences = Sentences()
    technologies: TechnicalTalk = TechnicalTalk()
    negations: Negations = Negations()
    titles: Titles = Titles()
