"""`/practice/prevention`: the declared patients who are due something, letters for them, what the fund counts."""

from starlette.responses import Response

from parcours.documents.prevention import letters
from parcours.edge.due_patients import due_patients
from parcours.engine.prevention.say import name_of
from parcours.law import thresholds
from parcours.registry.prevention.practice import Count, cents_per_indicator, counts_of
from parcours.text import Text, euros, listed
from parcours.web.desk.room import Desk
from parcours.web.i18n import long_date
from parcours.web.practice.desk import doctor_of, show

SHOWN = 100
TITLE = Text("Prévention de ma patientèle", "Prevention of my patients")
LEAD = Text(
    "D'après l'âge et ce qui a été dit. Une date ou une réponse qui manque n'est pas comptée.",
    "By age and what was said. A date or an answer that is missing is not counted.",
)
LETTERS = Text("Les lettres, à imprimer (ZIP)", "The letters, to print (ZIP)")
NOBODY = Text("Personne n'a rien à faire aujourd'hui.", "Nobody is due anything today.")
DUE = Text("À proposer : {count}", "To be offered: {count}")
MORE = Text("Suite", "More")
INDICATORS = Text("Indicateurs du forfait médecin traitant", "Indicators of the flat fee")
PAID = Text("{amount} par indicateur et par patient : {total} aujourd'hui, {known} indicateurs sur 15.",
            "{amount} per indicator and patient: {total} today, {known} indicators of 15.")  # fmt: skip
MET = Text("{met} sur {concerned}", "{met} of {concerned}")
OPEN = Text("Saison ouverte du {first} au {last}", "Season open from {first} to {last}")
ENDED = Text("Dernière saison, du {first} au {last}", "Last season, from {first} to {last}")


def prevention(desk: Desk) -> Response:
    """The page: who is due what, by name; and the indicators over all patients."""
    everybody, lang = due_patients(desk.unit, desk.today), desk.lang
    counts = counts_of(everybody, desk.today)
    waiting = [one for one in everybody if one.now]
    asked = desk.asked("from", 6)
    start = min(int(asked) if asked.isdecimal() else 0, len(waiting))
    rows = [
        (one.row, listed([name_of(said.item, lang) for said in one.now], lang))
        for one in waiting[start : start + SHOWN]
    ]  # fmt: skip
    following = desk.page.url("/practice/prevention", **{"from": str(start + SHOWN)})
    return show(
        desk, "practice/prevention.html", rows=rows, title=TITLE[lang], lead=LEAD[lang], letters=LETTERS[lang],
        nobody=NOBODY[lang], due=DUE[lang].format(count=len(waiting)), indicators=INDICATORS[lang],
        counts=[(one.indicator.label[lang], said(one, lang), season(one, desk)) for one in counts],
        paid=paid(desk, counts), more=MORE[lang],
        following=following if start + SHOWN < len(waiting) else "",
    )  # fmt: skip


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
    """A letter to each patient who is due something, in one file."""
    doctor, found = doctor_of(desk), due_patients(desk.unit, desk.today)
    name = f"{doctor.first_name} {doctor.family_name}"
    made = letters(found, name, desk.lang, parents_until=thresholds.age_of_choice(desk.today))
    headers = {"Content-Disposition": 'attachment; filename="letters.zip"', "Cache-Control": "private, no-store"}
    return Response(made, headers=headers, media_type="application/zip")
