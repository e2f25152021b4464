"""What ends the name of a company, in the countries of the four languages."""

import re

# The short ones are also regions behind a comma: "Calgary, AB".
_LEGAL_FORMS = (
    r"g?GmbH(?: & Co\. ?KG(?:aA)?)?|KGaA|OHG|mbH|e\. ?V\.|SASU?|SARL|S\. ?A\. ?S\.?|S\. ?A\. ?R\. ?L\.?"
    r"|S\. ?A\.(?: ?U\.?)?|S\. ?L\.(?: ?U\.?)?|SLU|SCOP|Ltd\.?|Limited|LLC|Inc\.?|Corp\.?|PLC|plc|B\. ?V\.|N\. ?V\."
    r"|S\. ?p\. ?A\.|S\. ?r\. ?l\.|A/S"
)
_SHORT_FORMS = r"AG|SE|KG|UG|SA|SL|AB|S\.? ?[AL]|S\.? ?A\.? ?U"
LONG_FORM = re.compile(_LEGAL_FORMS)
LEGAL_FORM = re.compile(rf"{_LEGAL_FORMS}|{_SHORT_FORMS}")
_BEHIND_NAME = rf"(?:[\s,](?:{_LEGAL_FORMS})|(?<!,)\s(?:{_SHORT_FORMS}))"
ENDS_IN_LEGAL_FORM = re.compile(rf"{_BEHIND_NAME}$")
# "Acme GmbH, Hamburg"; what some put before a name is none of it.
WITH_PLACE = re.compile(rf"(?:Firma |Fa\. )?(?P<company>[^\s,].{{0,60}}?{_BEHIND_NAME}), ?(?P<place>\S.*)")
