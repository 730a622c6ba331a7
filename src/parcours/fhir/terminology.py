"""Our code systems and value sets, made from the vocabulary and from the law: served, searched, looked up, expanded."""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

import parcours
from parcours.engine.bill.vocabulary import BORNE, LINE_KEYS
from parcours.engine.facts.vocabulary import FACTS
from parcours.fhir import problems
from parcours.fhir.claim_read import ALIASES, MADE
from parcours.fhir.site import Site, meta
from parcours.law.bill.book import bill_law
from parcours.law.loader import load
from parcours.registry.claims.words import REASONS
from parcours.registry.contexts import CONTEXTS
from parcours.text import LANGS, Text, same, text_of

Concepts = dict[str, Text]
PUBLISHED = "2026-11-26"


@cache
def own_systems() -> dict[str, tuple[Text, Concepts]]:
    """Id -> title and concepts of every code system."""
    raw = yaml.safe_load(Path(__file__).with_name("systems.yaml").read_text("utf-8"))
    found = {
        name: (text_of(one["title"]), {code: text_of(said) for code, said in one["concepts"].items()})
        for name, one in raw.items()
    }
    codes = load().codes
    for fact in FACTS:
        if fact.codes is not None and fact.name in codes:
            labels = {slug: text_of(one["label"]) for slug, one in codes[fact.name].items()}
            found[fact.name.replace("_", "-")] = (Text(f"Valeurs de {fact.name}", f"Values of {fact.name}"), labels)
    found["claim-info"] = (Text("Informations d'un Claim", "Information of a Claim"), dict(information()))
    found["ips"] = (
        Text("Indicateur du parcours de soins", "Indicator of the care pathway"),
        {code: text_of(one["label"]) for code, one in codes["ips"].items() if len(code) == 1},
    )
    for name, source, title in (
        ("qtp", "ips", Text("Parcours transmis, code national", "Pathway transmitted, national code")),
        ("qcp", "status", Text("Parcours calculé, code national", "Pathway computed, national code")),
    ):
        found[name] = (
            title, {str(one["snds"]): text_of(one["label"]) for one in codes[source].values() if "snds" in one}
        )  # fmt: skip
    found["reason"] = (Text("Motifs de la caisse (simulés)", "Reasons of the fund (simulated)"), dict(REASONS))
    found["trail"] = (Text("Événements de la trace des accès", "Events of the trail of accesses"), dict(events()))
    found["specialty"] = (Text("Spécialités médicales", "Medical specialties"), dict(specialties()))
    found["case"] = (Text("Cas du moteur", "Cases of the engine"), dict(cases()))
    found["reading"] = (Text("Lectures d'un point disputé", "Readings of a disputed point"), dict(readings()))
    return found


def events() -> Iterator[tuple[str, Text]]:
    """Every event of the trail, by its name."""
    for context in CONTEXTS:
        yield from ((str(tag), same(str(tag))) for tag in context.tags or ())


def specialties() -> Iterator[tuple[str, Text]]:
    """Every specialty, by its slug."""
    for one in load().specialties.values():
        yield one.slug, text_of(one.label)


def information() -> Iterator[tuple[str, Text]]:
    """What supporting information may say: the facts, what a line adds, what was borne before."""
    yield "IPS", Text("Indicateur du parcours de soins transmis", "Indicator of the care pathway sent")
    for name, meaning in ALIASES.items():
        yield name, same(meaning)
    yield from MADE.items()
    yield "reading", Text("Lecture choisie d'un point disputé", "Chosen reading of a disputed point")
    for fact in FACTS:
        yield fact.name, same(fact.help)
    known = {fact.name for fact in FACTS}
    for name in (*LINE_KEYS, *BORNE, "territory"):
        if name not in known:
            yield name, same(name)


def cases() -> Iterator[tuple[str, Text]]:
    """Every case of the engine: `majoration.capped`; its definition is the sentence, with its placeholders."""
    for name, slugs in load().cases.items():
        for slug, entry in slugs.items():
            yield f"{name.removeprefix('case_')}.{slug}", Text(entry["fr"], entry["en"])
    for name, slugs in bill_law().cases.items():
        for slug, (french, english, *_) in slugs.items():
            yield f"{name.removeprefix('case_')}.{slug}", Text(french, english)


def readings() -> Iterator[tuple[str, Text]]:
    """Every option of every reading: `plafond_majoration.fiche`."""
    for name, entry in load().readings.items():
        for option, said in entry.options.items():
            yield f"{name}.{option}", text_of(said["label"])
    for name, options in bill_law().readings.items():
        for option, (french, english) in options.items():
            yield f"{name}.{option}", Text(french, english)


# --- as resources ----------------------------------------------------------------------------------------------------


def concept_of(code: str, text: Text) -> dict[str, Any]:
    """A concept in both languages."""
    return {
        "code": code,
        "display": text.fr,
        "designation": [{"language": lang, "value": text[lang]} for lang in LANGS],
    }


@lru_cache(maxsize=8)
def code_systems(site: Site) -> dict[str, dict[str, Any]]:
    """Every CodeSystem, by id."""
    return {
        name: {
            "resourceType": "CodeSystem", "id": name, "meta": meta(), "url": site.system(name),
            "version": parcours.__version__, "name": name.replace("-", "_").capitalize(), "title": title.fr,
            "status": "active", "experimental": True, "date": PUBLISHED, "publisher": "parcours",
            "description": title.en, "caseSensitive": True, "valueSet": site.value_set(name), "content": "complete",
            "count": len(concepts), "concept": [concept_of(code, text) for code, text in concepts.items()],
        }
        for name, (title, concepts) in own_systems().items()
    }  # fmt: skip


@lru_cache(maxsize=8)
def value_sets(site: Site) -> dict[str, dict[str, Any]]:
    """Every ValueSet, by id: all the codes of the system of that name."""
    return {
        name: {
            "resourceType": "ValueSet", "id": name, "meta": meta(), "url": site.value_set(name),
            "version": parcours.__version__, "name": one["name"], "title": one["title"], "status": "active",
            "experimental": True, "date": PUBLISHED, "publisher": "parcours", "description": one["description"],
            "compose": {"include": [{"system": one["url"]}]},
        }
        for name, one in code_systems(site).items()
    }  # fmt: skip


def by_url(resources: Mapping[str, dict[str, Any]], url: str) -> dict[str, Any]:
    """A resource by its canonical address, with or without a version. Raises `Refused`: 404."""
    for one in resources.values():
        if one["url"] == url.partition("|")[0]:
            return one
    raise problems.not_found(field="url")


def lookup(site: Site, system: str, code: str) -> dict[str, Any]:
    """`CodeSystem/$lookup`: what a code means, as Parameters. Raises `Refused`: 404."""
    found = by_url(code_systems(site), system)
    for one in found["concept"]:
        if one["code"] == code:
            designations = [
                {"name": "designation",
                 "part": [{"name": "language", "valueCode": said["language"]},
                          {"name": "value", "valueString": said["value"]}]}
                for said in one["designation"]
            ]  # fmt: skip
            named = {"name": found["title"], "version": found["version"], "display": one["display"]}
            parameters = [{"name": name, "valueString": value} for name, value in named.items()]
            return {"resourceType": "Parameters", "parameter": parameters + designations}
    raise problems.unknown_code(field="code", code=code[:80])


def expand(site: Site, value_set: Mapping[str, Any], text: str, offset: int, count: int) -> dict[str, Any]:
    """`ValueSet/$expand`: its codes, those whose code or label holds a text."""
    system = code_systems(site)[value_set["id"]]
    wanted = text.casefold()
    found = [
        one for one in system["concept"]
        if wanted in one["code"].casefold() or any(wanted in said["value"].casefold() for said in one["designation"])
    ]  # fmt: skip
    shown = [{"system": system["url"], **one} for one in found[offset : offset + count]]
    return {
        **value_set,
        "expansion": {"timestamp": f"{PUBLISHED}T00:00:00Z", "total": len(found), "offset": offset, "contains": shown},
    }
