"""`/start`: the newcomer's path, by who one is; what was done is remembered on the device, by nobody else."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from parcours import documents
from parcours.law.data import Parameter
from parcours.law.days import number_of
from parcours.law.loader import load
from parcours.text import Text, same
from parcours.web.i18n import long_date, typography
from parcours.web.pages import Page, public, today
from parcours.web.public.values import value_text

NAMED = re.compile(r"\{parameter:([\w.]+)\}")
FILE = Path(__file__).with_name("start.yaml")
SPECIMEN = Text("Spécimen de feuille de soins, à ne pas envoyer", "Specimen of a sheet of care, not to be sent")
LINES = (
    (Text("Personne soignée", "Person treated"), Text("EXEMPLE Camille, née en 1990", "EXEMPLE Camille, born in 1990")),
    (Text("Numéro", "Number"), Text("le vôtre, même d'attente", "yours, even the waiting one")),
    (
        Text("Adresse", "Address"),
        same("1 rue de l'Exemple, 99001 Exempleville"),
    ),
    (Text("Maladie, maternité, accident", "Illness, maternity, accident"), Text("cochez", "tick")),
    (
        Text("Médecin traitant", "Médecin traitant"),
        Text(
            "le médecin dit s'il l'est, ou s'il a une lettre", "the doctor says if it is them, or if they have a letter"
        ),
    ),
    (Text("Date et acte", "Date and act"), Text("remplis par le médecin", "filled in by the doctor")),
    (
        Text("Montant payé", "Amount paid"),
        Text("à vérifier avant de signer", "to be checked before you sign"),
    ),
    (Text("Signatures", "Signatures"), Text("celle du médecin, puis la vôtre", "the doctor's, then yours")),
)
TODO = Text(
    "Gardez une copie et l'ordonnance. Postez l'original à votre caisse ; la première fois, joignez un RIB.",
    "Keep a copy and the prescription. Post the original to your fund; the first time, add your bank details.",
)
NOTE = Text(
    "Ce n'est ni un formulaire officiel ni sa copie : il montre ce qui est à remplir, et où.",
    "This is neither an official form nor a copy of one: it shows what is to be filled in, and where.",
)


@cache
def content() -> Mapping[str, Any]:
    """Profiles and steps."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


def steps_for(profile: str, lang: str) -> list[Mapping[str, Any]]:
    """The steps of somebody, in their order and language, each with what the law sets of it."""
    return [said(step, lang) for step in content()["steps"] if step["for"] == "all" or profile in step["for"]]


def said(step: Mapping[str, Any], lang: str) -> Mapping[str, Any]:
    """A step in a language: its delays, ages and shares are those of the law of today, and it names them."""
    book = load()
    words = {name: value[lang] for name, value in step.items() if isinstance(value, dict)}
    named = dict.fromkeys(id_ for text in words.values() for id_ in NAMED.findall(text))
    values = {id_: in_force(book.parameters[id_], lang) for id_ in named}
    filled = {name: NAMED.sub(lambda match: values[match[1]], text) for name, text in words.items()}
    return {
        **step, **{name: typography(text, lang) for name, text in filled.items()},
        "law": [(book.parameters[id_], value) for id_, value in values.items()],
        "texts": [(id_, book.references[id_]["title"]) for id_ in step.get("references", ())],
    }  # fmt: skip


def in_force(parameter: Parameter, lang: str) -> str:
    """The value of a parameter on the day of today, with its unit."""
    value = parameter.default.value_on(number_of(today()))
    return value_text(None if value is None else value.value, parameter.unit, lang)


async def start(request: Request) -> Response:
    """The page."""
    page = Page.of(request)
    asked = request.query_params.get("who", "")
    profiles = {name: typography(text[page.lang], page.lang) for name, text in content()["profiles"].items()}
    profile = asked if asked in profiles else ""
    steps = steps_for(profile, page.lang) if profile else []
    return public(page, "start.html", profiles=profiles, profile=profile, steps=steps)


async def specimen(request: Request) -> Response:
    """A paper sheet filled in as a specimen, to print."""
    lang = Page.of(request).lang
    pdf = await run_in_threadpool(specimen_pdf, lang, today())
    headers = {"Cache-Control": "public, max-age=300", "Content-Disposition": 'inline; filename="specimen.pdf"'}
    return Response(pdf, headers=headers, media_type="application/pdf")


@cache
def specimen_pdf(lang: str, day: date) -> bytes:
    """The specimen of a day."""
    data = {
        "title": SPECIMEN[lang], "day": day.isoformat(), "subtitle": long_date(day, lang), "note": NOTE[lang],
        "sections": [
            {"title": Text("Ce qui est à remplir", "What is to be filled in")[lang],
             "entries": [{"name": name[lang], "text": text[lang]} for name, text in LINES]},
            {"title": Text("Ensuite", "Then")[lang], "paragraphs": [TODO[lang]]},
        ],
    }  # fmt: skip
    return documents.render("record", data, lang)
