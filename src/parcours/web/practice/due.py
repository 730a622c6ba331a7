"""`/practice/prevention`: the declared patients who are due something, letters for them, what the fund counts."""

from starlette.responses import Response

from parcours.documents.prevention import letters
from parcours.edge.due_patients import due_page, patients
from parcours.engine.prevention.say import name_of
from parcours.law import thresholds
from parcours.law.prevention.indicators import indicators, not_known
from parcours.registry.prevention.practice import Count, cents_per_indicator, counts_of
from parcours.text import Text, euros
from parcours.web.desk.room import Desk
from parcours.web.i18n import long_date
from parcours.web.practice.desk import doctor_of, show

SHOWN = 50
TITLE = Text("Prévention de la patientèle", "Prevention for the patients of this doctor")
LEAD = Text(
    "D'après l'âge et ce qui a été dit. Une date ou une réponse qui manque n'est pas comptée.",
    "By age and what was said. A date or an answer that is missing is not counted.",
)
LETTERS = Text("Les lettres de cette page, à imprimer (ZIP)", "The letters of this page, to print (ZIP)")
NOBODY = Text("Personne n'a rien à faire aujourd'hui.", "Nobody is due anything today.")
DUE = Text("À proposer", "To be offered")
MORE = Text("Suite", "More")
INDICATORS = Text("Indicateurs du forfait médecin traitant", "Indicators of the flat fee")
PAID = Text("{amount} par indicateur et par patient : {total} aujourd'hui, {known} indicateurs sur 15.",
            "{amount} per indicator and patient: {total} today, {known} indicators of 15.")  # fmt: skip
NOT_COUNTED = Text(
    "Non comptés ici : avant {age} ans, les vaccins de qui est à risque par ses médicaments.",
    "Not counted here: before {age}, vaccines of who is at risk by their medicines.",
)
NOT_KNOWN = Text("non connu ici", "not known here")
MANY = Text("{label} ({count} indicateurs)", "{label} ({count} indicators)")
MET = Text("{met} sur {concerned}", "{met} of {concerned}")
OPEN = Text("Saison ouverte du {first} au {last}", "Season open from {first} to {last}")
ENDED = Text("Dernière saison, du {first} au {last}", "Last season, from {first} to {last}")


def prevention(desk: Desk) -> Response:
    """The page: who is due what, by name, some patients at a time; and the indicators over all of them."""
    everybody, lang = patients(desk.unit), desk.lang
    waiting, following = due_page(desk.unit, everybody, desk.today, start_of(desk), SHOWN)
    counts = counts_of(desk.session, everybody, desk.today)
    rows = [(one.row, " · ".join(name_of(said.item, lang) for said in one.now)) for one in waiting]
    return show(
        desk, "practice/prevention.html", rows=rows, title=TITLE[lang], lead=LEAD[lang], letters=LETTERS[lang],
        nobody=NOBODY[lang], due=DUE[lang], indicators=INDICATORS[lang], not_counted=not_counted(lang),
        counts=[(one.indicator.label[lang], said(one, lang), season(one, desk)) for one in counts]
        + [(MANY[lang].format(label=one.label[lang], count=one.count), NOT_KNOWN[lang], one.reason[lang])
           for one in not_known()],
        paid=paid(desk, counts), more=MORE[lang], of_page=desk.page.url("/practice/prevention.zip", **page_of(desk)),
        following=desk.page.url("/practice/prevention", **{"from": str(following)}) if following else "",
    )  # fmt: skip


def not_counted(lang: str) -> str:
    """What no indicator here knows."""
    return NOT_COUNTED[lang].format(age=indicators()["grippe"].from_age)


def start_of(desk: Desk) -> int:
    """The first patient of the page that is asked."""
    asked = desk.asked("from", 6)
    return int(asked) if asked.isascii() and asked.isdecimal() else 0


def page_of(desk: Desk) -> dict[str, str]:
    """What an address says of the page that is shown."""
    start = start_of(desk)
    return {"from": str(start)} if start else {}


def said(one: Count, lang: str) -> str:
    """An indicator in words."""
    return MET[lang].format(met=one.met, concerned=one.concerned)


def season(one: Count, desk: Desk) -> str:
    """Of what comes back each season, the one that is counted."""
    if one.season is None:
        return ""
    first, last = (long_date(day, desk.lang) for day in one.season)
    return (OPEN if desk.today <= one.season[1] else ENDED)[desk.lang].format(first=first, last=last)


def paid(desk: Desk, counts: list[Count]) -> str:
    """What the flat fee pays for what is met today."""
    each = cents_per_indicator(desk.today)
    total = each * sum(one.met for one in counts)
    return PAID[desk.lang].format(amount=euros(each, desk.lang), total=euros(total, desk.lang), known=len(counts))


def letters_file(desk: Desk) -> Response:
    """A letter to each patient of the page who is due something, in one file."""
    doctor = doctor_of(desk)
    found, _ = due_page(desk.unit, patients(desk.unit), desk.today, start_of(desk), SHOWN)
    name = f"{doctor.first_name} {doctor.family_name}"
    made = letters(found, name, desk.lang, parents_until=thresholds.age_of_choice(desk.today))
    headers = {"Content-Disposition": 'attachment; filename="letters.zip"', "Cache-Control": "private, no-store"}
    return Response(made, headers=headers, media_type="application/zip")
