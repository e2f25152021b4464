"""Reading `--recruiter "Name, Title at Company <address>"`. Pure."""

from service.cli import MISUSED, Refused
from service.emails.model import Recruiter, recruiter_faults

FORM = 'write it like "Ada Park, Talent Partner at Acme <ada@acme.example>"; a name or a company is needed'


def read_recruiter(text: str) -> Recruiter:
    """The recruiter that `text` describes.

    The address stands last in angle brackets, the company after the last " at ", the title between the first comma
    and the company; each may be missing. Raises `Refused`, which says what cannot be read and how it is written.
    """
    who, address = _without_address(text.strip())
    if _has_at(who):
        who, company = _split_last_at(who)
    else:
        company = ""
    name, _, title = who.partition(",")
    recruiter = Recruiter(name=name.strip(), email=address, title=title.strip(), company=company)
    if faults := recruiter_faults(recruiter, at=""):
        raise _refused("; ".join(f"{fault.pointer.strip('/') or 'whom'}: {fault.detail}" for fault in faults))
    return recruiter


def _without_address(text: str) -> tuple[str, str]:
    who, opening, rest = text.partition("<")
    if not opening:
        if "@" in text:
            raise _refused("the address belongs in angle brackets at the end")
        return who, ""
    address, closing, after = rest.partition(">")
    if not closing:
        raise _refused("the angle bracket of the address is not closed")
    if after.strip():
        raise _refused(f"nothing may follow the address, and {after.strip()!r} does")
    if not address.strip():
        raise _refused("the angle brackets hold no address")
    return who.strip(), address.strip()


def _has_at(who: str) -> bool:
    return " at " in f" {who} "


def _split_last_at(who: str) -> tuple[str, str]:
    before, _, company = f" {who} ".rpartition(" at ")
    return before.strip(), company.strip()


def _refused(why: str) -> Refused:
    return Refused(f"--recruiter cannot be read: {why}. Please {FORM}.", exit_code=MISUSED)
