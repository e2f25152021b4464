"""Places, as a line names them: a town with its state, its region or its country. Pure.

`Cambridge, MA` ends in what is a degree as well, `Denver, CO` in what a firm may end in; places are looked for first. A
town alone is none for certain, nor is it with a name behind it that is not known here: `UniCredit, Milan`.
"""

import re

from service.adapters.resume_reader.recognition.vocabulary import DEGREE, EMPLOYER, POSITION, SCHOOL, phrases, words_of

# Of a place; longer ones are sentences.
PLACE_MAX_CHARS = 100

# The two letters of the states, territories and provinces (USPS publication 28, appendix B; Canada Post).
_STATE_CODES = """
    AL AK AZ AR CA CO CT DE DC D.C. FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK
    OR PA PR RI SC SD TN TX UT VT VA WA WV WI WY AB BC MB NB NL NS NT NU ON PE QC SK YT NSW VIC QLD TAS ACT
"""
_REGIONS = """
    alabama; alaska; arizona; arkansas; california; colorado; connecticut; delaware; florida; georgia; hawaii; idaho;
    illinois; indiana; iowa; kansas; kentucky; louisiana; maine; maryland; massachusetts; michigan; minnesota;
    mississippi; missouri; montana; nebraska; nevada; new hampshire; new jersey; new mexico; new york; north carolina;
    north dakota; ohio; oklahoma; oregon; pennsylvania; rhode island; south carolina; south dakota; tennessee; texas;
    utah; vermont; virginia; washington; west virginia; wisconsin; wyoming; puerto rico; ontario; quebec; québec;
    british columbia; alberta; manitoba; saskatchewan; nova scotia; new brunswick; victoria; queensland;
    new south wales; england; scotland; wales; northern ireland; bayern; bavaria; baden-württemberg; hessen; hesse;
    niedersachsen; nordrhein-westfalen; nrw; rheinland-pfalz; sachsen; saxony; thüringen; brandenburg;
    schleswig-holstein; saarland; bretagne; normandie; occitanie; île-de-france; alsace; rhône-alpes; provence;
    andalucía; aragón; asturias; cataluña; catalunya; catalonia; galicia; extremadura; navarra; país vasco; karnataka;
    maharashtra; tamil nadu; telangana; kerala; gujarat; haryana; punjab; west bengal; uttar pradesh; jalisco;
    nuevo león; antioquia; são paulo
"""
_COUNTRIES = """
    argentina; argentinien; argentine; australia; australien; australie; austria; österreich; autriche; bangladesh;
    belgium; belgien; belgique; bélgica; bolivia; brazil; brasilien; brésil; brasil; bulgaria; bulgarien; bulgarie;
    canada; kanada; canadá; chile; chili; china; chine; colombia; kolumbien; colombie; costa rica; croatia; kroatien;
    croatie; cuba; cyprus; czech republic; czechia; tschechien; république tchèque; república checa; denmark; dänemark;
    danemark; dinamarca; ecuador; egypt; ägypten; égypte; egipto; estonia; estland; estonie; finland; finnland;
    finlande; finlandia; france; frankreich; francia; germany; deutschland; allemagne; alemania; ghana; greece;
    griechenland; grèce; grecia; guatemala; hong kong; hungary; ungarn; hongrie; hungría; iceland; island; india;
    indien; inde; indonesia; indonesien; ireland; irland; irlande; irlanda; israel; israël; italy; italien; italie;
    italia; japan; japon; japón; kenya; kenia; latvia; lettland; lebanon; liban; lithuania; litauen; luxembourg;
    luxemburg; luxemburgo; malaysia; malta; mexico; mexiko; mexique; méxico; morocco; marokko; maroc; marruecos;
    netherlands; the netherlands; niederlande; pays-bas; países bajos; new zealand; neuseeland; nigeria; norway;
    norwegen; norvège; noruega; pakistan; panama; panamá; paraguay; peru; perú; pérou; philippines; poland; polen;
    pologne; polonia; portugal; romania; rumänien; roumanie; rumania; russia; russland; russie; rusia; saudi arabia;
    senegal; sénégal; serbia; serbien; singapore; singapur; slovakia; slowakei; slovenia; slowenien; south africa;
    südafrika; south korea; korea; spain; spanien; espagne; españa; sri lanka; sweden; schweden; suède; suecia;
    switzerland; schweiz; suisse; suiza; taiwan; thailand; tunisia; tunisie; turkey; türkei; turquie; turquía; türkiye;
    uk; u.k.; united kingdom; great britain; großbritannien; vereinigtes königreich; royaume-uni; reino unido; us; usa;
    u.s.; u.s.a.; united states; vereinigte staaten; états-unis; estados unidos; uae; united arab emirates; ukraine;
    ucrania; uruguay; venezuela; vietnam
"""


_CODES = frozenset(_STATE_CODES.split())
REGIONS, COUNTRIES = frozenset(phrases(_REGIONS)), frozenset(phrases(_COUNTRIES))

_COMMA = re.compile(r", ?")
_REMOTE = re.compile(r"(?:fully )?remote|hybrid|on-?site|home ?office|télétravail|remoto", re.IGNORECASE)
_TOWN = re.compile(r"[^\W\d_][\w.'’/-]*(?: [^\W_][\w.'’/-]*){0,4}")
_CODE_WITH_ZIP = re.compile(r" [0-9]{5}(?:-[0-9]{4})?\Z")
_SHAPE = re.compile(
    r"(?:[^\W\d_][\w.'’-]*(?:[ -][^\W\d_][\w.'’-]*){0,3}, ?)"
    r"[^\W\d_][\w.'’-]*(?:[ -][^\W\d_&][\w.'’-]*){0,4}(?:, ?[^\W\d_][\w .'’-]{1,30})?"
)
_NO_TOWN = POSITION | EMPLOYER | SCHOOL | DEGREE


def is_place(text: str) -> bool:
    """`Berlin, Germany`, `Mountain View, CA`, `Remote`."""
    before, place = without_place(text)
    return bool(place) and not before and len(text) <= PLACE_MAX_CHARS


def is_placelike(text: str) -> bool:
    """Whether it is written like a place and names neither a position nor a firm: `Lyon, Rhône`, `UniCredit, Milan`."""
    is_written_so = len(text) <= PLACE_MAX_CHARS and _SHAPE.fullmatch(text) is not None
    return is_place(text) or (is_written_so and not frozenset(words_of(text)) & _NO_TOWN)


def without_place(text: str) -> tuple[str, str]:
    """What stands before the place that a text ends in, and the place: `Acme` and `Boston, MA`. Empty where none is."""
    starts = [0, *(comma.end() for comma in _COMMA.finditer(text))][-3:]
    for start in starts:
        if _is_place(_COMMA.split(text[start:])):
            return text[:start].rstrip(", "), text[start:]
    return text, ""


def _is_place(fields: list[str]) -> bool:
    """A town, perhaps its state or region, and that or a country at the end."""
    town, *around = fields
    if not around:
        return _REMOTE.fullmatch(town) is not None
    if not _TOWN.fullmatch(town) or not town[0].isupper() or frozenset(words_of(town)) & _NO_TOWN:
        return False
    return all(map(_is_region, around[:-1])) and (_is_region(around[-1]) or around[-1].casefold() in COUNTRIES)


def _is_region(text: str) -> bool:
    return _CODE_WITH_ZIP.sub("", text) in _CODES or text.casefold() in REGIONS
