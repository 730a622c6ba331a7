"""Receipts: what was asked and answered, with which rules and which law, so that years later the same cents come out.

    text = canonical(receipt(settle(facts)))
    replay(loads(text), "en").same            # or the sentences that say what changed

A receipt is one JSON object with sorted keys and no spaces, amounts in integer cents, signed by the hash of its own
content.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import parcours
from parcours.contracts.schema import PERCENTAGES
from parcours.engine.case import Answer, settle_encoded
from parcours.engine.digest import rules_digest
from parcours.engine.errors import FactError
from parcours.engine.facts.encoding import encode
from parcours.engine.facts.jsonio import dumps, loads
from parcours.engine.facts.vocabulary import LETTERS
from parcours.engine.results import AMOUNTS
from parcours.engine.say.explain import cited, explain
from parcours.engine.say.receipt_parts import effective_readings, hash_of, law_part, sorted_text
from parcours.engine.say.row import STAGES, SettledRow
from parcours.engine.say.wording import TemplateError, Words, fill, has_labels, label, sentence
from parcours.errors import ParcoursError
from parcours.law.cache import flat_law
from parcours.law.codes import UNKNOWN
from parcours.law.days import LawDataError
from parcours.law.in_use import enacted
from parcours.law.loader import load
from parcours.law.record import LawRecord
from parcours.law.reform import ReformError, read_kept
from parcours.rules.types import Contract, Counters
from parcours.text import Text, euros, percent, text_of, yes_no

FORMAT = "parcours-receipt-1"


class ReceiptError(ParcoursError, ValueError):
    """A file is not a receipt."""

    def __init__(self, problem: Mapping[str, str]) -> None:
        super().__init__("not_a_receipt", text_of(problem))


@dataclass(frozen=True)
class Replay:
    """A receipt settled again."""

    same: bool
    """The same cents, the same cases."""
    sentences: tuple[str, ...]


def receipt(answer: Answer) -> dict[str, Any]:
    """The receipt of an answer. It holds facts about one person: no more than was given."""
    body = body_of(answer)
    own = {**body, "law": {**body["law"], "values": dict(body["law"]["values"])}, "readings": dict(body["readings"])}
    return {**own, "hash": hash_of(sorted_text(body))}


def receipt_text(answer: Answer) -> str:
    """The receipt of an answer as JSON on one line."""
    text = sorted_text(body_of(answer))
    return f'{text[:-1]}, "hash": "{hash_of(text)}"}}'


def body_of(answer: Answer) -> dict[str, Any]:
    """The receipt of an answer without its hash."""
    row = SettledRow.of_answer(answer)
    encoded = answer.encoded
    assumed = {*encoded.defaults, *encoded.missing, *encoded.inferred, "tiers_payant", *behind(answer)} - stated(answer)
    return {
        "format": FORMAT,
        "engine": {"version": parcours.__version__, "rules": rules_digest()},
        "law": law_part(answer),
        "facts": {name: plain(value) for name, value in answer.facts.items() if name not in assumed},
        "assumed": {name: plain(answer.facts[name]) for name in sorted(assumed) if name in answer.facts},
        "contract": encoded.contract._asdict() if encoded.contract.present else None,
        "counters": answer.counters._asdict(),
        "readings": effective_readings(answer.readings),
        "chosen_readings": dict(answer.readings),
        "result": result_part(row, answer),
        "cases": dict(row.cases),
        "references": sorted(articles(answer, row)),
    }


def articles(answer: Answer, row: SettledRow) -> frozenset[str]:
    """Ids of the articles behind an answer; a reform leaves out those that hold only what it replaces."""
    if not answer.flat.reform:
        return cited(row)
    return frozenset(reference.id for item in explain(answer, "en").steps for reference in item.references)


def behind(answer: Answer) -> tuple[str, ...]:
    """Of a coded claim, the facts that its status stands for: they were not said."""
    if not answer.act.status:
        return ()
    return ("role", "referral") if answer.act.medecin_traitant else ("role", "referral", "medecin_traitant")


def stated(answer: Answer) -> set[str]:
    """Facts that look assumed but must be kept: what is inferred from a day of birth, and a tiers payant that was
    said.
    """
    kept = {"age", "age_1er_janvier", "profession"}
    if "tiers_payant" not in answer.encoded.defaults:
        kept.add("tiers_payant")
    return kept


def plain(value: Any) -> Any:
    """A fact as JSON writes it: euros as text, so that every reader keeps the cents."""
    return str(value) if isinstance(value, Decimal) else value


def result_part(row: SettledRow, answer: Answer) -> dict[str, Any]:
    """Status and amounts in cents."""
    amounts = {name: getattr(answer.settlement, name) for name in AMOUNTS}
    amounts["max_fee"] = None if amounts["max_fee"] == UNKNOWN else amounts["max_fee"]
    return {**amounts, "rate": row.rate, "status": row.status, "pathway": row.pathway}


def canonical(content: Mapping[str, Any]) -> str:
    """The one way to write a receipt: sorted keys, two-space lines, UTF-8."""
    return dumps(content, indent=1, sort_keys=True) + "\n"


def digest(body: Mapping[str, Any]) -> str:
    """Hash of a receipt's content."""
    return hash_of(dumps(body, sort_keys=True))


NEEDED = ("engine", "law", "facts", "counters", "result", "cases", "readings", "hash")
MAY_HAVE = ("assumed", "contract", "chosen_readings", "references")
LONGEST_NAME = 40


def read_receipt(text: str | bytes) -> dict[str, Any]:
    """A receipt from its text. Raises `ReceiptError`."""
    try:
        content = loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ReceiptError(Text(f"ce n'est pas un reçu ({FORMAT})", f"this is not a receipt ({FORMAT})"))
    missing = [name for name in NEEDED if name not in content]
    if missing:
        raise ReceiptError(
            Text(f"reçu incomplet : {missing[0]} manque", f"incomplete receipt: {missing[0]} is missing")
        )
    foreign = sorted(set(content) - {"format", *NEEDED, *MAY_HAVE})
    if foreign:
        name = foreign[0][:LONGEST_NAME]
        raise ReceiptError(Text(f"« {name} » n'est pas d'un reçu", f"{name!r} is not part of a receipt"))
    return content


def answer_of(content: Mapping[str, Any]) -> Answer:
    """Settle the facts of a receipt again, under its reform. Raises `FactError` or `LawDataError`."""
    flat = flat_law()
    encoded = encode(content["facts"], flat)
    contract = content.get("contract")
    if contract:
        encoded = encoded._replace(contract=Contract(**contract))
    counters = counters_of(content["counters"], flat.default.on(encoded.act.care_date))
    return settle_encoded(encoded, flat, content.get("chosen_readings", {}), counters)


def counters_of(borne: Mapping[str, int], law: LawRecord) -> Counters:
    """The counters of a receipt. One made before contributions were counted in number says euros."""
    if "participation_jour" not in borne:
        return Counters(**borne)
    kept = {name: value for name, value in borne.items() if name != "participation_jour"}
    return Counters(**kept)._replace(
        participation_nombre_jour=borne["participation_jour"] // law.participation_montant,
        participation_nombre_annee=borne["participation_annee"] // law.participation_montant,
    )


def replay(content: Mapping[str, Any], lang: str = "fr") -> Replay:
    """Settle a receipt again: the same cents, or what changed, named."""
    words = Words(flat_law().default.first_days[-1], {})
    body = {name: value for name, value in content.items() if name != "hash"}
    if digest(body) != content["hash"]:
        return Replay(same=False, sentences=(sentence("replay_tampered", words, lang),))
    try:
        with enacted(read_kept(load(), content["law"].get("reform", ()))):
            now = receipt(answer_of(content))
    except (FactError, LawDataError, ReformError) as error:
        words.texts = {"problem": error.message[lang]}
        return Replay(same=False, sentences=(sentence("replay_refused", words, lang),))
    same = now["result"] == content["result"] and now["cases"] == content["cases"]
    if same:
        moved = now["engine"]["rules"] != content["engine"]["rules"] or now["law"]["data"] != content["law"]["data"]
        return Replay(same=True, sentences=(sentence("replay_same_new_law" if moved else "replay_same", words, lang),))
    causes = tuple(said("replay_changed_", change, lang) for change in causes_between(content, now, lang))
    effects = tuple(said("replay_changed_", change, lang) for change in effects_between(content, now, lang))
    return Replay(same=False, sentences=(*causes, *effects))


@dataclass(frozen=True)
class Difference:
    """One difference between two receipts."""

    kind: str
    """parameter | tariff | rules | law | reading | amount | case | fact"""
    name: str
    before: str
    after: str
    id: str = ""


def said(prefix: str, change: Difference, lang: str) -> str:
    """A change as a sentence."""
    words = Words(0, {}, texts={"name": change.name, "before": change.before, "after": change.after, "id": change.id})
    key = f"{prefix}{change.kind}" if change.kind != "fact" else "diff_fact"
    return sentence(key, words, lang)


def causes_between(before: Mapping[str, Any], after: Mapping[str, Any], lang: str) -> Iterator[Difference]:
    """Values of the law, readings and rules that differ."""
    yield from parameter_changes(before, after, lang)
    if before["law"].get("tariff") != after["law"].get("tariff"):
        was, is_ = (cents(one["law"].get("tariff"), lang) for one in (before, after))
        yield Difference("tariff", "", was, is_)
    for name in sorted({*before["readings"], *after["readings"]}):
        was, is_ = before["readings"].get(name, ""), after["readings"].get(name, "")
        if was != is_:
            yield Difference("reading", name, was or absent(lang), is_ or absent(lang))
    if before["engine"]["rules"] != after["engine"]["rules"]:
        yield Difference("rules", "", before["engine"]["rules"][:8], after["engine"]["rules"][:8])


def parameter_changes(before: Mapping[str, Any], after: Mapping[str, Any], lang: str) -> Iterator[Difference]:
    """Parameters whose value on the day of the care differs."""
    was, is_ = before["law"]["values"], after["law"]["values"]
    for id_ in (*was, *(name for name in is_ if name not in was)):
        if was.get(id_) == is_.get(id_):
            continue
        entry = load().parameters.get(id_)
        unit = entry.unit if entry else ""
        title = entry.label[lang] if entry else id_
        yield Difference("parameter", title, shown(was.get(id_), unit, lang), shown(is_.get(id_), unit, lang), id_)


def effects_between(before: Mapping[str, Any], after: Mapping[str, Any], lang: str) -> Iterator[Difference]:
    """Amounts and cases that differ."""
    for name in (*AMOUNTS, "rate", "status", "pathway"):
        was, is_ = before["result"].get(name), after["result"].get(name)
        if was != is_:
            yield Difference("amount", term(name, lang), result_text(name, was, lang), result_text(name, is_, lang))
    for stage in STAGES:
        was, is_ = before["cases"].get(stage), after["cases"].get(stage)
        if was != is_:
            title = sentence(f"stage_{stage}", Words(0, {}), lang)
            yield Difference("case", title, case_text(before, stage, lang), case_text(after, stage, lang))


def diff(before: Mapping[str, Any], after: Mapping[str, Any], lang: str = "fr") -> tuple[str, ...]:
    """What differs between two receipts, in words: facts, law, readings, rules, then amounts and cases."""
    changes = [
        *fact_changes(before, after, lang),
        *causes_between(before, after, lang),
        *effects_between(before, after, lang),
    ]
    if not changes:
        return (sentence("diff_nothing", Words(0, {}), lang),)
    return tuple(said("diff_", change, lang) for change in changes)


def fact_changes(before: Mapping[str, Any], after: Mapping[str, Any], lang: str) -> Iterator[Difference]:
    """Facts, contracts and counters that differ, assumed ones included."""
    was = {**before.get("assumed", {}), **before["facts"]}
    is_ = {**after.get("assumed", {}), **after["facts"]}
    for name in sorted({*was, *is_}):
        if was.get(name) != is_.get(name):
            texts = (fact_text(name, value, lang) for value in (was.get(name), is_.get(name)))
            yield Difference("fact", term(name, lang), *texts)
    yield from contract_changes(before.get("contract"), after.get("contract"), lang)
    for name in Counters._fields:
        if before["counters"].get(name) != after["counters"].get(name):
            yield Difference(
                "fact", name, cents(before["counters"].get(name), lang), cents(after["counters"].get(name), lang)
            )


def contract_changes(was: Mapping[str, int] | None, is_: Mapping[str, int] | None, lang: str) -> Iterator[Difference]:
    """A contract that comes, goes, or has other guarantees."""
    name = term("contract", lang)
    if bool(was) != bool(is_):
        yield Difference("fact", name, yes(bool(was), lang), yes(bool(is_), lang))
    elif was and is_:
        for guarantee in sorted({*was, *is_}):
            if was.get(guarantee) != is_.get(guarantee):
                texts = (guarantee_text(guarantee, value, lang) for value in (was.get(guarantee), is_.get(guarantee)))
                yield Difference("fact", f"{name}, {guarantee}", *texts)


def guarantee_text(name: str, value: int | None, lang: str) -> str:
    """One guarantee of a contract."""
    if value is None:
        return absent(lang)
    known = {field for fields in PERCENTAGES.values() for field in fields}
    return (
        percent(value, lang) if name in known else cents(value, lang) if name == "plafond" else yes(bool(value), lang)
    )


def fact_text(name: str, value: Any, lang: str) -> str:
    """A fact as a person reads it."""
    if value is None:
        return absent(lang)
    if isinstance(value, bool):
        return yes(value, lang)
    if has_labels(name) and name not in LETTERS:
        return label(name, value, lang)
    return str(value)


def yes(value: bool, lang: str) -> str:
    """Yes or no."""
    return yes_no(value)[lang]


def absent(lang: str) -> str:
    """The word for nothing."""
    return sentence("absent", Words(0, {}), lang)


def cents(value: int | None, lang: str) -> str:
    """An amount, or nothing."""
    return absent(lang) if value is None or value < 0 else euros(value, lang)


def shown(value: int | None, unit: str, lang: str) -> str:
    """A value of the law as a rule counts it, with its unit."""
    if value is None or value == UNKNOWN:
        return absent(lang)
    if unit.startswith("euro"):
        return euros(value, lang)
    if unit == "percent":
        return percent(value, lang)
    return yes(bool(value), lang) if unit == "boolean" else str(value)


def result_text(name: str, value: Any, lang: str) -> str:
    """A result as a person reads it."""
    if has_labels(name) and value:
        return fact_or_letter(name, str(value), lang)
    if value is None or isinstance(value, str):
        return value or absent(lang)
    return percent(value, lang) if name == "rate" else euros(value, lang)


def fact_or_letter(name: str, value: str, lang: str) -> str:
    """A coded result by its label, a national letter with it."""
    text = label(name, value, lang)
    return f"{value} ({text})" if name in LETTERS else text


def case_text(content: Mapping[str, Any], stage: str, lang: str) -> str:
    """The sentence of the case that applied at a stage."""
    case = content["cases"].get(stage)
    entry = load().cases[f"case_{stage}"].get(case)
    if entry is None:
        return str(case)
    facts = {**content.get("assumed", {}), **content["facts"], **content["result"]}
    words = Words(
        int(content["law"]["day"].replace("-", "")),
        facts,
        amounts={name: content["result"].get(name) for name in AMOUNTS},
        rates={"rate": content["result"].get("rate", 0)},
        readings=content.get("chosen_readings", {}),
    )
    try:
        return fill(entry[lang], words, lang)
    except TemplateError:
        return str(case)


def term(name: str, lang: str) -> str:
    """The word of the glossary for a fact or a result."""
    entry = load().glossary.get(name)
    return entry[lang]["term"] if entry else name


__all__ = ["ReceiptError", "Replay", "canonical", "diff", "read_receipt", "receipt", "replay"]
