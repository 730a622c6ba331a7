"""The plots of a study, each with the rows behind it and its words for who does not see it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from parcours.engine.batch.supposed import PLACE
from parcours.lab.draw import Numbers
from parcours.lab.say import PAYER_WORDS
from parcours.lab.study import EURO, PAYERS, Study
from parcours.text import DECIMAL, MINUS, Text, euros

TITLES = {
    "waterfall": Text(
        "Qui paie plus, qui paie moins, étape par étape (€ par personne)",
        "Who pays more, who pays less, step by step (€ per person)",
    ),
    "winners": Text(
        "Gagnants et perdants par dixième de niveau de vie", "Winners and losers by tenth of standard of living"
    ),
    "distribution": Text(
        "Ce qui reste à payer dans l'année : part des personnes", "What is left to pay in the year: share of people"
    ),
    "lorenz": Text(
        "Concentration de ce qui reste à payer, du plus modeste au plus aisé",
        "Concentration of what is left to pay, from poorest to richest",
    ),
    "caps": Text("Plafonds annuels atteints, mois par mois", "Yearly caps reached, month by month"),
    "sankey": Text(
        "Qui paie ce qui est facturé, par couverture (€ par personne)",
        "Who pays what is charged, by cover (€ per person)",
    ),
    "map": Text("Écart moyen par département (€ par personne)", "Mean change by department (€ per person)"),
}
WINNERS, LOSERS, SAME = (Text("gagnants", "winners"), Text("perdants", "losers"), Text("inchangés", "unchanged"))
BEFORE, AFTER = Text("droit en vigueur", "law in force"), Text("réforme", "reform")
COVERS = {
    "collective": Text("contrat collectif", "collective contract"),
    "individual": Text("contrat individuel", "individual contract"),
    "none": Text("aucune", "none"),
    "c2s": Text("C2S", "C2S"),
    "ame": Text("AME", "AME"),
}
SERIES = {"baseline": BEFORE, "reform": AFTER}
CAPS = {"participation": Text("participations", "contributions"), "franchise": Text("franchises", "deductibles")}
QUANTILES = Text(
    "Médiane {half} ; un dixième des gens au-delà de {tenth}, un centième au-delà de {hundredth}.",
    "Median {half}; a tenth of people above {tenth}, a hundredth above {hundredth}.",
)
THEN = Text(" puis ", " then ")
INDEX = Text("Gini {gini} ; Kakwani {kakwani}.", "Gini {gini}; Kakwani {kakwani}.")
POINTS = 100
BANDS = (0, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""Euros of a year, as a logarithm draws them."""
STEPS, GAP = 17, 0.03
"""Points of the edge of a band; the gap between two groups, as a share of the whole."""


class Plot(NamedTuple):
    """A plot: its rows, what it draws, its title, the figures that are said beneath."""

    name: str
    rows: list[dict[str, Any]]
    title: str
    said: str


def plots(found: Study, tables: Mapping[str, Sequence[Mapping[str, Any]]], lang: str) -> list[Plot]:
    """Every plot of a study."""
    rows = {
        "waterfall": list(falls(found, tables["steps"], lang)),
        "winners": [
            {"decile": row["group"], "kind": word[lang], "share": row[key]}
            for row in tables["by_decile"]
            for key, word in (("winners_share", WINNERS), ("losers_share", LOSERS), ("unchanged_share", SAME))
        ],
        "distribution": list(bands(found, lang)),
        "lorenz": list(curves(found, lang)),
        "caps": [
            {
                "cap": CAPS[row["cap"]][lang],
                "series": SERIES[row["series"]][lang],
                "month": row["month"],
                "share": row["reached_share"],
            }
            for row in tables["caps"]
        ],
        "sankey": list(ribbons(tables["flows"], lang)),
        "map": [dict(row) for row in tables["map"] if row["mean_change_eur"] is not None],
    }
    beneath = {
        "distribution": QUANTILES[lang].format(**quantiles(tables["distribution"], lang)),
        "lorenz": INDEX[lang].format(**indexes(tables["concentration"], lang)),
    }
    return [Plot(name, content, TITLES[name][lang], beneath.get(name, "")) for name, content in rows.items()]


def falls(found: Study, steps: Sequence[Mapping[str, Any]], lang: str) -> Iterator[dict[str, Any]]:
    """The change of each payer at each reform, each bar from where the one before it ended."""
    people, last, at = max(1, int(found.kept.sum())), 0, 0.0
    for row in steps:
        if row["payer"] not in PAYERS:
            continue
        if row["step"] != last:
            last, at = row["step"], 0.0
        moved = row["change_eur"] / people
        label = found.steps[last - 1].reform.label[lang]
        yield {
            "step": f"{last}. {label}" if len(found.steps) > 1 else label,
            "payer": PAYER_WORDS[row["payer"]][lang],
            "eur": round(moved, 4),
            "from_eur": round(at, 4),
            "to_eur": round(at + moved, 4),
            "said": signed(round(moved * EURO), lang),
        }
        at += moved


def quantiles(rows: Sequence[Mapping[str, Any]], lang: str) -> dict[str, str]:
    """The levels that hundredths of people are above, before and after."""
    before, after = rows[:2]
    levels = {"half": "p50_eur", "tenth": "p90_eur", "hundredth": "p99_eur"}
    return {
        name: THEN[lang].join(euros(round(row[key] * EURO), lang) for row in (before, after))
        for name, key in levels.items()
    }


def indexes(rows: Sequence[Mapping[str, Any]], lang: str) -> dict[str, str]:
    """Gini and Kakwani, before and after."""
    return {
        key: THEN[lang].join(f"{row[key]:.3f}".replace(".", DECIMAL[lang]).replace("-", MINUS) for row in rows)
        for key in ("gini", "kakwani")
    }


def ribbons(flows: Sequence[Mapping[str, Any]], lang: str) -> Iterator[dict[str, Any]]:
    """The edges of each band, from the cover of people on the left to who pays on the right."""
    for series, word in (("baseline", BEFORE), ("reform", AFTER)):
        rows = [row for row in flows if row["series"] == series and row["eur_per_person"]]
        left = stacked(rows, "cover")
        right = stacked(sorted(rows, key=lambda row: PAYERS.index(row["payer"])), "payer")
        for row in rows:
            key = (row["cover"], row["payer"])
            for x in np.linspace(0, 1, STEPS).tolist():
                at = left[key] + (right[key] - left[key]) * (3 - 2 * x) * x * x
                yield {
                    "series": word[lang], "cover": COVERS[row["cover"]][lang],
                    "payer": PAYER_WORDS[row["payer"]][lang], "x": x,
                    "low": round(at, 3), "high": round(at + row["eur_per_person"], 3), "eur": row["eur_per_person"],
                }  # fmt: skip


def stacked(rows: Sequence[Mapping[str, Any]], by: str) -> dict[tuple[str, str], float]:
    """Where each flow starts when they are piled up, with a gap between the groups of one side."""
    whole = sum(row["eur_per_person"] for row in rows)
    at, last, found = 0.0, "", {}
    for row in rows if by == "payer" else sorted(rows, key=lambda row: row["cover"]):
        at += whole * GAP if last and row[by] != last else 0.0
        found[row["cover"], row["payer"]] = at
        at, last = at + row["eur_per_person"], row[by]
    return found


def signed(cents: int, lang: str) -> str:
    """An amount with its sign, always."""
    return f"+{euros(cents, lang)}" if cents > 0 else euros(cents, lang)


def bands(found: Study, lang: str) -> list[dict[str, Any]]:
    """Share of people by what is left to pay."""
    rows = []
    for word, totals in ((BEFORE, found.baseline), (AFTER, found.reformed)):
        paid = found.of_kept(totals[PLACE["patient"]])
        above = [int(np.count_nonzero(paid >= limit * EURO)) for limit in BANDS]
        counts = -np.diff([*above, 0]) / max(1, len(paid))
        rows += [
            {"series": word[lang], "from_eur": BANDS[k], "share": round(float(counts[k]), 6)} for k in range(len(BANDS))
        ]
    return rows


def curves(found: Study, lang: str) -> list[dict[str, Any]]:
    """Lorenz and concentration curves, people ranked by standard of living."""
    income = Text("niveau de vie", "standard of living")
    fixed = found.world.curves if found.whole else {}
    if not fixed:
        fixed["living"] = shares(found, found.world.living)
        fixed["baseline"] = shares(found, found.baseline[PLACE["patient"]])
    series = {
        income[lang]: fixed["living"],
        BEFORE[lang]: fixed["baseline"],
        AFTER[lang]: shares(found, found.reformed[PLACE["patient"]]),
    }
    return [
        {"series": name, "people": k / POINTS, "share": share}
        for name, values in series.items()
        for k, share in enumerate(values)
    ]


def shares(found: Study, values: Numbers) -> list[float]:
    """The share of a sum that the poorest have, at each point of a curve."""
    summed = np.concatenate(([0], np.cumsum(found.of_kept(values)[found.order])))
    at = np.linspace(0, len(summed) - 1, POINTS + 1).astype(int)
    return [round(share, 6) for share in (summed[at] / max(1, int(summed[-1]))).tolist()]
