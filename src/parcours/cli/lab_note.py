"""The note of `parcours lab run`: two pages that say what was tried, who pays, who loses, how it was made."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from parcours.text import SEMICOLON, Text, euros

if TYPE_CHECKING:
    from parcours.lab.study import Study

FEW, SHOWN = 4, 3
"""Changes that are said one a line (more of them run on), and reforms whose steps are drawn here."""


def note(
    found: "Study", tables: Mapping[str, Any], said: Mapping[str, Any], lang: str, pictures: Mapping[str, str]
) -> bytes:
    """The note as a PDF."""
    from parcours.documents.pdf import render
    from parcours.lab.plots import TITLES
    from parcours.lab.say import NOTES, people_words, sentences

    title = Text("Note du laboratoire", "Note of the lab")[lang]
    label = (
        " + ".join(one.label[lang] for one in found.plan.reforms)
        or Text("Le droit en vigueur", "The law in force")[lang]
    )
    changes, totals = found.plan.words(lang) or ["—"], total_rows(tables, lang)

    def picture(name: str) -> dict[str, str]:
        return {"svg": pictures[name], "says": TITLES[name][lang]}

    sections: list[dict[str, Any]] = [
        {"title": Text("En trois phrases", "In three sentences")[lang], "paragraphs": sentences(found, lang)},
        {
            "title": Text("Ce qui change", "What changes")[lang],
            "paragraphs": changes if len(changes) <= FEW else [SEMICOLON[lang].join(changes)],
        },
        {
            "title": Text("Qui paie", "Who pays")[lang],
            "table": {"caption": people_words(found, lang), "head": totals[0], "rows": totals[1:], "right": [1, 2, 3]},
            **({"picture": picture("waterfall")} if len(found.steps) <= SHOWN else {}),
        },
        {
            "title": Text("Qui perd, qui gagne", "Who loses, who gains")[lang],
            "picture": picture("winners"),
            "table": losers(tables["by_decile"], lang),
        },
        {"title": Text("Ce que c'est", "What this is")[lang], "paragraphs": [text[lang] for text in NOTES]},
        {
            "title": Text("Pour refaire", "To do it again")[lang],
            "paragraphs": [said["command"]],
            "entries": [{"name": name[lang], "text": str(said[key])} for key, name in RECEIPT.items()],
        },
    ]
    day = datetime.now(UTC).date().isoformat()
    return render("record", {"title": title, "subtitle": label, "day": day, "sections": sections}, lang)


def total_rows(tables: Mapping[str, Any], lang: str) -> list[list[str]]:
    """The totals by payer, in words."""
    from parcours.lab.say import PAYER_WORDS

    head = (
        Text("Qui paie", "Who pays"),
        Text("en vigueur", "in force"),
        Text("réforme", "reform"),
        Text("écart", "change"),
    )
    amounts = ("baseline_eur", "reform_eur", "change_eur")
    return [
        [text[lang] for text in head],
        *(
            [PAYER_WORDS[row["payer"]][lang], *(euros(round(row[name] * 100), lang) for name in amounts)]
            for row in tables["payers"]
        ),
    ]


RECEIPT = {
    "engine": Text("version", "version"),
    "law": Text("droit", "law"),
    "rules": Text("règles", "rules"),
    "plan": Text("réforme", "reform"),
    "people": Text("personnes", "people"),
    "year": Text("année", "year"),
    "seed": Text("graine", "seed"),
}


def losers(rows: Sequence[Mapping[str, Any]], lang: str) -> dict[str, Any]:
    """Winners and losers by tenth, as a table of a document."""
    from parcours.lab.say import share, signed

    head = (
        Text("Dixième", "Tenth"),
        Text("Gagnants", "Winners"),
        Text("Perdants", "Losers"),
        Text("Écart moyen", "Mean change"),
    )
    body = [
        [
            row["group"],
            *("—" if row[name] is None else share(row[name], lang) for name in ("winners_share", "losers_share")),
            "—" if row["mean_change_eur"] is None else signed(dict(row), lang),
        ]
        for row in rows
    ]
    caption = Text(
        "Par dixième de niveau de vie, du plus modeste au plus aisé", "By tenth of standard of living, poorest first"
    )
    return {"caption": caption[lang], "head": [text[lang] for text in head], "rows": body, "right": [1, 2, 3]}
