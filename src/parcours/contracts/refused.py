"""Why a line of a contract is not read as guarantees, in one sentence, and how to write it."""

from parcours.contracts.paste import (
    LEAST,
    MORE,
    NUMBER,
    OTHER_CARE,
    OVERRUNS,
    REAL,
    has_percent,
    in_numbers,
    is_percent,
    levels_of,
    names_other,
    parts_of,
)
from parcours.contracts.schema import WHOLE
from parcours.contracts.words import strange_words
from parcours.law.cache import flat_law
from parcours.text import Text, listed, percent

AS_PRINTED = Text(
    "Écrivez-la en pourcentages du tarif, part de la Sécu comprise : 150 %, ou : OPTAM 200 %, hors OPTAM 180 %, "
    "dents 250 %.",
    "Write it in percentages of the tariff that hold the part of the Sécu: 150%, or: OPTAM 200%, without OPTAM 180%, "
    "teeth 250%.",
)
WHOLE_PART = Text(
    "Ici les pourcentages comprennent la part de la Sécu. Ajoutez-la si les vôtres viennent en plus d’elle : pour une "
    "visite remboursée à {rate}, « Sécu + 100 % » s’écrit {on_top} ; « TM + 100 % » et « BR + 100 % » s’écrivent "
    "{beside}, car le tarif entier y est déjà. Une somme en euros à côté n’est pas comptée ici.",
    "Percentages hold the part of the Sécu here. Add it where yours come on top of it: for a visit refunded at {rate}, "
    "“Sécu + 100%” is written {on_top}; “TM + 100%” and “BR + 100%” are written {beside}, as the whole tariff is in "
    "them. A sum in euros beside them is not counted here.",
)
OF_THE_PRICE = Text(
    "Une part des dépassements ou du prix demandé n’est pas un niveau du tarif : elle n’est pas comptée ici. ",
    "A part of the overruns or of the price asked is no level of the tariff: it is not counted here. ",
)
UNDER = Text(
    "{said} vient-il en plus de la part de la Sécu ? Écrivez alors la somme : pour une visite remboursée à {rate}, "
    "{sum}. Avec elle, un contrat responsable paie toujours {least} au moins. ",
    "Does {said} come on top of the part of the Sécu? Then write the sum: for a visit refunded at {rate}, {sum}. With "
    "it, a contrat responsable always pays {least} at least. ",
)
STRANGE = Text(
    "« {words} » n’est connu ici ni comme une visite ni comme un autre soin d’un contrat : rien n’en est compté. ",
    "“{words}” is known here neither as a visit nor as other care of a contract: nothing of it is counted. ",
)
ONE_LEVEL = Text(
    "Il y a plusieurs niveaux pour les visites : gardez celui du médecin que vous voyez. ",
    "There are several levels for visits: keep that of the doctor you see. ",
)
WITHOUT_ALONE = Text(
    "Le niveau hors OPTAM est seul : écrivez aussi celui avec OPTAM. ",
    "The level without OPTAM stands alone: write that with OPTAM too. ",
)
IN_EUROS = Text(
    "Une somme en euros n’est comptée ici que pour une monture, un verre, une aide auditive ou une nuit en chambre. ",
    "A sum in euros is counted here only for a frame, a lens, a hearing aid or a night in a room. ",
)


def how_to_write(given: str) -> Text:
    """What to write instead of a guarantee that is not read: the same words wherever one is written."""
    text = in_numbers(given)
    if OVERRUNS.search(text) or REAL.search(text):
        return OF_THE_PRICE + AS_PRINTED
    if MORE.search(text):
        return numbers_in(WHOLE_PART)
    if strange := strange_in(text):
        return Text(*(STRANGE[lang].format(words=listed(strange, lang)) for lang in ("fr", "en"))) + AS_PRINTED
    under = [int(match[1]) for match in NUMBER.finditer(text) if is_percent(match) and int(match[1]) < LEAST]
    if under:
        return numbers_in(UNDER, under[0]) + AS_PRINTED
    return of_levels(text) + AS_PRINTED


def of_levels(text: str) -> Text:
    """What is wrong with the levels of a line, where it has some."""
    visits = ";".join(part for part in parts_of(text) if not names_other(part))
    if any(match[3] not in {None, "%"} for match in NUMBER.finditer(text)):
        return IN_EUROS
    levels = levels_of(visits)
    if {outside for _, outside in levels} == {True}:
        return WITHOUT_ALONE
    return ONE_LEVEL if len(set(levels)) > 1 else Text("", "")


def strange_in(text: str) -> list[str]:
    """The words of a line that make a percentage no level of the tariff for visits."""
    parts = [part for part in parts_of(text) if has_percent(part)]
    about = [part for part in parts if OTHER_CARE.search(part) or not names_other(part)]
    return [word for part in about for word in strange_words(part)]


def numbers_in(words: Text, said: int = LEAST) -> Text:
    """A sentence with the rate of a visit, and so many percent on top of it."""
    rate = int(flat_law().default.rows[-1].taux_medecin)
    numbers = {
        "rate": rate,
        "said": said * 100,
        "sum": said * 100 + rate,
        "least": WHOLE,
        "on_top": WHOLE + rate,
        "beside": 2 * WHOLE,
    }
    return Text(
        *(
            words[lang].format(**{name: percent(value, lang) for name, value in numbers.items()})
            for lang in ("fr", "en")
        )
    )
