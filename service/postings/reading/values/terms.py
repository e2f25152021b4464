"""Terms with a fixed meaning, in English, German, French and Spanish: kinds of employment, remote work, a posting that
is closed or open for applications."""

from service.postings.reading.text.phrases import Phrases, listed

_FULL_AND_PART: dict[str, str] = {
    "full-time": """full time; full_time; fulltime; vollzeit; vollzeitstelle; in vollzeit; temps plein; temps complet;
        plein temps; tiempo completo; jornada completa""",
    "part-time": """part time; part_time; parttime; teilzeit; teilzeitstelle; minijob; mini job; geringfügig;
        temps partiel; mi temps; tiempo parcial; media jornada; jornada parcial; a media jornada""",
}
_KINDS: dict[str, str] = {
    **_FULL_AND_PART,
    "contract": """contract; contractor; freelance; freelancer; freiberuflich; freiberufler; freie mitarbeit;
        indépendant; autónomo; autónoma; mercantil""",
    "permanent": """permanent; festanstellung; feste anstellung; unbefristet; unbefristete; unbefristeter;
        unbefristeten; unbefristetes; cdi; durée indéterminée; contrat à durée indéterminée; indefinido; indefinida;
        contrato indefinido""",
    "temporary": """temporary; temp; befristet; befristete; befristeter; befristeten; zeitarbeit; aushilfe; cdd;
        durée déterminée; contrat à durée déterminée; saisonnier; temporal; eventual; por obra y servicio; interim;
        intérim; interinidad""",
    "internship": """intern; internship; praktikum; praktikant; praktikantin; stage; stagiaire; prácticas; becario;
        becaria; beca; werkstudent; werkstudentin; working student""",
    "apprenticeship": """apprenticeship; apprentice; ausbildung; auszubildende; auszubildender; azubi; duales studium;
        alternance; alternant; alternante; apprentissage; apprenti; contrat d'apprentissage; trainee;
        formación dual""",
    "volunteer": "volunteer; ehrenamtlich; bénévole; bénévolat; voluntario; voluntariado",
    "per-diem": "per diem; per_diem",
}
EMPLOYMENT: Phrases[str] = Phrases((phrase, kind) for kind, phrases in _KINDS.items() for phrase in listed(phrases))

# In a sentence: a "completed Ausbildung", an early "stage" and a "contract" to negotiate are no kinds of employment.
SAID_EMPLOYMENT: Phrases[str] = Phrases(
    (phrase, kind)
    for kind, phrases in {
        **_FULL_AND_PART,
        "permanent": """unbefristeter arbeitsvertrag; unbefristeten arbeitsvertrag; unbefristete festanstellung;
            unbefristete anstellung; contrat à durée indéterminée; poste en cdi; en cdi; contrato indefinido;
            permanent position; permanent contract; permanent role""",
        "temporary": """befristeter arbeitsvertrag; befristeten arbeitsvertrag; befristete anstellung; poste en cdd;
            en cdd; contrat à durée déterminée; contrato temporal; fixed term contract; temporary position""",
        "internship": """this internship; internship program; internship position; offre de stage;
            stage de fin d'études; contrato de prácticas; contrato en prácticas; praktikumsplatz; pflichtpraktikum""",
        "apprenticeship": """contrat d'alternance; contrat d'apprentissage; en alternance; ausbildungsplatz;
            ausbildungsbeginn; contrato de formación""",
    }.items()
    for phrase in listed(phrases)
)

# In a title: what it calls the person.
TITLED_EMPLOYMENT: Phrases[str] = Phrases(
    (phrase, kind)
    for kind, phrases in {
        "internship": """intern; internship; praktikum; praktikant; praktikantin; pflichtpraktikum; stagiaire;
            offre de stage; prácticas; becario; becaria; beca; werkstudent; werkstudentin; working student""",
        "apprenticeship": """apprentice; apprenticeship; ausbildung; auszubildende; auszubildender; azubi;
            duales studium; alternance; alternant; alternante; apprenti""",
        **_FULL_AND_PART,
    }.items()
    for phrase in listed(phrases)
)

# Hybrid is not remote: who lives elsewhere cannot take it. What says neither is filed as None, so that it is not read
# as what it holds.
REMOTE: Phrases[bool | None] = Phrases(
    (phrase, remote)
    for remote, phrases in {
        True: """
            fully remote; full remote; 100 remote; remote only; remote first; remote position; remote role; remote job;
            work remotely; work from home; work from anywhere; working from home; remote within; remote in;
            remote us; remote eu; remote usa; remote europe; is remote; telecommute; telecommuting;
            100 homeoffice; 100 home office; komplett remote; vollständig remote; remote möglich; rein remote;
            ausschließlich im homeoffice; komplett im homeoffice; vollständig im homeoffice; ortsunabhängig;
            deutschlandweit remote; remote arbeiten; télétravail complet; télétravail total; télétravail à 100;
            télétravail 100; 100 télétravail; 100 en télétravail; entièrement en télétravail; full télétravail;
            poste en télétravail; télétravail à temps plein; teletrabajo; teletrabajo completo; teletrabajo 100;
            100 teletrabajo; 100 remoto; 100 remota; 100 en remoto; totalmente remoto; totalmente en remoto;
            trabajo remoto; trabajo en remoto; en remoto; desde casa; remoto 100; completamente remoto""",
        False: """
            not a remote; no remote work; not remote; on site only; onsite only; on site role; on site position;
            on site job; in office; hybrid work; hybrid working; hybrid role; hybrid position; hybrid model;
            hybrid schedule; hybrid job; hybrid remote; hybrid workplace; remote work is not; not eligible for remote;
            must be on site; partially remote; partly remote; days in the office; days a week in the office;
            hybrides arbeiten; hybrides arbeitsmodell; hybrid arbeiten; hybridmodell; nur vor ort; teilweise remote;
            nicht im homeoffice; kein homeoffice; keine homeoffice; kein home office; tage homeoffice; tag homeoffice;
            tage home office; tage im homeoffice; tage pro woche homeoffice; teilweise homeoffice; anteilig homeoffice;
            arbeit vor ort; präsenzstelle; présentiel; en présentiel; modèle hybride; travail hybride; mode hybride;
            rythme hybride; télétravail partiel; télétravail partiellement; télétravail hybride; pas de télétravail;
            sans télétravail; aucun télétravail; jours de télétravail; jour de télétravail; jours en télétravail;
            jours par semaine de télétravail; jours par semaine en télétravail; télétravail ponctuel;
            télétravail occasionnel; télétravail non; presencial; modelo híbrido; trabajo híbrido;
            modalidad híbrida; formato híbrido; híbrido; híbrida; teletrabajo parcial; teletrabajo híbrido;
            días de teletrabajo; día de teletrabajo; días en remoto; días de trabajo en remoto; sin teletrabajo;
            no hay teletrabajo; no es remoto; días en casa""",
        None: """
            télétravail possible; opción de teletrabajo; posibilidad de teletrabajo; posibilidad de trabajo remoto;
            work from home budget; work from home allowance; work from home stipend; in office snacks;
            in office lunch; in office lunches; in office perks""",
    }.items()
    for phrase in listed(phrases)
)

# Where a title, a place or a label speaks of it; the first that says something decides ("Hybrid remote").
WORKPLACE: Phrases[bool | None] = Phrases(
    (phrase, remote)
    for remote, phrases in {
        True: """remote; fully remote; remotely; work from home; anywhere; worldwide; homeoffice; home office;
            telearbeit; télétravail; télétravail complet; full remote; distanciel; teletrabajo; remoto; remota; yes;
            ja; oui; sí;
            a distancia; 100""",
        False: """hybrid; hybride; hybrides; híbrido; híbrida; hybrid remote; on site; onsite; in office; vor ort;
            präsenz;
            présentiel; presencial; no; nein; non; partiel; partielle; parcial; teilweise; mixto; mixta; no remote;
            not remote; nicht remote; pas de télétravail; sin teletrabajo; télétravail partiel; teletrabajo parcial;
            remote nein; tage homeoffice; jours de télétravail; días de teletrabajo""",
        None: """remote sensing; remote control; remote controlled; remote access; remote support; remote monitoring;
            remote diagnostics; remote patient; remote maintenance; hybrid cloud; hybrid vehicle; hybrid vehicles;
            hybrid mobile; hybrid app; hybrid apps; hybrid electric""",
    }.items()
    for phrase in listed(phrases)
)
_ANSWERS = frozenset(
    ("yes", "ja", "oui", "sí", "no", "nein", "non", "100", "anywhere", "worldwide", "partiel", "parcial")
)


def workplace(text: str, *, is_answer: bool = False) -> tuple[bool, int, int] | None:
    """Remote or not, as a short text says it, and where; `is_answer` where a label has asked ("Homeoffice: nein")."""
    for match in WORKPLACE.find(text):
        if match.meaning is not None and (is_answer or text[match.start : match.end].lower() not in _ANSWERS):
            return match.meaning, match.start, match.end
    return None


OPEN: Phrases[bool] = Phrases(
    (phrase, True)
    for phrase in listed("""
        apply now; apply for this job; apply for this position; apply for this role; apply today;
        apply online; apply on company website; apply here; apply to this job; easy apply;
        submit application; submit your application; jetzt bewerben; bewirb dich; online bewerben;
        bewerben sie sich; hier bewerben; jetzt online bewerben; schnellbewerbung; wir freuen uns auf deine bewerbung;
        wir freuen uns auf ihre bewerbung; postuler; je postule; postulez; postule; candidatez; candidater;
        envoyez votre candidature; envoyez votre cv; envoyez nous votre cv; inscribirme; inscríbete; inscribirse;
        aplicar ahora; aplica ahora; aplicar a la oferta; solicitar empleo; postúlate; postularme; envíanos tu cv;
        envía tu cv; email us your resume; send us your cv; send us your resume; send your cv; send your resume""")
)

# What structured data and application state call the state of a posting. A paused one takes no applications.
CLOSED_STATES = frozenset(
    {"expired", "closed", "filled", "inactive", "archived", "unpublished", "draft", "paused", "ended", "on hold"}
    | {"on_hold", "onhold", "suspended", "cancelled", "canceled", "deactivated", "disabled", "deleted", "removed"}
    | {"withdrawn", "completed", "finished", "not_published", "not accepting applications"}
)
OPEN_STATES = frozenset({"open", "active", "published", "live", "accepting", "online", "public"})
