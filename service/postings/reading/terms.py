"""Terms with a fixed meaning: kinds of employment, remote work, a posting that is closed or open for applications."""

from service.postings.reading.phrases import Phrases, listed

EMPLOYMENT: Phrases[str] = Phrases(
    (phrase, kind)
    for kind, phrases in {
        "full-time": """full time; full_time; fulltime; vollzeit; temps plein; temps complet; tiempo completo;
            jornada completa""",
        "part-time": "part time; part_time; parttime; teilzeit; temps partiel; tiempo parcial; media jornada",
        "contract": "contract; contractor; freelance; freelancer; freiberuflich; indépendant; autónomo",
        "permanent": "permanent; festanstellung; unbefristet; cdi; indefinido; contrato indefinido",
        "temporary": "temporary; temp; befristet; cdd; temporal; interim; intérim",
        "internship": "intern; internship; praktikum; stage; stagiaire; prácticas; becario; werkstudent",
        "apprenticeship": "apprenticeship; ausbildung; alternance; apprentissage; trainee",
        "volunteer": "volunteer; ehrenamtlich; bénévole; voluntario",
        "per-diem": "per diem; per_diem",
    }.items()
    for phrase in listed(phrases)
)

REMOTE: Phrases[bool] = Phrases(
    (phrase, remote)
    for remote, phrases in {
        True: """
        fully remote; 100 remote; remote only; remote first; remote position; remote role; remote job;
        work remotely; work from home; work from anywhere; working from home; remote within; remote in;
        remote us; remote eu; remote usa; remote europe; is remote; telecommute; telecommuting;
        100 homeoffice; 100 home office; komplett remote; vollständig remote; remote möglich;
        télétravail complet; full remote; 100 télétravail; teletrabajo; 100 remoto; totalmente remoto;
        en remoto""",
        False: """
            not a remote; no remote work; on site only; onsite only; on site role; on site position; on site job;
            in office;
            hybrid work; hybrid working; hybrid role; hybrid position; hybrid model; hybrid schedule; hybrid job;
            not eligible for remote; must be on site; hybrides arbeiten; hybrides arbeitsmodell; nur vor ort;
            présentiel; modèle hybride; presencial; modelo híbrido; remote work is not""",
    }.items()
    for phrase in listed(phrases)
)

CLOSED: Phrases[bool] = Phrases(
    (phrase, True)
    for phrase in listed("""
        no longer accepting applications; not accepting applications; no longer available;
        no longer accepting applicants; job has expired; job is expired; posting has expired;
        position has been filled; job has been filled; role has been filled; position is closed;
        position has been closed; job is closed; job has been closed; posting is closed;
        applications are closed; applications closed; applications have closed; job posting is closed;
        this job is no longer active; no longer active; listing has expired; listing is expired;
        this job expired; job listing is no longer; offer has expired; job offer has expired;
        vacancy is closed; vacancy has been filled; stelle ist nicht mehr verfügbar; nicht mehr verfügbar;
        stelle ist besetzt; stelle ist bereits besetzt; stelle wurde bereits besetzt; stelle wurde besetzt;
        stellenanzeige ist abgelaufen; anzeige ist abgelaufen; stellenangebot ist abgelaufen;
        stellenanzeige ist nicht mehr aktiv; bewerbungsfrist ist abgelaufen; keine bewerbungen mehr;
        nicht mehr aktiv; n'est plus disponible; offre expirée; offre a expiré; offre est expirée;
        offre pourvue; poste pourvu; poste est pourvu; offre n'est plus en ligne;
        n'accepte plus de candidatures; ya no está disponible; oferta caducada; oferta ha caducado;
        oferta expirada; oferta cerrada; ya no acepta solicitudes; proceso cerrado; vacante cerrada;
        nabídka již není aktuální; nabídka už není aktuální""")
)

OPEN: Phrases[bool] = Phrases(
    (phrase, True)
    for phrase in listed("""
        apply now; apply for this job; apply for this position; apply for this role; apply today;
        apply online; apply on company website; apply here; apply to this job; easy apply;
        submit application; submit your application; jetzt bewerben; bewirb dich; online bewerben;
        bewerben sie sich; postuler; je postule; postulez; candidatez; inscribirme; inscríbete;
        aplicar ahora; solicitar empleo; postúlate; email us your resume; send us your cv;
        send us your resume; send your cv; send your resume""")
)

# What structured data and application state call the state of a posting.
CLOSED_STATES = frozenset(
    {"expired", "closed", "filled", "inactive", "archived", "unpublished", "draft", "paused", "ended"}
)
OPEN_STATES = frozenset({"open", "active", "published", "live", "accepting"})
