"""What people are called at work, in English, German, French and Spanish: the nouns that make a title a title."""

import re

from service.postings.reading.text.phrases import words_of

_NOUNS = """
    accountant administrator advisor adviser agent analyst apprentice architect artist assistant associate auditor
    baker barista buyer carpenter caregiver cashier chef chief cleaner clerk coach consultant controller cook
    coordinator copywriter dentist designer developer dev director doctor driver editor electrician engineer
    estimator executive expert foreman gardener generalist head hairdresser housekeeper instructor intern
    journalist lawyer lead leader lecturer librarian machinist manager marketer mechanic master mechatronic midwife
    nurse officer operator owner paralegal partner pharmacist photographer physician physicist physiotherapist
    pilot planner plumber president principal producer professor programmer psychologist receptionist recruiter
    researcher representative salesperson scientist secretary specialist strategist superintendent supervisor
    surveyor teacher technician technologist tester therapist trader trainee trainer translator tutor underwriter
    veterinarian waiter waitress warehouseman welder writer
    arzt ärztin bäcker bäckerin koch köchin referent referentin sachbearbeiter sachbearbeiterin werkstudent
    werkstudentin praktikant praktikantin auszubildende auszubildender azubi kaufmann kauffrau mechatroniker
    mechatronikerin fachkraft pflegekraft
    acheteur acheteuse administrateur administratrice aide-soignant aide-soignante analyste animateur animatrice
    architecte assistante avocat boulanger boulangère chargé chargée chauffeur cheffe commercial commerciale
    comptable concepteur conceptrice conducteur conductrice conseiller conseillère consultante contrôleur
    contrôleuse coordinateur coordinatrice cuisinier cuisinière directeur directrice développeur développeuse
    éducateur éducatrice employé employée enseignant enseignante formateur formatrice gestionnaire graphiste
    infirmier infirmière informaticien informaticienne ingénieur ingénieure intégrateur juriste mécanicien
    mécanicienne menuisier médecin opérateur opératrice pharmacien pharmacienne préparateur préparatrice
    programmeur rédacteur rédactrice responsable secrétaire serveur serveuse stagiaire technicien technicienne
    technico-commercial traducteur traductrice vendeur vendeuse
    abogado abogada administrativo administrativa analista arquitecto arquitecta asesor asesora ayudante becario
    becaria camarero camarera científico científica cocinero cocinera comercial conductor conductora consultor
    consultora contable coordinador coordinadora dependiente dependienta desarrollador desarrolladora directora
    diseñador diseñadora encargado encargada enfermero enfermera gerente gestor gestora ingeniero ingeniera jefe
    jefa mecánico mecánica médico médica operario operaria profesor profesora programador programadora
    recepcionista redactor redactora técnico técnica traductor traductora vendedor vendedora"""
ROLES = frozenset(_NOUNS.split())
# What German puts at the end of one word: Softwareentwicklerin, Teamleiter.
_ENDING = re.compile(
    r".*(?:entwickler|ingenieur|leiter|berater|techniker|architekt|administrator|manager|verkäufer|fahrer|helfer"
    r"|pfleger|erzieher|lehrer|meister|informatiker|mechaniker|elektroniker|monteur|planer|betreuer|assistent|analyst"
    r"|spezialist|koordinator|referent|programmierer|designer|tester|trainer|buchhalter|disponent|sachbearbeiter"
    r"|mitarbeiter|engineer|developer)(?:in|innen)?|.{2,}(?:kauffrau|kaufmann|kraft|ärztin|arzt|köchin|koch)"
)
# How far someone has come, before what they are: "a senior Go developer".
GRADES = frozenset(("junior", "senior", "lead", "principal", "staff", "expert", "graduate", "sénior", "júnior"))


def is_role(word: str) -> bool:
    """Is this the name of an occupation, in whatever case, for one person or several?"""
    word = word.casefold()
    return word in ROLES or word.removesuffix("s") in ROLES or _ENDING.fullmatch(word) is not None


def names_a_role(text: str) -> bool:
    return any(is_role(word) for word in words_of(text))
