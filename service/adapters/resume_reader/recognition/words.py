"""Words that tell what a piece of a line is, and how a line falls into pieces. Pure."""

import re
from collections.abc import Iterable, Iterator

# As the model of a résumé has them, which takes no more: a line, prose, the words or sentences of an entry, the
# entries of a section.
LINE_MAX_CHARS = 1_000
PROSE_MAX_CHARS = 20_000
WORDS_MAX = 200
ENTRIES_MAX = 100

# Of a place; longer ones are sentences.
PLACE_MAX_CHARS = 100

_POSITION = """
    administrator advisor advocate agent analyst apprentice architect artist assistant associate attorney auditor
    barista captain cashier ceo cfo chef chief cio clerk coach cofounder co-founder consultant contractor controller
    coordinator copywriter cto curator dean designer developer devops director driver economist editor electrician
    employee engineer engineering evangelist executive expert facilitator fellow founder freelance freelancer head
    intern internship instructor journalist lawyer lead leader lecturer librarian maintainer manager marketer mechanic
    member mentor nurse officer operator owner paramedic partner pharmacist photographer physician pilot planner
    postdoc president principal producer professor programmer psychologist recruiter representative researcher
    salesperson scientist secretary sre specialist statistician steward strategist student supervisor teacher tech
    technician teller tester therapist trainee trainer translator treasurer tutor vice volunteer vp waiter waitress
    writer
    angestellter angestellte assistent assistentin aushilfe auszubildender auszubildende berater beraterin
    betreuer chefarzt dozent dozentin entwickler entwicklerin fachkraft freiberufler geschäftsführer
    geschäftsführerin hilfskraft ingenieur ingenieurin kaufmann kauffrau koch köchin koordinator leiter leiterin
    lehrer lehrerin mitarbeiter mitarbeiterin mitgründer praktikant praktikantin praktikum projektleiter
    projektleiterin referent referentin sachbearbeiter sachbearbeiterin softwareentwickler softwareentwicklerin
    softwareingenieur systemadministrator teamleiter teamleiterin verkäufer verkäuferin volontär werkstudent
    werkstudentin
    alternant analyste apprenti architecte assistante bénévole chargé chargée chargée chercheur chercheuse concepteur
    conseiller conseillère consultante développeur développeuse directeur directrice doctorant doctorante enseignant
    formateur gérant infirmier infirmière ingénieur ingénieure professeur responsable rédacteur stagiaire technicien
    technicienne vendeur vendeuse
    abogado abogada analista asesor auxiliar ayudante becario becaria camarero consultor consultora coordinador
    coordinadora desarrollador desarrolladora dependiente director directora diseñador diseñadora docente enfermero
    enfermera especialista gerente ingeniero ingeniera investigador investigadora jefe jefa maestro practicante
    prácticas profesor profesora programador programadora técnico técnica
"""
_EMPLOYER = """
    ab ag bank bv b.v co company consulting corp corporation e.v ev foundation gbr gmbh group holding holdings inc
    incorporated institute institut instituto kg kgaa labs limited llc llp ltd ministry ngo nv oy plc pty s.a s.a.r.l
    s.l s.r.l sa sarl sas se sl solutions spa srl stiftung technologies ug university universität universidad université
"""
_SCHOOL = """
    academy academia akademie berufsschule campus collège college colegio conservatory ecole école escuela ens epfl eth
    facultad faculty fachhochschule fh gymnasium hochschule institut institute instituto iut liceo lycée mit polytechnic
    politécnica polytechnique realschule school schule seminary tu universidad universidade universitat university
    universität universite université università universiteit
"""
_DEGREE = """
    abitur abschluss associate's b.a b.eng b.e b.s b.sc b.tech ba bac baccalauréat bachelor bachelor's bachiller
    bachillerato beng bs bsc btech bts certificate ciclo deug dea dess diplom diploma diplôme doctor doctorado doctorat
    doctorate dut ged gcse grado hnd ingeniería jd ll.b ll.m llb llm licence licencia licenciado licenciatura m.a m.eng
    m.s m.sc m.tech ma magister maestría master master's mastère maîtrise mba md meng mestrado mphil ms msc máster ph.d
    phd promotion staatsexamen technicien técnico
"""


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


POSITION, EMPLOYER, SCHOOL, DEGREE = map(listed, (_POSITION, _EMPLOYER, _SCHOOL, _DEGREE))
# German puts words together: Backendentwickler, Vertriebsleiterin.
_POSITION_ENDING = re.compile(
    r"(?:entwickler|ingenieur|leiter|berater|manager|designer|techniker|arzt|ärztin|pfleger|lehrer|assistent|architekt)(?:in)?\Z"
)
_SCHOOL_ENDING = re.compile(r"(?:schule|universität|gymnasium|akademie|kolleg)\Z")
_WORD = re.compile(r"[^\W\d_](?:[\w'’.&+#-]*[\w'’+#])?")
# What stands between the pieces of a line: a gap, or a mark with blanks around it.
_SEPARATOR = re.compile(r"\s*\t\s*|\s+[|•·–—―−‒/:]\s+|\s+-{1,2}\s+|\s*[|•·]\s*|\s+@\s+|\s*;\s+")
_AT = re.compile(r"\s+(?:at|@|bei|chez)\s+(?=[A-ZÄÖÜÉÈÀ0-9])")
_PLACE = re.compile(
    r"(?:[^\W\d_][\w.'’-]*(?:[ -][^\W\d_][\w.'’-]*){0,3}, ?)"
    r"[^\W\d_][\w.'’-]*(?:[ -][^\W\d_&][\w.'’-]*){0,4}(?:, ?[^\W\d_][\w .'’-]{1,30})?"
)
_PART_OF_EMPLOYER = re.compile(
    r"\b(?:team|department|dept|division|squad|abteilung|bereich|équipe|service|equipo|departamento|full[- ]?time|"
    r"part[- ]?time|freelance|contract|permanent|temporary|vollzeit|teilzeit|befristet|unbefristet|cdi|cdd|alternance|"
    r"temps plein|temps partiel|jornada completa|media jornada|indefinido)\b",
    re.IGNORECASE,
)
_REMOTE = re.compile(r"remote|hybrid|on-?site|home ?office|télétravail|remoto|fully remote", re.IGNORECASE)
_EDGES = " ,;:|•·–—-"


def words_of(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]


def is_position(text: str) -> bool:
    words = words_of(text)
    return any(word in POSITION or _POSITION_ENDING.search(word) for word in words)


def is_employer(text: str) -> bool:
    return any(word in EMPLOYER or word in SCHOOL for word in words_of(text))


def is_part_of_employer(text: str) -> bool:
    """`Platform Team`, `Full-time`: what stands beside a position and is not whom it was for."""
    return _PART_OF_EMPLOYER.search(text) is not None


def is_school(text: str) -> bool:
    return any(word in SCHOOL or _SCHOOL_ENDING.search(word) for word in words_of(text))


def is_degree(text: str) -> bool:
    return any(word in DEGREE for word in words_of(text))


def is_place(text: str) -> bool:
    """`Berlin, Germany`, `Mountain View, CA`, `Remote`; not what names a position or a firm."""
    if _REMOTE.fullmatch(text):
        return True
    is_named = is_position(text) or bool(frozenset(words_of(text)) & (EMPLOYER | SCHOOL | DEGREE))
    return len(text) <= PLACE_MAX_CHARS and _PLACE.fullmatch(text) is not None and not is_named


def pieces(text: str) -> list[str]:
    """A line at its gaps and marks; never empty ones."""
    return stripped(_SEPARATOR.split(text))


def around_at(text: str) -> list[str]:
    """`Engineer at Globex` is two."""
    return stripped(_AT.split(text, maxsplit=1))


def stripped(texts: Iterable[str]) -> list[str]:
    return [bare for text in texts if (bare := bared(text))]


def bared(text: str) -> str:
    """Without the marks at its edges; a parenthesis that is closed inside stays."""
    text = " ".join(text.split()).strip(_EDGES)
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1].strip()
    if text.count("(") != text.count(")"):
        text = text.removesuffix("(").removeprefix(")")
        text = text.removesuffix(")") if text.count(")") > text.count("(") else text
        text = text.removeprefix("(") if text.count("(") > text.count(")") else text
    return text.strip(_EDGES)


def split_list(text: str) -> Iterator[str]:
    """`Python (Django, Flask), Go; SQL` at its commas, semicolons and bullets, parentheses aside."""
    depth, start = 0, 0
    for at, character in enumerate(text):
        depth = max(0, depth + (character in "([") - (character in ")]"))
        is_split = character in ",;•·|\t▪●" or (character == "/" and text[at - 1 : at] == " " == text[at + 1 : at + 2])
        if is_split and depth == 0:
            if bare := bared(text[start:at]):
                yield bare
            start = at + 1
    if bare := bared(text[start:]):
        yield bare
