"""The words of a company's name that say what it is in law, or what kind of whole it is, and not who it is.

The legal forms are abbreviations and names of ISO 20275, the list of entity legal forms that GLEIF keeps, as far as
employers use them; all is written as `matching` reads it: case and accents off, "&" as "and", letters between dots
joined ("S.A." is "sa"). What is a word of names as well is left out, however official: "pc", "sac", "sad", "sci".
"""

_WORDS = """
inc incorporated corp corporation co company ltd limited llc llp lp lllp plc pllc pbc ulc cic pty pte pvt bhd pcl jsc
pjsc ojsc cjsc psc fze fzco wll tbk persero
gmbh mbh ggmbh gesmbh ag kg kgaa ohg gbr ug ev eg ek ekfr ekfm aktiengesellschaft kommanditgesellschaft
se sce eeig
sa sas sasu sarl eurl snc scop scrl sprl bvba cvba scs sanv nvsa sagl
sl slu slp sau slne eirl ltda lda eireli srls srl spa scpa scarl sapa
bv nv vof cooperatie
ab oy oyj as asa aps ivs hf ehf aktiebolag aktieselskab osakeyhtio anpartsselskab
spzoo sro doo dooel kft zrt nyrt uab sia ou ood eood
αε επε ικε ооо оао зао пао тов тзов
kk gk yk בעמ 株 有 주 유
"""

# One to a line. What is a form after a form needs no line: "Pty Ltd" and "GmbH & Co. KG" go word by word.
_PHRASES = """
and co
and company
and cie
and cia
y cia
e cia
limited liability company
limited liability partnership
limited partnership
public limited company
public company limited
public benefit corporation
private limited
proprietary limited
sdn bhd
fz llc
ges mbh
gesellschaft mbh
gesellschaft mit beschrankter haftung
eingetragener verein
ug haftungsbeschrankt
sa rl
societe anonyme
societe par actions simplifiee
societe a responsabilite limitee
societe cooperative
s coop
sociedad anonima
sociedad limitada
sociedade anonima
sa de cv
sab de cv
sapi de cv
s de rl de cv
ab publ
oyj abp
sp zoo
sp z oo
spolka akcyjna
spolka z ograniczona odpowiedzialnoscia
spol sro
spol s ro
ltd sti
anonim sirketi
kabushiki kaisha
godo kaisha
בע מ
"""

# Where the form stands before the name. "SAS Institute" and "AO World" show why not every form is here.
_LEADING = "the pt sarl eurl ooo oao zao uab sia ооо оао зао пао тов 株 有 주 유"

# What a group adds to its name in one place and leaves out in another: what kind of whole it is, or which country's.
# Nothing that says what a company makes: "Siemens Energy" and "Google Labs" are not Siemens and Google.
_DESCRIPTIONS = """
group gruppe groupe grupo gruppo holding holdings international worldwide global companies enterprises technologies
technology platforms com io
deutschland germany osterreich austria schweiz suisse switzerland france espana spain italia italy nederland
netherlands belgium belgique luxembourg polska poland portugal ireland uk gb usa us america canada mexico brasil
brazil india china japan korea singapore australia israel sweden sverige norge norway danmark denmark finland
europe europa emea dach apac
"""

# Also written without a space before or behind the name; a longer one before what it ends with.
JOINED_FORMS = (
    "股份有限公司",
    "有限责任公司",
    "有限責任公司",
    "有限公司",
    "株式会社",
    "有限会社",
    "合同会社",
    "合資会社",
    "유한책임회사",
    "주식회사",
    "유한회사",
)

FORMS = frozenset((word,) for word in (*_WORDS.split(), *JOINED_FORMS)) | frozenset(
    tuple(line.split()) for line in _PHRASES.splitlines() if line
)
FORM_WORDS_MAX = max(map(len, FORMS))
LEADING_FORMS = frozenset((*_LEADING.split(), *JOINED_FORMS))
DESCRIPTIONS = frozenset(_DESCRIPTIONS.split())
