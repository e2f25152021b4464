"""What headings of postings are called, in English, German, French and Spanish, and the sections they open."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from service.postings.reading.documents import Line
from service.postings.reading.phrases import Phrases, listed, words_of

# Longer lines are sentences that happen to hold the word.
HEADING_MAX_CHARS = 90
HEADING_WORDS_MAX = 14
# ... and where nothing marks it as a heading, it is shorter still.
UNMARKED_WORDS_MAX = 8
# "What you will need to succeed in this role": words a heading may have beyond those that classify it, where nothing
# but the words says that it is one.
EXTRA_WORDS = 3
# "About Red Hat": the employer's own story, under its name.
STORY_OF = ("About ", "Life at ", "Working at ", "Über ", "À propos d", "A propos d", "Sobre ")
STORY_MAX_CHARS = 60

# A heading's words beyond those that classify it, by how many those are: "profile" alone proves little in
# "Save this job with your existing profile, or create a new one".
EXTRA_WORDS_MAX = {1: 4, 2: 8}


class Part(Enum):
    """What a section of a posting tells."""

    RESPONSIBILITIES = "responsibilities"
    REQUIREMENTS = "requirements"
    TECHNOLOGIES = "technologies"
    BENEFITS = "benefits"
    EMPLOYER = "employer"
    OTHER = "other"
    END = "end"  # what follows is not this posting


_HEADINGS: dict[Part, str] = {
    Part.RESPONSIBILITIES: """
        responsibilities; responsibility; duties; accountabilities; what you will do; what you'll do;
        what you will be doing; what you'll be doing; what you do; you will; you'll; your role; the role; your mission;
        your tasks; tasks; day to day; in this role; your impact; what you'll work on; what you will work on;
        how you'll contribute; how you will contribute; your job; scope of work; what we need you to do; your day;
        aufgaben; deine aufgaben; ihre aufgaben; aufgabengebiet; aufgabenbereich; tätigkeiten; das erwartet dich;
        das erwartet sie; was dich erwartet; was sie erwartet; das machst du; was du machst; was du tust;
        verantwortlichkeiten; deine mission; dein job; deine rolle; das wirst du tun; darum geht's; dein aufgabengebiet;
        missions; mission; vos missions; tes missions; responsabilités; tâches; le poste; votre rôle; ton rôle;
        ce que vous ferez; ce que tu feras; descriptif du poste; vos responsabilités; activités;
        responsabilidades; funciones; tareas; qué harás; que harás; lo que harás; tu misión; misión; tu rol;
        el puesto; qué vas a hacer; tu día a día""",
    Part.REQUIREMENTS: """
        requirements; required; required skills; qualifications; skills; skills and experience; what you bring;
        what you'll bring; what you will bring; who you are; about you; your profile; what we're looking for;
        what we are looking for; we are looking for; we're looking for; what we look for; who we're looking for;
        you have; you should have; must have; must haves; nice to have; nice to haves; good to have; preferred; desired;
        a plus; ideal candidate; candidate profile; this profile; profile; what you need; what you'll need;
        what you will need; minimum qualifications; bonus points; education; your skills; your experience;
        required experience; experience requirements; experience required; your background; prerequisites; you bring;
        what it takes; you might be; you may be a fit; knowledge and skills;
        anforderungen; anforderungsprofil; profil; dein profil; ihr profil; qualifikationen; qualifikation;
        voraussetzungen; das bringst du mit; was du mitbringst; das solltest du mitbringen; was sie mitbringen;
        das bringen sie mit; sie bringen mit; du bringst mit; kenntnisse; wen wir suchen; was wir suchen; wir suchen;
        wir erwarten; das zeichnet dich aus; was dich auszeichnet; deine skills; deine qualifikation; wünschenswert;
        von vorteil; das wünschen wir uns;
        profil recherché; votre profil; ton profil; compétences; compétences requises; prérequis; pré-requis; exigences;
        ce que nous recherchons; vous êtes; tu es; expérience requise; formation; qui êtes-vous; qualités requises;
        requisitos; perfil; requisitos mínimos; qué buscamos; que buscamos; lo que buscamos; conocimientos; habilidades;
        experiencia requerida; tu perfil; qué necesitas; que necesitas; imprescindible; valorable; deseable; formación;
        buscamos; se valorará""",
    Part.TECHNOLOGIES: """
        technologies; tech stack; technology stack; our stack; stack; tools; tools we use; technologien; techstack;
        technischer stack; unser stack; stack technique; environnement technique; outils; tecnologías;
        stack tecnológico; herramientas""",
    Part.BENEFITS: """
        benefits; perks; what we offer; we offer; what we can offer; offers you; why join; why join us; why us;
        why work with us; incentives; what's in it for you; what you get; what you'll get; compensation; salary; pay;
        our offer; wir bieten; was wir bieten; wir bieten dir; wir bieten ihnen; das bieten wir; unser angebot;
        deine vorteile; ihre vorteile; deine benefits; vorteile; darauf kannst du dich freuen; gehalt; vergütung;
        avantages; ce que nous offrons; nous offrons; nous vous offrons; on vous offre; ce que nous proposons;
        rémunération; pourquoi nous rejoindre;
        ofrecemos; qué ofrecemos; que ofrecemos; lo que ofrecemos; beneficios; te ofrecemos; qué te ofrecemos;
        ventajas; salario""",
    Part.EMPLOYER: """
        about us; about the company; about our company; who we are; our company; our mission; our values; our story;
        our culture; the company; company description; company overview; equal opportunity; equal opportunity employer;
        diversity; life at; meet the team; the team; our team; about the team;
        über uns; wer wir sind; das unternehmen; unternehmen; unternehmensprofil; das sind wir; wir über uns; über;
        à propos; à propos de nous; qui sommes-nous; l'entreprise; notre entreprise; votre employeur; l'équipe;
        sobre nosotros; quiénes somos; quienes somos; la empresa; nuestra empresa; sobre la empresa; el equipo""",
    Part.OTHER: """
        job description; about the job; about this job; about the role; about this role; about the position; overview;
        summary; job summary; description; details; job details; location; hours; working hours; how to apply; apply;
        application; application process; interview process; hiring process; contact; next steps; employment type;
        seniority level; job function; industries; job type; employer questions; share;
        stellenbeschreibung; beschreibung; kontakt; so bewirbst du dich; bewerbung; bewerben; arbeitsort; standort;
        description du poste; comment postuler; postuler; candidature; contact; lieu; processus de recrutement;
        descripción; descripción del puesto; cómo aplicar; inscríbete; contacto; ubicación; proceso de selección""",
    Part.END: """
        similar jobs; related jobs; more jobs; other jobs; people also viewed; recommended jobs; jobs you may like;
        similar positions; other openings; more openings; other positions; you may also like; latest jobs; see also;
        ähnliche jobs; ähnliche stellen; weitere stellen; weitere jobs; das könnte dich auch interessieren;
        offres similaires; autres offres; offres recommandées; ofertas similares; otras ofertas; ofertas relacionadas;
        similar roles; more roles; jobs similaires; empleos similares""",
}

HEADINGS: Phrases[Part] = Phrases((phrase, part) for part, phrases in _HEADINGS.items() for phrase in listed(phrases))


@dataclass(slots=True)
class Section:
    part: Part
    heading: Line | None
    lines: list[Line] = field(default_factory=list[Line])


@dataclass(frozen=True, slots=True)
class _Name:
    part: Part
    extra_words: int  # of the line, beyond the words that classify it


def sections(lines: Sequence[Line]) -> list[Section]:
    """The lines, cut at headings. Subheadings that say nothing of their own belong to the section above them."""
    found = [Section(Part.OTHER, None)]
    level = 0
    for index, line in enumerate(lines):
        name = named(line.text) if _may_be_heading(line) else None
        if not _is_heading(line, name, lines[index + 1] if index + 1 < len(lines) else None):
            found[-1].lines.append(line)
            continue
        part = name.part if name else Part.OTHER
        inherits = part is Part.OTHER and line.kind == "heading" and line.level > level > 0
        found.append(Section(found[-1].part if inherits else part, line))
        level = level if inherits else line.level
    return found


def named(text: str) -> _Name | None:
    """What a heading of these words opens: the longest phrase in it decides, the first among equals."""
    if len(text) > HEADING_MAX_CHARS or text.count(" ") > HEADING_WORDS_MAX:
        return None
    best = max(HEADINGS.find(text), key=lambda match: match.words, default=None)
    if best is None and len(text) <= STORY_MAX_CHARS and text.startswith(STORY_OF) and not text.endswith("."):
        return _Name(Part.EMPLOYER, 0)
    if best is None:
        return None
    extra_words = len(words_of(text)) - best.words
    return _Name(best.meaning, extra_words) if extra_words <= EXTRA_WORDS_MAX[min(best.words, 2)] else None


def _is_heading(line: Line, name: _Name | None, following: Line | None) -> bool:
    if line.kind == "heading":
        return True
    if line.kind == "item" or len(line.text) > HEADING_MAX_CHARS:
        return False
    if line.text.endswith((":", "：")):
        return True
    if name is None or line.text.endswith((".", ",", ";")):
        return False
    if line.text.isupper() and name.extra_words <= EXTRA_WORDS:
        return True
    return name.extra_words == 0 or (
        following is not None and following.kind == "item" and name.extra_words <= EXTRA_WORDS
    )


def _may_be_heading(line: Line) -> bool:
    """What is no heading element, and does not end like one, has to be short to be looked at."""
    if line.kind == "item":
        return False
    return line.kind == "heading" or line.text.endswith(":") or line.text.count(" ") < UNMARKED_WORDS_MAX
