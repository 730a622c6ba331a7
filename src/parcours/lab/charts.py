"""The plots of a study as Altair draws them, in the colours of the house, and as one page without a script."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from parcours.lab.plots import AFTER, BANDS, BEFORE, CAPS, LOSERS, SAME, WINNERS, Plot
from parcours.lab.say import PAYER_WORDS, SYNTHETIC
from parcours.lab.study import PAYERS
from parcours.text import Text

INK, QUIET, LINE, MORE, LESS, STILL = "#17211e", "#55625d", "#e2dfd5", "#a83a1c", "#0c6355", "#cfcabc"
COLOURS = {"amo": LESS, "contracts": "#7dbcab", "c2s": "#b9d8cd", "patients": MORE}
FONT = "Figtree, Arial, sans-serif"
WIDTH, HEIGHT = 560, 280
MONTHS = Text("JFMAMJJASOND", "JFMAMJJASOND")
TENTH, EUROS = Text("dixième", "tenth"), Text("€ dans l'année, à partir de", "€ in the year, from")
POOREST = Text("part des personnes, du plus modeste au plus aisé", "share of people, poorest first")
EACH = Text("€ par personne", "€ per person")
OVERSEAS = 3
"""Letters of the code of a department whose place on the map is not its place on Earth: it is named."""


def chart(plot: Plot, lang: str) -> Any:
    """The plot as Altair draws it."""
    import altair as alt

    subtitle = [line for line in (plot.said, SYNTHETIC[lang]) if line]
    title = alt.Title(plot.title, subtitle=subtitle, anchor="start", offset=14)
    drawn = DRAWN[plot.name](alt, plot.rows, lang)
    return styled(drawn.properties(title=title, description=" ".join((f"{plot.title}.", *subtitle))))


def styled(drawn: Any) -> Any:
    """The look of the house."""
    return (
        drawn.configure(font=FONT, padding=16, background="#ffffff")
        .configure_view(stroke=None)
        .configure_title(fontSize=16, color=INK, subtitleColor=QUIET, subtitleFontSize=12, subtitlePadding=6)
        .configure_axis(
            domain=False, ticks=False, gridColor=LINE, labelColor=QUIET, titleColor=QUIET, labelAngle=0,
            labelFontSize=12, titleFontWeight="normal", titleFontSize=12, labelPadding=6,
        )
        .configure_header(labelColor=INK, labelFontSize=13, labelFontWeight="bold", title=None)
        .configure_legend(labelColor=INK, labelFontSize=12, labelLimit=260, orient="bottom", title=None)
    )  # fmt: skip


def shares(alt: Any, lang: str, title: str | None = None) -> Any:
    """An axis of percentages, as the language writes them."""
    sign = " %" if lang == "fr" else "%"
    return alt.Axis(title=title, labelExpr=f"format(datum.value * 100, '.3~r') + '{sign}'", tickCount=5)


def waterfall(alt: Any, rows: Sequence[Mapping[str, Any]], lang: str) -> Any:
    """Each payer's bar from where the one before ended, with its amount."""
    words = [PAYER_WORDS[name][lang] for name in PAYERS]
    base = alt.Chart().encode(
        y=alt.Y("payer:N", title=None, sort=words, axis=alt.Axis(labelLimit=220)),
        x=alt.X("from_eur:Q", title=EACH[lang], scale=alt.Scale(nice=True, padding=40)),
    )
    bars = base.mark_bar(size=22, cornerRadius=2).encode(
        x2="to_eur:Q", color=alt.condition("datum.eur > 0", alt.value(MORE), alt.value(LESS))
    )
    said = base.transform_calculate(right="max(datum.from_eur, datum.to_eur)").mark_text(
        align="left", dx=6, color=INK, fontSize=12
    )
    zero = alt.Chart().mark_rule(color=QUIET).encode(x=alt.datum(0))
    layers = alt.layer(zero, bars, said.encode(x="right:Q", text="said:N"), data={"values": list(rows)})
    return layers.properties(width=WIDTH, height=150).facet(row=alt.Row("step:N", title=None, header=over(alt)))


def over(alt: Any) -> Any:
    """The name of a part above it."""
    return alt.Header(labelAngle=0, labelOrient="top", labelAnchor="start", title=None)


def winners(alt: Any, rows: Sequence[Mapping[str, Any]], lang: str) -> Any:
    """Ten tenths always: who loses on top, who gains below."""
    order = [str(tenth) for tenth in range(1, 11)]
    words = [LOSERS[lang], SAME[lang], WINNERS[lang]]
    ranked = [{**row, "rank": words.index(row["kind"])} for row in rows]
    base = alt.Chart({"values": ranked}, width=WIDTH, height=HEIGHT)
    return base.mark_bar().encode(
        alt.X("decile:N", title=TENTH[lang], sort=order, scale=alt.Scale(domain=order)),
        alt.Y("share:Q", axis=shares(alt, lang), scale=alt.Scale(domain=[0, 1])),
        alt.Color("kind:N", scale=alt.Scale(domain=words, range=[MORE, STILL, LESS])),
        alt.Order("rank:Q", sort="descending"),
    )


def both(alt: Any, lang: str) -> Any:
    """The colours of before and after."""
    return alt.Color("series:N", scale=alt.Scale(domain=[BEFORE[lang], AFTER[lang]], range=[STILL, LESS]))


def distribution(alt: Any, rows: Sequence[Mapping[str, Any]], lang: str) -> Any:
    """Bands of amounts, before and after side by side."""
    group = "\N{NARROW NO-BREAK SPACE}" if lang == "fr" else ","
    label = f"replace(format(datum.value, ','), ',', '{group}')"
    return (
        alt.Chart({"values": list(rows)}, width=WIDTH, height=HEIGHT)
        .mark_bar()
        .encode(
            alt.X("from_eur:O", title=EUROS[lang], sort=list(BANDS), axis=alt.Axis(labelExpr=label)),
            alt.Y("share:Q", axis=shares(alt, lang)),
            both(alt, lang),
            xOffset=alt.XOffset("series:N", sort=[BEFORE[lang], AFTER[lang]]),
        )
    )


def lorenz(alt: Any, rows: Sequence[Mapping[str, Any]], lang: str) -> Any:
    """Curves, poorest first, and the line where each would have the same."""
    names = list(dict.fromkeys(row["series"] for row in rows))
    base = alt.Chart({"values": list(rows)}, width=WIDTH, height=320)
    lines = base.mark_line(strokeWidth=2.5).encode(
        alt.X("people:Q", axis=shares(alt, lang, POOREST[lang])),
        alt.Y("share:Q", axis=shares(alt, lang)),
        alt.Color("series:N", sort=names, scale=alt.Scale(domain=names, range=["#7dbcab", MORE, INK])),
        alt.StrokeDash("series:N", sort=names, scale=alt.Scale(domain=names, range=[[1, 0], [1, 0], [6, 4]])),
    )
    equal = alt.Chart({"values": [{"people": 0, "share": 0}, {"people": 1, "share": 1}]}).mark_line(
        color=STILL, strokeWidth=1
    )
    return alt.layer(equal.encode(x="people:Q", y="share:Q"), lines)


def caps(alt: Any, rows: Sequence[Mapping[str, Any]], lang: str) -> Any:
    """A line a cap; dashed under the reform."""
    words = [CAPS[name][lang] for name in CAPS]
    letter = f"substring('{MONTHS[lang]}', datum.value - 1, datum.value)"
    return (
        alt.Chart({"values": list(rows)}, width=WIDTH, height=HEIGHT)
        .mark_line(strokeWidth=2.5)
        .encode(
            alt.X("month:O", title=None, axis=alt.Axis(labelExpr=letter)),
            alt.Y("share:Q", axis=shares(alt, lang)),
            alt.Color("cap:N", scale=alt.Scale(domain=words, range=[LESS, MORE])),
            alt.StrokeDash("series:N", scale=alt.Scale(domain=[BEFORE[lang], AFTER[lang]], range=[[1, 0], [6, 4]])),
        )
    )


def sankey(alt: Any, rows: Sequence[Mapping[str, Any]], lang: str) -> Any:
    """Bands from the cover of people, named on the left, to who pays, named on the right."""
    words = [PAYER_WORDS[name][lang] for name in PAYERS]
    colours = alt.Scale(domain=words, range=[COLOURS[name] for name in PAYERS])
    parts = []
    for series in (BEFORE[lang], AFTER[lang]):
        some = [row for row in rows if row["series"] == series]
        base = alt.Chart({"values": some}, width=200, height=320, title=alt.Title(series, fontSize=13, anchor="middle"))
        bands = base.mark_area(opacity=0.8).encode(
            alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1])),
            alt.Y("low:Q", axis=None),
            alt.Y2("high:Q"),
            alt.Detail("cover:N"),
            alt.Color("payer:N", sort=words, scale=colours),
        )
        ends = alt.Chart({"values": ends_of(some)}).encode(x="x:Q", y="y:Q", text="text:N")
        names = ends.transform_filter("datum.x == 0").mark_text(align="right", dx=-6, color=INK, fontSize=11)
        parts.append(alt.layer(bands, names))
    return alt.hconcat(*parts, spacing=110)


def ends_of(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The middle of each group on the left, and its name."""
    edges: dict[str, list[float]] = {}
    for row in rows:
        if row["x"] == 0:
            edges.setdefault(row["cover"], []).extend((row["low"], row["high"]))
    return [{"x": 0, "y": (min(at) + max(at)) / 2, "text": name} for name, at in edges.items()]


def departments(alt: Any, rows: Sequence[Mapping[str, Any]], lang: str) -> Any:
    """A disc a department, as large as its people; those overseas are named."""
    most = max((abs(row["mean_change_eur"]) for row in rows), default=0) or 1
    colours = alt.Scale(domain=[-most, 0, most], range=[LESS, STILL, MORE])
    base = alt.Chart({"values": list(rows)}, width=440, height=440).encode(
        alt.X("x_km:Q", axis=None), alt.Y("y_km:Q", axis=None)
    )
    discs = base.mark_circle(opacity=0.9, stroke="#ffffff").encode(
        alt.Size("people:Q", legend=None, scale=alt.Scale(range=[40, 700])),
        alt.Color("mean_change_eur:Q", scale=colours, legend=alt.Legend(title=EACH[lang], gradientLength=200)),
    )
    named = base.transform_filter(f"length(datum.department) == {OVERSEAS}")
    return alt.layer(discs, named.mark_text(align="left", dx=14, color=QUIET, fontSize=11).encode(text="department:N"))


DRAWN: Mapping[str, Callable[[Any, Sequence[Mapping[str, Any]], str], Any]] = {
    "waterfall": waterfall,
    "winners": winners,
    "distribution": distribution,
    "lorenz": lorenz,
    "caps": caps,
    "sankey": sankey,
    "map": departments,
}


def draw(drawn: Sequence[Plot], folder: Path, lang: str, fonts: Path) -> dict[str, str]:
    """Write each plot as SVG and PNG, and all of them with their rows as one page; each drawing, by name."""
    import vl_convert

    vl_convert.register_font_directory(str(fonts))
    faces = "".join(face(fonts / f"figtree-{name}.ttf", weight) for name, weight in WEIGHTS.items())
    found = {}
    for plot in drawn:
        picture = chart(plot, lang)
        path = folder / f"{plot.name}.svg"
        picture.save(str(path))
        picture.save(str(folder / f"{plot.name}.png"), ppi=144)
        found[plot.name] = path.read_text("utf-8")
        head, body = found[plot.name].split(">", 1)
        path.write_text(f"{head}><style>{faces}</style>{body}", "utf-8")
    (folder / "plots.html").write_text(page(drawn, found, lang, faces), "utf-8")
    return found


def face(path: Path, weight: int) -> str:
    """A font inside the drawing, so that no word is cut where it is not installed."""
    content = b64encode(path.read_bytes()).decode("ascii")
    return f"@font-face{{font-family:Figtree;font-weight:{weight};src:url(data:font/ttf;base64,{content})}}"


WEIGHTS = {"regular": 400, "semibold": 700}
ROWS = Text("Les données", "The rows")
TITLE = Text("Le laboratoire", "The lab")
STYLE = (
    f"body{{font-family:{FONT};color:{INK};max-width:52rem;margin:2rem auto;padding:0 1rem}}"
    "svg{max-width:100%;height:auto}td,th{text-align:left;padding:.2rem .6rem}"
    f"table{{border-collapse:collapse}}tr{{border-bottom:1px solid {LINE}}}section{{margin:3rem 0}}"
)


def page(drawn: Sequence[Plot], pictures: Mapping[str, str], lang: str, faces: str) -> str:
    """Every plot with the rows behind it: a page that needs neither a network nor a script."""
    parts = [
        f'<section><div role="img" aria-label="{escape(plot.title)}">{pictures[plot.name]}</div>'
        f"<details><summary>{ROWS[lang]}</summary>{table(plot.rows)}</details></section>"
        for plot in drawn
    ]
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{TITLE[lang]}</title><style>{faces}{STYLE}</style><h1>{TITLE[lang]}</h1><p>{SYNTHETIC[lang]}</p>"
        f"{''.join(parts)}</html>\n"
    )


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a table."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in (rows[0] if rows else ()))
    body = "".join(f"<tr>{''.join(f'<td>{escape(str(value))}</td>' for value in row.values())}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"
