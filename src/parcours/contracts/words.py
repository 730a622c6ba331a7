"""The words that may stand beside a level of the tariff for visits; any other is named, never guessed at."""

import re

from parcours.words import fold

WORD = re.compile(r"[^\W\d_]+")
KNOWN = re.compile(
    r"consult\w*|visit\w*|medecins?|generalistes?|specialistes?|specialists?|specialis\w*|honoraires?|doctors?|gps?|"
    r"docteurs?|praticiens?|soins?|courants?|medica\w+|cabinet|ville|domicile|physicians?|fees?|care|routine|"
    r"technique?s?|technical|actes?|acts?|radio\w*|image\w*|imaging|echograph\w*|scanners?|irm|mri|ultrasounds?|"
    r"x|rays?|chirurg\w*|surg\w*|atm|ats|adc|ade|adi|cs?|vs?|gs|psychiatres?|gynecolog\w*|dermatolog\w*|ophtalmolog\w*|"
    r"pediatr\w*|cardiolog\w*|orl|rhumatolog\w*|neuro\w*|psychiatrist\w*|paediatric\w*|"
    r"optam|dpta?m|co|aco|cas|contrats?|acces|dispositifs?|pratiques?|tarifaires?|maitrisee?s?|signataires?|adher\w+|"
    r"ayant|conventionn\w*|secteurs?|sectors?|options?|engages?|member\w*|signed|"
    r"br|brss|bro|tc|ta|tarifs?|tariffs?|bases?|rembours\w*|refund\w*|convention\w*|secu|securite|sociale?|ss|ro|amo|"
    r"security|assurance|maladie|obligatoire|regime|compris\w*|incl\w*|totale?|total|tout\w*|all|part|y|levels?|"
    r"responsables?|formules?|niveaux?|garanties?|guarantees?|mutuelles?|complementaires?|contracts?|plans?|"
    r"a|au|aux|avec|by|chez|de?|des|du|en|et|and|every|for|hors|in|is|jusqu|l|la|les?|no|non|not|of|on|or|ou|outside|"
    r"par|per|pour|qu|sans|soit|sur|the|toutes?|un|une|up|to|with|without|pris\w*|charge|montant|que|both|same|d|paye?s?|at"
)
"""Without accents, in small letters, whole words."""


def strange_words(text: str) -> list[str]:
    """The words of a line that are not known to stand beside a level of the tariff, as they are written."""
    return [word for word in WORD.findall(text) if not KNOWN.fullmatch(fold(word))]
