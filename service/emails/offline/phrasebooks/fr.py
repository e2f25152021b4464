"""French. Vous throughout; salutations that need no gender."""

from dataclasses import replace

from service.emails.model import Tone
from service.emails.offline.phrasebooks import Manner, Phrasebook

_PROFESSIONAL = Manner(
    greeting="Bonjour {name},",
    greeting_nobody="Bonjour,",
    titled_at="Le poste « {title} » chez {company} m’intéresse et je souhaite vous proposer ma candidature.",
    titled="Le poste « {title} » que vous avez publié m’intéresse et je souhaite vous proposer ma candidature.",
    posted_at="Le poste publié par {company} m’intéresse et je souhaite vous proposer ma candidature.",
    posted="Le poste que vous avez publié m’intéresse et je souhaite vous proposer ma candidature.",
    enquiry_at="Y a-t-il actuellement chez {company} un poste qui corresponde à mon parcours ?",
    enquiry="Avez-vous actuellement un poste qui corresponde à mon parcours ?",
    technologies="Parmi les technologies de l’annonce, je connais {technologies}.",
    curious_technologies="L’annonce cite {technologies} ; lesquelles comptent le plus les premiers mois ?",
    curious_requirement="L’annonce demande {requirement} ; à quoi cela ressemble-t-il au quotidien ?",
    ask="Pourrions-nous convenir d’un court appel dans les prochains jours ?",
    offer="Je peux aussi vous envoyer mon CV complet ou répondre à vos questions par écrit.",
    sign_off="Cordialement,",
)

FRENCH = Phrasebook(
    language="fr",
    conjunction="et",
    quoted="« {text} »",
    since="Depuis {year}, je travaille comme {position} chez {organisation}.",
    current="Je travaille comme {position} chez {organisation}.",
    latest="Dernièrement, j’ai travaillé comme {position} chez {organisation}.",
    label="Je travaille comme {position}.",
    did="",
    did_also="",
    did_as_well="",
    did_in_project="",
    example="Un exemple tiré de mon travail chez {organisation} : {text}.",
    example_elsewhere="Et chez {organisation} : {text}.",
    example_also="Un autre, au même endroit : {text}.",
    example_of_project="Dans mon projet personnel {organisation} : {text}.",
    asked_for="L’annonce demande {requirement}.",
    includes="Les missions comprennent {requirement}.",
    closed="L’annonce semble close ; si le poste est encore ouvert, merci de me le dire.",
    subject_titled_at="{title} chez {company}",
    subject_titled="{title}",
    subject_at="Postes ouverts chez {company}",
    subject_bare="Postes ouverts",
    manners={
        Tone.PROFESSIONAL: _PROFESSIONAL,
        Tone.WARM: replace(
            _PROFESSIONAL,
            titled_at="J’ai lu l’annonce « {title} » de {company} et j’aimerais en parler avec vous.",
            titled="J’ai lu votre annonce « {title} » et j’aimerais en parler avec vous.",
            posted_at="J’ai lu l’annonce de {company} et j’aimerais en parler avec vous.",
            posted="J’ai lu votre annonce et j’aimerais en parler avec vous.",
            technologies="De votre liste, j’ai déjà travaillé avec {technologies}.",
            ask="Auriez-vous un moment pour un court échange ?",
            offer="J’aimerais savoir sur quoi travaille l’équipe, et je peux envoyer mon CV auparavant.",
            sign_off="Bien cordialement,",
        ),
        Tone.DIRECT: replace(
            _PROFESSIONAL,
            titled_at="Le poste « {title} » chez {company} m’intéresse.",
            titled="Votre poste « {title} » m’intéresse.",
            posted_at="Le poste publié par {company} m’intéresse.",
            posted="Le poste que vous avez publié m’intéresse.",
            ask="Avez-vous 15 minutes pour un appel ?",
            offer="Je peux envoyer mon CV tout de suite.",
        ),
    },
)
