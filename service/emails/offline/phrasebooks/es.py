"""Spanish. Usted throughout; salutations that need no gender."""

from dataclasses import replace

from service.emails.model import Tone
from service.emails.offline.phrasebooks import Manner, Phrasebook

_PROFESSIONAL = Manner(
    greeting="Buenos días, {name}:",
    greeting_nobody="Buenos días:",
    titled_at="Me interesa el puesto «{title}» en {company} y quisiera presentar mi candidatura.",
    titled="Me interesa el puesto «{title}» que han publicado y quisiera presentar mi candidatura.",
    posted_at="Me interesa el puesto publicado por {company} y quisiera presentar mi candidatura.",
    posted="Me interesa el puesto que han publicado y quisiera presentar mi candidatura.",
    enquiry_at="¿Hay actualmente en {company} un puesto que encaje con mi experiencia?",
    enquiry="¿Buscan actualmente a alguien con mi experiencia?",
    technologies="De las tecnologías del anuncio, aporto {technologies}.",
    curious_technologies="El anuncio menciona {technologies}; ¿cuáles importan más en los primeros meses?",
    curious_requirement="El anuncio pide {requirement}; ¿cómo es eso en el día a día?",
    ask="¿Podríamos hablar brevemente en los próximos días?",
    offer="También puedo enviarle mi currículum completo o responder por escrito.",
    sign_off="Saludos cordiales,",
)

SPANISH = Phrasebook(
    language="es",
    conjunction="y",
    quoted="«{text}»",
    since="Trabajo como {position} en {organisation} desde {year}.",
    current="Trabajo como {position} en {organisation}.",
    latest="Hasta hace poco trabajé como {position} en {organisation}.",
    label="Trabajo como {position}.",
    did="",
    did_also="",
    did_as_well="",
    did_in_project="",
    example="Un ejemplo de mi trabajo en {organisation}: {text}.",
    example_elsewhere="Y en {organisation}: {text}.",
    example_also="Otro, en el mismo lugar: {text}.",
    example_of_project="De mi proyecto personal {organisation}: {text}.",
    asked_for="El anuncio pide {requirement}.",
    includes="Entre las tareas está {requirement}.",
    closed="El anuncio parece cerrado; si el puesto sigue abierto, le agradecería que me lo dijera.",
    subject_titled_at="{title} en {company}",
    subject_titled="{title}",
    subject_at="Puestos abiertos en {company}",
    subject_bare="Puestos abiertos",
    manners={
        Tone.PROFESSIONAL: _PROFESSIONAL,
        Tone.WARM: replace(
            _PROFESSIONAL,
            greeting="Hola, {name}:",
            greeting_nobody="Hola:",
            titled_at="He leído el anuncio «{title}» de {company} y me gustaría hablar de ello con usted.",
            titled="He leído su anuncio «{title}» y me gustaría hablar de ello con usted.",
            posted_at="He leído el anuncio de {company} y me gustaría hablar de ello con usted.",
            posted="He leído su anuncio y me gustaría hablar de ello con usted.",
            technologies="De su lista, ya he trabajado con {technologies}.",
            ask="¿Tendría un momento para hablar?",
            offer="Me gustaría saber en qué trabaja el equipo, y puedo enviar antes mi currículum.",
            sign_off="Un cordial saludo,",
        ),
        Tone.DIRECT: replace(
            _PROFESSIONAL,
            greeting="Hola, {name}:",
            greeting_nobody="Hola:",
            titled_at="Me interesa el puesto «{title}» en {company}.",
            titled="Me interesa su puesto «{title}».",
            posted_at="Me interesa el puesto publicado por {company}.",
            posted="Me interesa el puesto que han publicado.",
            ask="¿Tiene 15 minutos para una llamada?",
            offer="Puedo enviar mi currículum de inmediato.",
            sign_off="Saludos,",
        ),
    },
)
