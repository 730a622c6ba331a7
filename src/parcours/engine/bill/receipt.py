"""The receipt of a bill: what was handed over, what was answered line by line, and the law that was read.

    text = canonical(bill_receipt(settle_bill(bill)))
    replay_any(read_any(text), "en").same

Written and signed as the receipt of one act is; `replay_any` and `diff_any` take either.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import parcours
from parcours.engine.bill.explain import article, row_of_line, said_otherwise
from parcours.engine.bill.lines import BillLine
from parcours.engine.bill.say import AMOUNTS as CHARGED
from parcours.engine.bill.say import LANGUAGES, every_reason
from parcours.engine.bill.settle import BillAnswer, settle_bill
from parcours.engine.bill.together import laws_of
from parcours.engine.digest import rules_digest
from parcours.engine.errors import FactError
from parcours.engine.facts.jsonio import loads
from parcours.engine.facts.vocabulary import BY_NAME
from parcours.engine.say import receipt as acts
from parcours.engine.say.explain import cited as of_act
from parcours.engine.say.receipt import Difference, ReceiptError, Replay, digest, said
from parcours.engine.say.receipt_parts import effective_readings
from parcours.engine.say.row import SettledRow
from parcours.engine.say.wording import Words, sentence
from parcours.law.bill.book import STAGES, bill_law
from parcours.law.bill.codes import Nature
from parcours.law.book import FIELDS
from parcours.law.days import LawDataError, iso
from parcours.law.in_use import as_data, enacted
from parcours.law.library.installed import installed, only_libraries
from parcours.law.loader import load
from parcours.law.reform import ReformError, read_kept
from parcours.rules.bill.types import SettledLine
from parcours.text import Text

FORMAT = "parcours-bill-receipt-1"
NEEDED = ("engine", "law", "bill", "readings", "lines", "total", "hash")
MAY_HAVE = ("chosen_readings", "references")
INCOMPLETE = Text("reçu incomplet : {name} manque", "incomplete receipt: {name} is missing")
FOREIGN = Text("« {name} » n'est pas d'un reçu", "{name!r} is not part of a receipt")


def bill_receipt(answer: BillAnswer) -> dict[str, Any]:
    """The receipt of a settled bill. It holds what was given, and no more about anyone."""
    rows = [
        row_of_line(answer, line, one) if line.line.nature == Nature.ACT else None
        for line, one in zip(answer.lines, answer.settled, strict=True)
    ]
    body = {
        "format": FORMAT,
        "engine": {"version": parcours.__version__, "rules": rules_digest()},
        "law": law_part(answer),
        "bill": plain(answer.given),
        "readings": readings_of(answer),
        "chosen_readings": dict(answer.readings),
        "lines": [line_part(*each) for each in zip(answer.lines, answer.settled, rows, strict=True)],
        "total": dict(answer.totals),
        "references": cited(answer, rows),
    }
    return {**body, "hash": digest(body)}


def plain(value: Any) -> Any:
    """A bill as JSON writes it: euros as text, so that every reader keeps the cents."""
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if isinstance(value, (bool, int, str)) or value is None else str(value)


def law_part(answer: BillAnswer) -> dict[str, Any]:
    """The law that was read: its hashes, and on each day of care every value that a rule could read."""
    laws = laws_of(answer.lines, answer.shared, answer.question)
    days = sorted({line.line.act.care_date for line in answer.lines})
    return {
        "data": answer.law.digest,
        "bills": answer.bill.digest,
        "days": {
            iso(day): {FIELDS[name]: getattr(row, name) for name in FIELDS}
            for day, row in zip(days, laws.rows, strict=True)
        },
        **({"reform": as_data(answer.law.reform)} if answer.law.reform else {}),
        **({"libraries": answer.libraries} if answer.libraries else {}),
    }


def readings_of(answer: BillAnswer) -> dict[str, str]:
    """Every reading, of acts and of bills, with the option in use."""
    own = {name: answer.readings.get(name, next(iter(options))) for name, options in answer.bill.readings.items()}
    return {**effective_readings(answer.readings), **own}


def line_part(line: BillLine, one: SettledLine, row: SettledRow | None) -> dict[str, Any]:
    """One line: its code, its tariff, its result in cents, the case of every stage and level."""
    levels = {stage: enum(getattr(one, stage)).name.lower() for stage, enum in STAGES.items()}
    result, cases = result_of_line(one, row)
    return {
        "number": line.number,
        "code": line.text,
        "key": line.code.key,
        "care_date": iso(line.line.act.care_date),
        "tariff": line.line.tariff,
        "result": result,
        "cases": {**cases, **levels},
    }


def result_of_line(one: SettledLine, row: SettledRow | None) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Amounts in cents and cases of one act; of a charge, amounts alone."""
    if row is None:
        return {name: getattr(one.settlement, name) for name in CHARGED}, {}
    return {**row.amounts, "rate": row.rate, "status": row.status, "pathway": row.pathway}, row.cases


def cited(answer: BillAnswer, rows: Sequence[SettledRow | None]) -> list[str]:
    """The articles that the lines rest on."""
    found: set[str] = set()
    for line, one, row in zip(answer.lines, answer.settled, rows, strict=True):
        told = every_reason(answer, line, one, LANGUAGES[0])
        found |= {article(name, LANGUAGES[0]).id for reason in told for name in reason.references}
        if row is not None:
            found |= of_act(row, said_otherwise(line, one))
    return sorted(found)


def read_any(text: str | bytes) -> dict[str, Any]:
    """A receipt of a bill or of one act, from its text. Raises `ReceiptError`."""
    try:
        content = loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return acts.read_receipt(text)
    missing = [name for name in NEEDED if name not in content]
    if missing:
        raise ReceiptError(INCOMPLETE.format(name=missing[0]))
    foreign = sorted(set(content) - {"format", *NEEDED, *MAY_HAVE})
    if foreign:
        raise ReceiptError(FOREIGN.format(name=foreign[0][: acts.LONGEST_NAME]))
    return content


def replay_any(content: Mapping[str, Any], lang: str = "fr") -> Replay:
    """Settle a receipt again, of a bill or of one act: the same cents, or what changed, named."""
    if content["format"] != FORMAT:
        return acts.replay(content, lang)
    words = Words(0, {})
    body = {name: value for name, value in content.items() if name != "hash"}
    if digest(body) != content["hash"]:
        return Replay(same=False, sentences=(sentence("replay_tampered", words, lang),))
    libraries = content["law"].get("libraries", {})
    if others := tuple(other_libraries(libraries, lang)):
        return Replay(same=False, sentences=others)
    try:
        with enacted(read_kept(load(), content["law"].get("reform", ()))), only_libraries(libraries):
            now = bill_receipt(settle_bill(content["bill"], content.get("chosen_readings", {})))
    except (FactError, LawDataError, ReformError) as error:
        words.texts = {"problem": error.message[lang]}
        return Replay(same=False, sentences=(sentence("replay_refused", words, lang),))
    if [outcome(line) for line in now["lines"]] == [outcome(line) for line in content["lines"]]:
        moved = now["engine"]["rules"] != content["engine"]["rules"] or any(
            now["law"][name] != content["law"][name] for name in ("data", "bills")
        )
        return Replay(same=True, sentences=(sentence("replay_same_new_law" if moved else "replay_same", words, lang),))
    return Replay(same=False, sentences=tuple(changes(content, now, "replay_changed_", lang)))


def other_libraries(kept: Mapping[str, Mapping[str, str]], lang: str) -> Iterator[str]:
    """What says that a library of a receipt is not the one that is installed: it cannot be replayed."""
    for name, about in kept.items():
        library = installed(name)
        if library is not None and library.about.digest == about.get("digest"):
            continue
        now = library.about.kept if library else {"digest": "", "day": ""}
        key = "replay_library_other" if library else "replay_library_none"
        yield (
            bill_law()
            .sentences[key][lang]
            .format(
                name=name.upper(),
                key=name,
                digest=about.get("digest", "")[:8],
                day=about.get("day", ""),
                now=now["digest"][:8],
                now_day=now["day"],
            )
        )


def diff_any(before: Mapping[str, Any], after: Mapping[str, Any], lang: str = "fr") -> tuple[str, ...]:
    """What differs between two receipts of the same kind, in words. Raises `ReceiptError` for two kinds."""
    if before["format"] != after["format"]:
        raise ReceiptError(
            Text("un reçu d'acte et un reçu de facture ne se comparent pas", "a receipt of an act and one of a bill")
        )
    if before["format"] != FORMAT:
        return acts.diff(before, after, lang)
    was, is_ = ({"facts": plain_facts(one), "counters": {}} for one in (before, after))
    facts = [said("diff_", one, lang) for one in acts.fact_changes(was, is_, lang)]
    return (*facts, *changes(before, after, "diff_", lang)) or (sentence("diff_nothing", Words(0, {}), lang),)


def plain_facts(content: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that hold for all the lines of a receipt's bill."""
    return {name: value for name, value in content["bill"].items() if name in BY_NAME and name != "contract"}


def outcome(line: Mapping[str, Any]) -> tuple[Any, Any]:
    """What must be the same again of a line."""
    return line["result"], line["cases"]


def changes(before: Mapping[str, Any], after: Mapping[str, Any], prefix: str, lang: str) -> Iterator[str]:
    """Values of the law, readings and rules that differ, then amounts and cases line by line."""
    seen: set[str] = set()
    for was, is_ in paired(before, after):
        for cause in acts.causes_between(was, is_, lang):
            text = said(prefix, cause, lang)
            if text not in seen:
                seen.add(text)
                yield text
    sentences = bill_law().sentences
    if before["law"]["bills"] != after["law"]["bills"]:
        digests = (one["law"]["bills"][:8] for one in (before, after))
        yield sentences["replay_law"][lang].format(**dict(zip(("before", "after"), digests, strict=True)))
    lists = [shown_libraries(one["law"].get("libraries", {})) for one in (before, after)]
    if lists[0] != lists[1]:
        yield sentences["replay_library"][lang].format(before=lists[0], after=lists[1])
    counts = len(before["lines"]), len(after["lines"])
    if counts[0] != counts[1]:
        yield sentences["replay_lines"][lang].format(before=counts[0], after=counts[1])
    for (was, is_), line in zip(paired(before, after), before["lines"], strict=False):
        for change in effects(was, is_, lang):
            key = "replay_case" if change.kind == "case" else "replay_amount"
            yield sentences[key][lang].format(
                number=line["number"], code=line["code"], name=change.name, before=change.before, after=change.after
            )


def shown_libraries(kept: Mapping[str, Mapping[str, str]]) -> str:
    """The libraries of a receipt: CCAM 2026-11-20 (7c9c8760)."""
    return ", ".join(f"{name.upper()} {one['day']} ({one['digest'][:8]})" for name, one in sorted(kept.items())) or "—"


def paired(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The lines of two receipts, each as a receipt of its act."""
    for was, is_ in zip(before["lines"], after["lines"], strict=False):
        yield as_act(before, was), as_act(after, is_)


def as_act(content: Mapping[str, Any], line: Mapping[str, Any]) -> dict[str, Any]:
    """A line as the receipt of an act: what its own differences are read from."""
    day = line["care_date"]
    law = {"day": day, "values": content["law"]["days"].get(day, {}), "tariff": line["tariff"]}
    return {
        **{name: content[name] for name in ("engine", "readings")},
        "law": law,
        "facts": plain_facts(content),
        **line,
    }


def effects(was: Mapping[str, Any], is_: Mapping[str, Any], lang: str) -> Iterator[Difference]:
    """Amounts and cases of a line that differ, those of the levels of the bill too."""
    yield from acts.effects_between(was, is_, lang)
    bill = bill_law()
    for stage in STAGES:
        if was["cases"].get(stage) != is_["cases"].get(stage):
            texts = (level_text(bill.cases[stage], one["cases"].get(stage), lang) for one in (was, is_))
            yield Difference("case", bill.sentences[f"stage_{stage}"][lang], *texts)


def level_text(cases: Mapping[str, tuple[str, str, Any, bool]], case: Any, lang: str) -> str:
    """The sentence of the case of a level."""
    if case not in cases:
        return str(case)
    french, english, *_ = cases[case]
    return Text(french, english)[lang]
