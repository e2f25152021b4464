"""An e-mail on paper: what was done, what was found and where, the letter with its evidence, and what it cost."""

from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from service.credits.model import Balance
from service.emails.model import Email
from service.kernel.telemetry.logs import escape_controls
from service.postings.model import JobContextBody

# A fact is shown to be recognised, not to be read whole.
VALUE_MAX_CHARACTERS = 100


def print_letter(console: Console, tree: Tree, email: Email, *, before: Balance, after: Balance) -> None:
    """Everything a reader wants to see after a generation. What others wrote is printed without control characters."""
    console.print(tree)
    if email.job_context is not None:
        console.print()
        console.print(_facts(email.job_context))
    console.print()
    console.print(_headers(email))
    console.print()
    console.print(Text("\n".join(escape_controls(line) for line in email.body.splitlines())))
    console.print()
    console.print(_evidence(email))
    for missing in email.missing:
        console.print(_note("missing", f"{missing.branch}: {missing.reason}"))
    for warning in email.warnings:
        console.print(_note("warning", f"{warning.code}: {warning.detail}"))
    console.print()
    console.print(
        f"credits: {before.available} before, {email.credits.charged} charged, {after.available} after"
        f" · {email.usage.provider} · e-mail {email.id}"
    )


def _facts(context: JobContextBody) -> Table:
    table = _table("What the posting says", "field", "value", "read by", "characters")
    for fact in context.facts:
        table.add_row(fact.field, _cut(fact.value), fact.read_by, f"{fact.start}-{fact.end}")
    return table


def _headers(email: Email) -> Text:
    recruiter = email.recruiter
    name = escape_controls(recruiter.name or recruiter.company)
    to = f"{name} <{escape_controls(recruiter.email)}>" if recruiter.email else name
    return Text.assemble(("To:      ", "dim"), to, "\n", ("Subject: ", "dim"), (escape_controls(email.subject), "bold"))


def _evidence(email: Email) -> Table:
    table = _table("What it rests on", "claim", "source", "reference")
    for evidence in email.evidence:
        table.add_row(_cut(evidence.claim), evidence.source, evidence.reference)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number > 1)
    return table


def _note(kind: str, text: str) -> Text:
    return Text.assemble((f"{kind}  ", "yellow"), escape_controls(text))


def _cut(text: str) -> Text:
    whole = escape_controls(text)
    return Text(whole if len(whole) <= VALUE_MAX_CHARACTERS else whole[: VALUE_MAX_CHARACTERS - 1] + "…")
