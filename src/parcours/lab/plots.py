"""The plots of a study, each with the rows behind it and its words for who does not see it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from parcours.engine.batch.supposed import PLACE
from parcours.lab.draw import Numbers
from parcours.lab.say import PAYER_WORDS, SYNTHETIC
from parcours.lab.study import EURO, PAYERS, Study
from parcours.text import Text

COLOURS = {"amo": "#0c6355", "contracts": "#7dbcab", "c2s": "#b9d8cd", "patients": "#17211e"}
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
POINTS = 100
BANDS = (0, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
"""Euros of a year, as a logarithm draws them."""
STEPS, GAP = 17, 0.03
"""Points of the edge of a band; the gap between two groups, as a share of the whole."""


class Plot(NamedTuple):
    """A plot: its rows, what it draws, its title."""

    name: str
    rows: list[dict[str, Any]]
    title: str


def plots(found: Study, tables: Mapping[str, Sequence[Mapping[str, Any]]], lang: str) -> list[Plot]:
    """Every plot of a study."""
    people = max(1, int(found.kept.sum()))
    rows = {
        "waterfall": [
            {
                "step": f"{row['step']}. {row['reform']}",
                "payer": PAYER_WORDS[row["payer"]][lang],
                "eur": row["change_eur"] / people,
            }
            for row in tables["steps"]
            if row["payer"] in PAYERS
        ],
        "winners": [
            {"decile": row["group"], "kind": word[lang], "share": row[key]}
            for row in tables["by_decile"]
            for key, word in (("winners_share", WINNERS), ("losers_share", LOSERS), ("unchanged_share", SAME))
        ],
        "distribution": list(bands(found, lang)),
        "lorenz": list(curves(found, lang)),
        "caps": [
            {
                "series": f"{row['cap']}, {(BEFORE if row['series'] == 'baseline' else AFTER)[lang]}",
                "month": row["month"],
                "share": row["reached_share"],
            }
            for row in tables["caps"]
        ],
        "sankey": list(ribbons(tables["flows"], lang)),
        "map": [dict(row) for row in tables["map"] if row["mean_change_eur"] is not None],
    }
    return [Plot(name, content, TITLES[name][lang]) for name, content in rows.items()]


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
                    "series": word[lang], "cover": row["cover"], "payer": PAYER_WORDS[row["payer"]][lang], "x": x,
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


def chart(plot: Plot, lang: str) -> Any:
    """The plot as Altair draws it."""
    import altair as alt

    base = alt.Chart(
        {"values": plot.rows}, width=520, height=280, title=alt.Title(plot.title, subtitle=SYNTHETIC[lang])
    )
    base = base.properties(description=f"{plot.title}. {SYNTHETIC[lang]}")
    percent = alt.Axis(format="%")
    if plot.name == "waterfall":
        words = [PAYER_WORDS[name][lang] for name in PAYERS]
        colours = alt.Scale(domain=words, range=[COLOURS[name] for name in PAYERS])
        return base.mark_bar().encode(
            alt.X("eur:Q", title="€"),
            alt.Y("payer:N", title=None, sort=words),
            alt.Row("step:N", title=None),
            alt.Color("payer:N", title=None, scale=colours, legend=None),
        )
    if plot.name == "winners":
        order = [str(tenth) for tenth in range(1, 11)]
        words = [WINNERS[lang], LOSERS[lang], SAME[lang]]
        colours = alt.Scale(domain=words, range=["#0c6355", "#a83a1c", "#d9d6cb"])
        return base.mark_bar().encode(
            alt.X("decile:N", title=None, sort=order, scale=alt.Scale(domain=order)),
            alt.Y("share:Q", title=None, axis=percent),
            alt.Color("kind:N", title=None, scale=colours),
        )
    if plot.name == "distribution":
        return base.mark_bar().encode(
            alt.X("from_eur:O", title="€"),
            alt.XOffset("series:N"),
            alt.Y("share:Q", title=None, axis=percent),
            alt.Color("series:N", title=None),
        )
    if plot.name == "sankey":
        words = [PAYER_WORDS[name][lang] for name in PAYERS]
        colours = alt.Scale(domain=words, range=[COLOURS[name] for name in PAYERS])
        flows = base.properties(width=240).mark_area(opacity=0.75)
        return flows.encode(
            alt.X("x:Q", title=None, axis=None),
            alt.Y("low:Q", title=None, axis=None),
            alt.Y2("high:Q"),
            alt.Detail("cover:N"),
            alt.Color("payer:N", title=None, scale=colours),
            alt.Column("series:N", title=None, sort=[BEFORE[lang], AFTER[lang]]),
        )
    if plot.name == "map":
        most = max((abs(row["mean_change_eur"]) for row in plot.rows), default=0) or 1
        colours = alt.Scale(domain=[-most, 0, most], range=["#0c6355", "#d9d6cb", "#a83a1c"])
        return (
            base.properties(width=420, height=420)
            .mark_circle(opacity=1)
            .encode(
                alt.X("x_km:Q", title=None, axis=None),
                alt.Y("y_km:Q", title=None, axis=None),
                alt.Size("people:Q", legend=None, scale=alt.Scale(range=[30, 600])),
                alt.Color("mean_change_eur:Q", title="€", scale=colours),
            )
        )
    x = "people:Q" if plot.name == "lorenz" else "month:O"
    return base.mark_line().encode(
        alt.X(x, title=None), alt.Y("share:Q", title=None, axis=percent), alt.Color("series:N", title=None)
    )


def draw(drawn: Sequence[Plot], folder: Path, lang: str) -> None:
    """Write each plot as SVG and PNG."""
    for plot in drawn:
        picture = chart(plot, lang)
        for suffix in ("svg", "png"):
            picture.save(str(folder / f"{plot.name}.{suffix}"))
