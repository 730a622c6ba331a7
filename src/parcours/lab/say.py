"""A study in words: three sentences made from its tables, the words of its tables, what it is and is not."""

from typing import Any

from parcours.lab.study import EURO, PAYERS, Study, per_person, winners
from parcours.text import SEMICOLON, Text, count, euros, listed, percent

SYNTHETIC = Text(
    "Population synthétique : ces personnes et ces soins sont inventés, ils ne décrivent personne.",
    "Synthetic population: these people and this care are invented, they describe nobody.",
)
BEHAVIOUR = Text(
    "Comportements inchangés : mêmes personnes, mêmes actes, seul le droit change ; les soins d'une année sont "
    "remboursés dans l'année.",
    "Behaviour off: the same people, the same acts, only the law changes; the care of a year is refunded in that year.",
)
NOT_LAW = Text(
    "Une réforme essayée n'est pas le droit : rien ici ne dit ce que quelqu'un doit.",
    "A reform that is tried is not law: nothing here says what anyone owes.",
)
SCOPE = Text(
    "Champ : la France entière, tous les régimes, les soins remboursables facturés dans l'année, hôpital compris ; "
    "ce qui reste aux patients s'entend après la complémentaire.",
    "Scope: the whole of France, every scheme, the refundable care charged in the year, hospital included; what is "
    "left to patients is after complementary cover.",
)
NOTES = (SYNTHETIC, BEHAVIOUR, SCOPE, NOT_LAW)
"""What every output says of itself."""
NO_EFFECT = Text("Aucun effet : chaque chiffre reste le même.", "No effect: every figure stays the same.")
AFTER = Text("sans effet en {year} : {changes}", "without effect in {year}: {changes}")
SUPPLY = Text(
    "{id} déplace des médecins : le laboratoire n'en simule rien ; l'argent de la première année ne change pas.",
    "{id} changes where doctors are: the lab simulates nothing of it, and the money of the first year does not change.",
)
MORE, LESS = Text("de plus", "more"), Text("de moins", "less")
PAYER_WORDS = {
    "amo": Text("l'assurance maladie", "health insurance"),
    "contracts": Text("les mutuelles", "complementary insurers"),
    "c2s": Text("la complémentaire santé solidaire", "the C2S"),
    "patients": Text("les patients", "patients"),
    "fees": Text("les honoraires et les prix", "fees and prices"),
}
EACH = Text("{who} {amount} {way}", "{who} {amount} {way}")
WHO_PAYS = Text("Par personne et par an, en {year} : {parts}.", "Per person and per year, in {year}: {parts}.")
FULL_YEAR = Text("En année pleine : {parts}.", "In a full year: {parts}.")
LOSE = Text(
    "{losers} des personnes y perdraient au moins un euro dans l'année, {mean} en moyenne",
    "{losers} of people would lose at least a euro in the year, {mean} on average",
)
NOBODY_LOSES = Text("Personne n'y perdrait un euro dans l'année", "Nobody would lose a euro in the year")
GAIN = Text("{winners} des personnes y gagneraient au moins un euro", "{winners} of people would gain at least a euro")
NOBODY_GAINS = Text("personne n'y gagnerait un euro", "nobody would gain one")
WHERE = Text(
    "Dans le dixième le plus modeste le changement serait de {poor} par personne, dans le plus aisé de {rich}.",
    "In the poorest tenth the change would be {poor} per person, in the richest {rich}.",
)
LESS_THAN = Text("moins de {least}", "less than {least}")
HIDDEN_CELL = Text("un nombre qui ne se montre pas", "a number that is not shown")


def sentences(found: Study, lang: str) -> list[str]:
    """Three sentences about the reform, one more where it begins within the year; one where nothing changes."""
    notes = [SUPPLY[lang].format(id=name) for name in found.plan.not_simulated]
    if found.plan.without_effect:
        late = AFTER[lang].format(year=found.plan.year, changes=", ".join(found.plan.without_effect))
        notes.append(late[0].upper() + late[1:] + ".")
    if found.without_effect:
        return [NO_EFFECT[lang], *notes]
    full = [FULL_YEAR[lang].format(parts=moves(found, lang, full=True))] if found.full_year is not None else []
    return [who_pays(found, lang), *full, who_loses(found, lang), where(found, lang), *notes]


def who_pays(found: Study, lang: str) -> str:
    """What each payer pays more or less, a person and a year."""
    return WHO_PAYS[lang].format(year=found.plan.year, parts=moves(found, lang))


def moves(found: Study, lang: str, *, full: bool = False) -> str:
    """Each payer whose part moves."""
    each = per_person(found, full=full)
    parts = [
        EACH[lang].format(
            who=PAYER_WORDS[name][lang],
            amount=euros(abs(each[name]), lang),
            way=(MORE if each[name] > 0 else LESS)[lang],
        )
        for name in PAYERS
        if each[name]
    ]
    return listed(parts, lang) if parts else NO_EFFECT[lang].lower().rstrip(".")


def who_loses(found: Study, lang: str) -> str:
    """The shares of losers and winners, the mean loss."""
    row = winners(found)[0]
    shown = row["losers_share"] is not None
    lose = LOSE if not shown or row["losers"] else NOBODY_LOSES
    gain = GAIN if not shown or row["winners"] else NOBODY_GAINS
    words = {"losers": HIDDEN_CELL[lang], "winners": HIDDEN_CELL[lang], "mean": HIDDEN_CELL[lang]}
    if shown:
        words = {
            "losers": share(row["losers_share"], lang),
            "winners": share(row["winners_share"], lang),
            "mean": euros(round(row["mean_loss_of_losers_eur"] * EURO), lang),
        }
    return f"{lose[lang]}{SEMICOLON[lang]}{gain[lang]}.".format(**words)


def where(found: Study, lang: str) -> str:
    """The mean change of the poorest and of the richest tenth."""
    rows = winners(found, "decile")
    return WHERE[lang].format(poor=signed(rows[0], lang), rich=signed(rows[-1], lang))


def signed(row: dict[str, Any], lang: str) -> str:
    """The mean change of a group, with its sign."""
    value = row["mean_change_eur"]
    if value is None:
        return HIDDEN_CELL[lang]
    cents = round(value * EURO)
    return ("+" if cents > 0 else "") + euros(cents, lang)


def share(value: float, lang: str) -> str:
    """A share as a percentage of one decimal; what is less than the least of them is said so, for it is not nothing."""
    permille = round(value * 1000)
    if value > 0 and not permille:
        return LESS_THAN[lang].format(least=percent(10, lang))
    return percent(permille * 10, lang)


def people_words(found: Study, lang: str) -> str:
    """How many people and acts."""
    people = Text("{people} personnes, {acts} actes", "{people} people, {acts} acts")
    return people[lang].format(people=count(int(found.kept.sum()), lang), acts=count(found.world.acts, lang))
