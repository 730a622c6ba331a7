"""What a step of an explanation rests on, as the terminal shows it: articles, first day, confidence."""

from typing import TYPE_CHECKING

from parcours.text import Text

if TYPE_CHECKING:
    from parcours.engine.say.explain import Step

TRIED = Text("réforme essayée", "reform tried")
COLOURS = {"A": "green", "B": "cyan", "C": "yellow", "D": "magenta"}


def sources(step: "Step", lang: str) -> list[str]:
    """What a step rests on: articles, and the reform being tried."""
    return [*(ref.id for ref in step.references), *([TRIED[lang]] if step.reform else [])]


def source_line(step: "Step", lang: str) -> str:
    """Articles, first day and confidence, in grey."""
    from parcours.engine.say.wording import day

    parts = [", ".join(short(source) for source in sources(step, lang))]
    if step.first_day:
        since = Text("depuis le", "since")[lang]
        parts.append(f"{since} {day(int(step.first_day.replace('-', '')), lang)}")
    if step.confidence:
        parts.append(f"[{COLOURS[step.confidence]}]{step.confidence}[/]")
    return "[dim]" + " · ".join(parts) + "[/]"


def short(id_: str) -> str:
    """An article as people write it: CSS L162-5-3."""
    return id_.replace("-", " ", 1)
