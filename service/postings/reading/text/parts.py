"""What the sections of postings are called, in English, German, French and Spanish."""

from enum import Enum

from service.postings.reading.text.phrases import Phrases, listed


class Part(Enum):
    """What a section of a posting tells."""

    RESPONSIBILITIES = "responsibilities"
    REQUIREMENTS = "requirements"
    TECHNOLOGIES = "technologies"
    BENEFITS = "benefits"
    EMPLOYER = "employer"
    OTHER = "other"
    END = "end"  # what follows is not this posting


_PHRASES: dict[Part, str] = {
    Part.RESPONSIBILITIES: """
        responsibilities; responsibility; duties; accountabilities; what you will do; what you'll do;
        what you will be doing; what you'll be doing; what you do; you will; you'll; your role; the role;
        your mission; your tasks; tasks; day to day; in this role; your impact; what you'll work on;
        what you will work on; how you'll contribute; how you will contribute; your job; scope of work;
        what we need you to do; your day; aufgaben; deine aufgaben; ihre aufgaben; aufgabengebiet; aufgabenbereich;
        tätigkeiten; das erwartet dich; das erwartet sie; was dich erwartet; was dich bei uns erwartet;
        was sie bei uns erwartet; was sie erwartet; das machst du; was du machst; was du tust; verantwortlichkeiten;
        deine mission; dein job; deine rolle; das wirst du tun; darum geht's; dein aufgabengebiet; ihr aufgabengebiet;
        dein aufgabenbereich; ihre tätigkeiten; deine tätigkeiten; dein wirkungskreis; deine verantwortung;
        ihre verantwortung; dein beitrag; so sieht dein tag aus; damit beschäftigst du dich; du wirst; ihre rolle;
        ihre mission; unsere aufgaben für dich; missions; mission; vos missions; tes missions; responsabilités;
        tâches; le poste; votre rôle; ton rôle; ce que vous ferez; ce que tu feras; descriptif du poste;
        vos responsabilités; activités; tes responsabilités; vos tâches; vos activités; missions principales;
        principales missions; description des missions; activités principales; votre quotidien; ton quotidien;
        au quotidien; votre mission; ta mission; vous serez; le rôle; fiche de poste; ce qui vous attend;
        ce qui t'attend; en quoi consiste le poste; attributions; responsabilidades; funciones; tareas; qué harás;
        que harás; lo que harás; tu misión; misión; tu rol; el puesto; qué vas a hacer; tu día a día; tus funciones;
        tus responsabilidades; tus tareas; cuáles serán tus funciones; funciones principales; funciones del puesto;
        principales funciones; descripción de funciones; tu papel; en qué consiste el puesto; cuál será tu misión;
        misión del puesto; qué harías; serás responsable de""",
    Part.REQUIREMENTS: """
        requirements; required; required skills; qualifications; skills; skills and experience; what you bring;
        what you'll bring; what you will bring; who you are; about you; your profile; what we're looking for;
        what we are looking for; we are looking for; we're looking for; what we look for; who we're looking for;
        you have; you should have; must have; must haves; nice to have; nice to haves; good to have; preferred;
        desired; a plus; ideal candidate; candidate profile; this profile; profile; what you need; what you'll need;
        what you will need; minimum qualifications; bonus points; education; your skills; your experience;
        required experience; experience requirements; experience required; your background; prerequisites; you bring;
        what it takes; you might be; you may be a fit; knowledge and skills; you need to have; at a minimum;
        great addition to the team if you; great addition to our team if you; anforderungen; anforderungsprofil;
        profil; dein profil; ihr profil; qualifikationen; qualifikation; voraussetzungen; das bringst du mit;
        was du mitbringst; das solltest du mitbringen; was sie mitbringen; das bringen sie mit; sie bringen mit;
        du bringst mit; kenntnisse; wen wir suchen; was wir suchen; wir suchen; wir erwarten; das zeichnet dich aus;
        was dich auszeichnet; deine skills; deine qualifikation; wünschenswert; von vorteil; das wünschen wir uns;
        das wünschen wir uns von dir; damit überzeugst du uns; damit überzeugen sie uns; damit überzeugst du;
        womit du überzeugst; womit sie überzeugen; damit punktest du; so überzeugst du uns; das zeichnet sie aus;
        was sie auszeichnet; ihre qualifikation; ihre qualifikationen; deine qualifikationen; deine voraussetzungen;
        ihre voraussetzungen; deine fähigkeiten; deine stärken; ihre kompetenzen; deine kompetenzen;
        fachliche anforderungen; persönliche anforderungen; das hast du drauf; das solltest du haben;
        das sollten sie mitbringen; das passt zu dir; du passt zu uns; passt du zu uns; wir wünschen uns;
        was wir uns wünschen; deine erfahrung; idealerweise; muss kriterien; was du brauchst; profil recherché;
        votre profil; ton profil; compétences; compétences requises; prérequis; pré-requis; exigences;
        ce que nous recherchons; vous êtes; tu es; expérience requise; formation; qui êtes-vous; qualités requises;
        le profil; profil souhaité; profil attendu; profil du candidat; profil idéal; le profil idéal; qui es-tu;
        ce que nous attendons; nous attendons de vous; vos compétences; tes compétences; compétences techniques;
        compétences attendues; compétences et qualités; savoir-être; savoir-faire; vos qualités; vos atouts;
        tes atouts; votre expérience; conditions requises; niveau requis; formation et expérience; diplôme;
        nous recherchons; on recherche; qui recherchons-nous; vous avez; tu as; les plus; les prérequis; souhaité;
        indispensable; requisitos; perfil; requisitos mínimos; qué buscamos; que buscamos; lo que buscamos;
        conocimientos; habilidades; experiencia requerida; tu perfil; qué necesitas; que necesitas; imprescindible;
        valorable; deseable; formación; buscamos; se valorará; qué esperamos de ti; que esperamos de ti;
        qué esperamos; requisitos imprescindibles; requisitos deseables; requisitos deseados; requisitos valorables;
        se requiere; se valora; qué pedimos; qué te pedimos; lo que pedimos; perfil buscado; perfil del candidato;
        perfil requerido; a quién buscamos; tu experiencia; competencias; competencias requeridas;
        conocimientos necesarios; experiencia mínima; formación requerida; formación y experiencia;
        habilidades requeridas; aptitudes; nos encantaría que; si tienes; eres tú""",
    Part.TECHNOLOGIES: """
        technologies; tech stack; technology stack; our stack; stack; tools; tools we use; technologien; techstack;
        technischer stack; unser stack; stack technique; environnement technique; outils; tecnologías;
        stack tecnológico; herramientas""",
    Part.BENEFITS: """
        benefits; perks; what we offer; we offer; what we can offer; offers you; why join; why join us; why us;
        why work with us; incentives; what's in it for you; what you get; what you'll get; compensation; salary; pay;
        our offer; wir bieten; was wir bieten; wir bieten dir; wir bieten ihnen; das bieten wir; unser angebot;
        deine vorteile; ihre vorteile; deine benefits; vorteile; darauf kannst du dich freuen; gehalt; vergütung;
        darauf darfst du dich freuen; darauf können sie sich freuen; freu dich auf; unser angebot an sie;
        unser angebot für dich; das bieten wir dir; das bieten wir ihnen; das bekommst du; das bekommst du von uns;
        was wir dir bieten; was wir ihnen bieten; wir bieten an; deine perspektiven; gute gründe; warum wir;
        warum zu uns; deine vorteile bei uns; unsere benefits; unsere leistungen; mitarbeitervorteile;
        das spricht für uns; avantages; ce que nous offrons; nous offrons; nous vous offrons; on vous offre;
        ce que nous proposons; rémunération; pourquoi nous rejoindre; ce qu'on vous propose; ce qu'on te propose;
        ce qu'on propose; ce que nous vous offrons; ce que nous vous proposons; nous vous proposons; nous proposons;
        on vous propose; vos avantages; tes avantages; nos avantages; les avantages; conditions proposées;
        conditions et avantages; rémunération et avantages; pourquoi nous choisir; rejoignez-nous;
        ce que vous y gagnerez; salaire; pourquoi rejoindre; ofrecemos; qué ofrecemos; que ofrecemos;
        lo que ofrecemos; beneficios; te ofrecemos; qué te ofrecemos; ventajas; salario; beneficios sociales;
        qué ofrecemos nosotros; nuestra oferta; condiciones; se ofrece; por qué unirte; por qué trabajar con nosotros;
        qué encontrarás; ofrecemos a cambio; tus beneficios; retribución""",
    Part.EMPLOYER: """
        about us; about the company; about our company; who we are; our company; our mission; our values; our story;
        our culture; the company; company description; company overview; equal opportunity;
        equal opportunity employer; diversity; life at; meet the team; the team; our team; about the team; über uns;
        wer wir sind; das unternehmen; unternehmen; unternehmensprofil; das sind wir; wir über uns; über; à propos;
        à propos de nous; qui sommes-nous; l'entreprise; notre entreprise; votre employeur; l'équipe; sobre nosotros;
        quiénes somos; quienes somos; la empresa; nuestra empresa; sobre la empresa; el equipo;
        das sind wir als arbeitgeber; dein team; unser team; das team; wer sind wir; unser unternehmen; firmenprofil;
        das bieten wir als unternehmen; wer dahinter steckt; dein arbeitgeber; ihr arbeitgeber; notre histoire;
        notre mission; nos valeurs; notre équipe; présentation de l'entreprise; présentation; l'entreprise en bref;
        la société; notre société; qui nous sommes; nous connaître; le contexte; contexte; acerca de nosotros;
        acerca de la empresa; acerca de; conócenos; nuestra misión; nuestro equipo; tu equipo; nuestra historia;
        descripción de la empresa; información de la empresa""",
    Part.OTHER: """
        job description; about the job; about this job; about the role; about this role; about the position; overview;
        summary; job summary; description; details; job details; location; hours; working hours; how to apply; apply;
        application; application process; interview process; hiring process; contact; next steps; employment type;
        seniority level; job function; industries; job type; employer questions; share; stellenbeschreibung;
        beschreibung; kontakt; so bewirbst du dich; bewerbung; bewerben; arbeitsort; standort; ansprechpartner;
        ansprechpartnerin; dein ansprechpartner; deine ansprechpartnerin; ihr ansprechpartner; ihre ansprechpartnerin;
        bewerbungsprozess; interessiert; haben wir dein interesse geweckt; eckdaten; auf einen blick;
        rahmenbedingungen; jetzt bewerben; description du poste; comment postuler; postuler; candidature; lieu;
        processus de recrutement; déroulement des entretiens; étapes du recrutement; modalités;
        informations complémentaires; localisation; informations pratiques; pour postuler; intéressé; descripción;
        descripción del puesto; cómo aplicar; inscríbete; contacto; ubicación; proceso de selección; cómo inscribirse;
        datos del puesto; información adicional; detalles de la oferta; te interesa""",
    Part.END: """
        similar jobs; related jobs; more jobs; other jobs; people also viewed; recommended jobs; jobs you may like;
        similar positions; other openings; more openings; other positions; you may also like; latest jobs; see also;
        ähnliche jobs; ähnliche stellen; weitere stellen; weitere jobs; das könnte dich auch interessieren;
        ähnliche stellenangebote; weitere stellenangebote; passende jobs; diese jobs könnten dich interessieren;
        andere jobs; das könnte sie auch interessieren; weitere offene stellen; offres similaires; autres offres;
        offres recommandées; autres annonces; annonces similaires; ces offres pourraient vous intéresser;
        d'autres offres; nos autres offres; otros empleos; más ofertas; te puede interesar;
        también te puede interesar; otras vacantes; ofertas similares; otras ofertas; ofertas relacionadas;
        similar roles; more roles; jobs similaires; empleos similares; similar vacancies; similar openings;
        other vacancies; other roles; related positions; jobs you might like; you might also like; recommended for you;
        ähnliche positionen; passende stellen; weitere interessante stellen; weitere jobangebote; postes similaires;
        d'autres postes; offres qui pourraient vous intéresser; vacantes similares; puestos similares; otros puestos;
        ofertas que te pueden interesar; empleos relacionados""",
}

HEADINGS: Phrases[Part] = Phrases((phrase, part) for part, phrases in _PHRASES.items() for phrase in listed(phrases))
