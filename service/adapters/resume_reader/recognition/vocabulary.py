"""The words that tell what a piece of a line is, in English, German, French and Spanish. Pure."""

import re

_POSITION = """
    accountant actuary administrative administrator advisor advocate agent analyst animator apprentice architect artist
    assistant associate attorney auditor barista biologist bookkeeper broker buyer captain cashier ceo cfo chairman
    chairperson chairwoman chef chemist chief chro cio clerk cmo co-founder coach cofounder consultant contractor
    controller coo coordinator copywriter counsel counsellor counselor cpo cso cto curator cybersecurity dean dentist
    designer developer devops director dispatcher drafter driver economist editor educator electrician employee engineer
    engineering estimator evangelist examiner executive expert facilitator fellow founder freelance freelancer geologist
    handyman head hygienist illustrator inspector instructor intern internship interpreter investigator investor janitor
    journalist laborer lawyer lead leader lecturer librarian linguist machinist maintainer manager marketer mechanic
    member mentor midwife modeler moderator negotiator nurse nutritionist officer operator optician organizer owner
    paralegal paramedic partner pharmacist photographer physician physicist physiotherapist pilot planner plumber
    postdoc presenter president principal producer professor programmer proofreader psychologist publicist radiographer
    receptionist recruiter registrar reporter representative researcher reviewer salesman salesperson saleswoman scholar
    scientist secretary sommelier specialist sre statistician steward strategist student stylist superintendent
    supervisor surgeon surveyor sysadmin teacher tech technician technologist teller tester therapist trainee trainer
    translator treasurer tutor typist underwriter veterinarian vice volunteer vp waiter waitress webmaster welder writer
    angestellte angestellter anwalt anwältin apotheker apothekerin arbeiter arbeiterin architekt architektin arzt
    assistent assistentin aushilfe auszubildende auszubildender bauleiter berater beraterin betreuer betriebswirt
    betriebswirtin biologe biologin buchhalter buchhalterin bürokauffrau bürokaufmann chefarzt chefin chemiker
    chemikerin controllerin designerin disponent dozent dozentin einkäufer einkäuferin entwickler entwicklerin erzieher
    erzieherin fachinformatiker fachinformatikerin fachkraft fotograf fotografin freiberufler geschäftsführer
    geschäftsführerin gesellschafter grafiker grafikerin gründer gründerin hilfskraft industriekauffrau
    industriekaufmann informatiker informatikerin ingenieur ingenieurin inhaber inhaberin journalistin jurist juristin
    kauffrau kaufmann koch koordinator krankenpfleger krankenschwester köchin künstler künstlerin laborant laborantin
    lehrer lehrerin leiter leiterin lektor lektorin logistiker managerin mechatroniker mechatronikerin mitarbeiter
    mitarbeiterin mitgründer monteur pfleger pflegerin physiker physikerin planer planerin praktikant praktikantin
    praktikum programmierer programmiererin projektleiter projektleiterin psychologe psychologin rechtsanwalt
    rechtsanwältin redakteur redakteurin referent referentin rezeptionist sachbearbeiter sachbearbeiterin sekretär
    sekretärin softwareentwickler softwareentwicklerin softwareingenieur sozialarbeiter sozialarbeiterin sozialpädagoge
    sozialpädagogin steuerberater steuerberaterin systemadministrator teamleiter teamleiterin techniker technikerin
    texter texterin trainerin tutorin verkäufer verkäuferin vertreter vertriebler volkswirt volontär volontärin vorstand
    werkstudent werkstudentin wissenschaftler wissenschaftlerin ärztin übersetzer übersetzerin
    acheteur acheteuse adjoint adjointe administrador administrateur administratrice aide alternant analyste animateur
    animatrice apprenti architecte assistante attaché attachée avocat avocate bénévole caissier caissière chargé chargée
    chargés cheffe chercheur chercheuse collaborateur collaboratrice comptable concepteur conducteur conductrice
    conseiller conseillère consultante contrôleur contrôleuse coordinateur coordinatrice cuisinier cuisinière
    dessinateur directeur directrice doctorant doctorante développeur développeuse employé employée enseignant
    enseignante fondateur fondatrice formateur formatrice gestionnaire graphiste gérant hôte hôtesse infirmier
    infirmière ingénieur ingénieure intérimaire journaliste juriste manutentionnaire médecin opérateur opératrice
    pharmacien pharmacienne professeur programmeur préparateur responsable réceptionniste rédacteur rédactrice
    secrétaire serveur serveuse stagiaire technicien technicienne technico-commercial traducteur traductrice trésorier
    vendeur vendeuse webdesigner éducateur éducatrice
    abogada abogado administradora administrativa administrativo agente analista arquitecta arquitecto asesor asesora
    asistente auditora auxiliar ayudante becaria becario cajera cajero camarero científica científico conductor
    conductora consultor consultora contable contador contadora coordinador coordinadora dependienta dependiente
    desarrollador desarrolladora directora diseñador diseñadora docente economista educador educadora encargada
    encargado enfermera enfermero especialista fisioterapeuta fundador fundadora gerente gestor gestora ingeniera
    ingeniero investigador investigadora jefa jefe maestro médica médico operador operadora operaria operario periodista
    practicante profesor profesora programador programadora prácticas psicóloga psicólogo recepcionista redactor
    redactora repartidor secretaria secretario supervisora traductor traductora tutora técnica técnico vendedor
    vendedora voluntaria voluntario
"""
_EMPLOYER = """
    ab ag b.v bank bv co company consulting corp corporation e.v ev foundation gbr gmbh group holding holdings hospital
    hôpital inc incorporated institut institute instituto kg kgaa klinik klinikum krankenhaus labs limited llc llp ltd
    ministry ngo nv oy plc pty s.a s.a.r.l s.l s.r.l sa sarl sas se sl solutions spa srl stiftung technologies ug
    universidad university universität université
"""
_SCHOOL = """
    academia academy akademie berufsschule caltech campus celsa colegio college collège conservatory dhbw ecole edhec
    ens epfl esade escuela essec eth fachhochschule facultad faculty fh gymnasium hec hochschule iese insa institut
    institute instituto itesm iut kolleg liceo lmu lse lycée mit politécnica polytech polytechnic polytechnique
    realschule rwth school schule seminary tu tum ucl ucla unam uned universidad universidade universitat universite
    universiteit university università universität université école
"""
_DEGREE = """
    a-level a-levels aas abitur abschluss associate's b.a b.b.a b.com b.e b.ed b.eng b.f.a b.s b.sc b.tech ba bac
    baccalauréat bachelor bachelor's bachiller bachillerato basc bba bca bcom bcs beng bep bfa bmath brevet bs bsc bscn
    bse bsn btech bts certificate ciclo d.phil dds dea dess deug diplom diploma diplôme doctor doctorado doctorat
    doctorate doktor dphil dut ed.d edd fachabitur gcse gcses ged grado hnc hnd ingeniería j.d jd licence licencia
    licenciado licenciatura ll.b ll.m llb llm m.a m.b.a m.d m.ed m.eng m.f.a m.phil m.s m.sc m.tech ma maestría magister
    masc master master's mastère maîtrise mba mca mcomp mcs md meng mestrado mfa mpa mph mphil ms msc msci mse msn msw
    máster pgce pgdm ph.d phd posgrado postgrado postgraduate promotion realschulabschluss reife staatsexamen technicien
    técnico
"""


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


def phrases(table: str) -> list[str]:
    """Phrases as a table in the source holds them: between semicolons, over as many lines as they take."""
    return [" ".join(phrase.split()) for phrase in table.split(";")]


POSITION, EMPLOYER, SCHOOL, DEGREE = map(listed, (_POSITION, _EMPLOYER, _SCHOOL, _DEGREE))

_WORD = re.compile(r"[^\W\d_](?:[\w'’.&+#-]*[\w'’+#])?")


def words_of(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text)]
