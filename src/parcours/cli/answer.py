"""One settled act as a person reads it: who pays what, the status, the article and the day behind each amount."""

from rich.console import Console
from rich.table import Table

from parcours.cli.cited import source_line
from parcours.cli.common import money, screen
from parcours.engine.case import ABSENT, Answer
from parcours.engine.results import different_amounts, euros, result_dict
from parcours.engine.say.explain import Explanation, explain
from parcours.engine.say.opinions import noticed_words
from parcours.engine.say.wording import day as day_text
from parcours.engine.say.wording import facts_said
from parcours.law.codes import Pathway
from parcours.law.loader import load
from parcours.text import COLON, Text, percent

TEXT = {
    "title": Text("Qui paie quoi le {day}", "Who pays what on {day}"),
    "fee": Text("Honoraires", "Fee"),
    "base": Text("Base de remboursement", "Base of reimbursement"),
    "rate": Text("Taux de l'assurance maladie", "Rate of the compulsory insurance"),
    "ticket_moderateur": Text("Ticket modérateur", "Ticket modérateur (patient's share of the base)"),
    "forfait_acte_lourd": Text("Forfait sur acte lourd", "Flat fee on a heavy act"),
    "majoration": Text("Majoration hors parcours", "Majoration (outside the pathway)"),
    "participation_forfaitaire": Text("Participation forfaitaire", "Participation forfaitaire"),
    "franchise": Text("Franchise", "Franchise"),
    "depassement": Text("Dépassement", "Dépassement (above the base)"),
    "amo": Text("L'assurance maladie paie", "The compulsory insurance pays"),
    "amc": Text("La complémentaire paie", "The complementary insurance pays"),
    "patient": Text("Reste à votre charge", "Left to you"),
    "advance": Text("À payer au cabinet", "Paid at the desk"),
    "deferred": Text("Retenu plus tard", "Taken back later"),
    "unlawful_excess": Text("Au-delà du maximum permis", "Above the lawful maximum"),
    "max_fee": Text("Honoraires maximaux", "Highest lawful fee"),
    "unlawful_excess_uncoded": Text("À vérifier : de plus qu'une consultation", "To check: more than a consultation"),
    "max_fee_uncoded": Text("Honoraires maximaux d'une consultation", "Highest lawful fee of a consultation"),
    "inside": Text("dans le parcours de soins", "inside the care pathway"),
    "outside": Text("hors du parcours de soins", "outside the care pathway"),
    "not_concerned": Text("le parcours ne s'applique pas", "the pathway does not apply"),
    "assumed": Text("Supposé faute d'indication", "Assumed, as nothing was said"),
    "reading": Text("Autre lecture", "Other reading"),
    "confidence": Text(
        "A : texte officiel lu ; B : bonne source ; C : source fragile ; D : déduit.",
        "A: official text read; B: good source; C: weak source; D: derived.",
    ),
    "why": Text(
        "Pourquoi, et comment payer moins : parcours explain et parcours advise, avec les mêmes faits",
        "Why, and how to pay less: parcours explain and parcours advise, with the same facts",
    ),
}
NO_MUTUELLE = Text("pas de mutuelle (contract)", "no complementary insurance (contract)")
DETAIL = (
    "base",
    "ticket_moderateur",
    "forfait_acte_lourd",
    "majoration",
    "participation_forfaitaire",
    "franchise",
    "depassement",
)
ALWAYS = ("base", "ticket_moderateur")
SHARES = ("amo", "amc", "patient")


def print_answer(answer: Answer, lang: str) -> None:
    """Print one settled act."""
    console = screen()
    result = result_dict(answer.settlement)
    pathway = TEXT[result["pathway"]][lang]
    colour = {Pathway.INSIDE: "green", Pathway.OUTSIDE: "yellow", Pathway.NOT_CONCERNED: "cyan"}[
        Pathway(answer.settlement.pathway)
    ]
    label = answer.flat.statuses[result["status"]][lang]
    console.print(f"[bold {colour}]{pathway[0].upper()}{pathway[1:]}[/] · {label} [dim]({result['status']})[/]")
    explanation = explain(answer, lang, quiet=True)
    console.print(table_of(answer, explanation, lang))
    print_notes(console, answer, lang)
    console.print(f"[dim]{explanation.freshness.text} {TEXT['confidence'][lang]}[/]")


def table_of(answer: Answer, explanation: Explanation, lang: str) -> Table:
    """The amounts, from the fee to what is left to the patient, each with its article, its day and its confidence."""
    result = result_dict(answer.settlement)
    steps = {step.stage: step for step in explanation.steps}
    source = {name: source_line(steps[stage], lang) for name, stage in STAGE_OF.items()}
    table = Table(
        title=TEXT["title"][lang].format(day=day_text(answer.act.care_date, lang)),
        title_justify="left",
        title_style="bold",
        show_header=False,
        pad_edge=False,
    )
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    table.add_row(TEXT["fee"][lang], money(euros(answer.act.fee), lang), "")
    for name in DETAIL:
        if result[name] or name in ALWAYS:
            table.add_row(TEXT[name][lang], money(result[name], lang), source.get(name, ""))
    table.add_row(TEXT["rate"][lang], percent(answer.settlement.rate, lang), source["rate"])
    table.add_section()
    for name in SHARES:
        table.add_row(
            f"[bold]{TEXT[name][lang]}[/]",
            f"[bold]{money(result[name], lang)}[/]",
            source.get(name, ""),
        )
    table.add_section()
    table.add_row(TEXT["advance"][lang], money(result["advance"], lang), source["advance"])
    uncoded = "_uncoded" if "opinion_uncoded" in answer.notes else ""
    if result["deferred"]:
        table.add_row(TEXT["deferred"][lang], money(result["deferred"], lang), "")
    if result["unlawful_excess"]:
        table.add_row(TEXT[f"unlawful_excess{uncoded}"][lang], money(result["unlawful_excess"], lang), "")
    if result["max_fee"] is not None:
        table.add_row(TEXT[f"max_fee{uncoded}"][lang], money(result["max_fee"], lang), source["max_fee"])
    return table


STAGE_OF = {
    "base": "base",
    "rate": "rate",
    "majoration": "majoration",
    "participation_forfaitaire": "participation",
    "franchise": "franchise",
    "forfait_acte_lourd": "acte_lourd",
    "amc": "complementary",
    "advance": "payment",
    "max_fee": "excess",
}
"""Amount -> the stage that decides it."""


def print_notes(console: Console, answer: Answer, lang: str) -> None:
    """What the rules noticed, what another reading of the law would give, and what was assumed."""
    for name in answer.notes:
        console.print(noticed_words(load().notes[name][lang], answer.act, lang))
    for other in answer.other_readings:
        changes = different_amounts(answer.settlement, other.settlement).items()
        text = ", ".join(
            f"{TEXT[name][lang].lower()} {money(amount, lang)}" for name, amount in changes if name in TEXT
        )
        option = load().readings[other.name].options[other.option]["label"][lang]
        chosen = f"--reading {other.name}={other.option}"
        console.print(f"[dim]{TEXT['reading'][lang]}{COLON[lang]}{option} ({chosen}){COLON[lang]}{text}[/]")
    console.print(f"[dim]{TEXT['why'][lang]}[/]")
    kept = {name: value for name, value in answer.defaults.items() if value not in ABSENT}
    said = [facts_said(kept, answer.act.care_date, lang)] if kept else []
    said += [NO_MUTUELLE[lang]] if answer.encoded.no_contract_said else []
    if said:
        assumed = ", ".join(said)
        console.print(f"[dim]{TEXT['assumed'][lang]}{COLON[lang]}{assumed}[/]")
