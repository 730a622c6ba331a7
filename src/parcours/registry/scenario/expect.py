"""What a story may expect, and how each expectation is checked against what was kept."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.law.codes import CaseParticipation
from parcours.registry.claims import lifecycle
from parcours.registry.claims.adjudicate import content_kept, decisions_of
from parcours.registry.claims.counters import borne
from parcours.registry.claims.models import Claim, ClaimState, Decision
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import Account, LedgerPosting, LedgerTransaction
from parcours.registry.messages.models import MessageKind
from parcours.registry.payments import practices
from parcours.registry.payments.service import DEFERRED
from parcours.registry.scenario import told
from parcours.registry.scenario.language import cents
from parcours.registry.scenario.stage import FUND, Stage
from parcours.registry.scenario.verbs import history
from parcours.text import plain_euros

KINDS = tuple(one.value for one in MessageKind)
SUBJECTS = {"rejected", "positive", "negative", "cancel", "replace", "indu", "signalled"}
PROSE = {"text", "not", "then", "payee", "paid_in", "account", "surcharge", "each"}
"""Said for the reader: checked by a test of the same name, not by the player of stories."""


@dataclass(frozen=True)
class Failed:
    """An expectation that does not hold."""

    what: str
    expected: str
    happened: str


Check = Callable[[Stage, Session, Any], Iterator[Failed]]


def equal(what: str, expected: object, happened: object) -> Iterator[Failed]:
    """Nothing, or what differs."""
    if expected != happened:
        yield Failed(what, str(expected), str(happened))


def amounts(what: str, decision: Decision | None, wanted: Mapping[str, Any]) -> Iterator[Failed]:
    """Amounts and status of a decision."""
    if decision is None:
        yield Failed(what, str(dict(wanted)), "no decision")
        return
    for name, value in wanted.items():
        found = getattr(decision, name)
        shown = found if name == "status" else plain_euros(found)
        yield from equal(f"{what}.{name}", value if name == "status" else plain_euros(cents(value)), shown)


def claims(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """The first decision of claims."""
    for name, wanted in expected.items():
        found = decisions_of(session, stage.claims[name]) if name in stage.claims else []
        yield from amounts(f"claims.{name}", found[0] if found else None, wanted)


def regularised(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """The last decision of claims that were settled again, and what it changed."""
    for name, wanted in expected.items():
        done = stage.found.get("regularised", {}).get(name)
        if done is None:
            yield Failed(f"regularised.{name}", str(dict(wanted)), "not regularised")
            continue
        deltas = {one for one in wanted if one.startswith("delta_")}
        for one in deltas:
            yield from equal(
                f"regularised.{name}.{one}", told.signed(cents(wanted[one])), told.signed(getattr(done, one))
            )
        rest = {one: value for one, value in wanted.items() if one not in deltas}
        yield from amounts(f"regularised.{name}", decisions_of(session, stage.claims[name])[-1], rest)


def bank(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Every transfer: day, book, payee, amount; a run for a parent pays what is due for the children too, as one."""
    sums: dict[tuple[str, ...], int] = {}
    for one in told.orders(stage, session):
        run, payee = stage.found.get("paid_as", {}).get(one.id, (one.id, stage.name_of(one.party)))
        key = (str(one.day), one.book.split(":")[0], payee, str(run))
        sums[key] = sums.get(key, 0) + one.cents
    found = [[*key[:3], plain_euros(amount)] for key, amount in sums.items()]
    wanted = [[str(day), book, payee, plain_euros(cents(amount))] for day, book, payee, amount in expected]
    yield from equal("bank", sorted(wanted), sorted(found))


def counters(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Contributions and deductibles that count in a year."""
    for who, years in expected.items():
        found = borne(session, stage.person(session, who))
        for year, (participations, franchises) in years.items():
            have = found.get(int(year), (0, 0))
            wanted = [plain_euros(cents(participations)), plain_euros(cents(franchises))]
            yield from equal(f"counters.{who}.{year}", wanted, [plain_euros(one) for one in have])


def owed(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """What is still to be taken back from somebody, by kind."""
    for who, wanted in expected.items():
        sums: dict[str, int] = {}
        for one in ledger.open_items(session, f"amo:{FUND}", DEFERRED, party=stage.person(session, who)):
            name = one.account.value.split(":")[1]
            sums[name] = sums.get(name, 0) + one.cents
        shown = {name: plain_euros(one) for name, one in sorted(sums.items())}
        yield from equal(f"owed.{who}", {name: plain_euros(cents(one)) for name, one in sorted(wanted.items())}, shown)


def states(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """States of a claim, a card, a link, an objection: the last one, or some in their order, the last one last."""
    if not isinstance(expected, Mapping):
        subject = next((one for one in ("objection", "card", "link") if subject_states(stage, session, one)), None)
        expected = {subject or next(iter(stage.claims), "F1"): expected}
    for name, wanted in expected.items():
        found = subject_states(stage, session, name)
        if isinstance(wanted, list):
            rest = iter(found)
            kept = all(one in rest for one in wanted) and found[-1:] == wanted[-1:]
            if not kept:
                yield Failed(f"states.{name}", " → ".join(wanted), " → ".join(found))
        else:
            yield from equal(f"states.{name}", wanted, found[-1] if found else None)


def subject_states(stage: Stage, session: Session, name: str) -> list[str]:
    """What something of the story went through."""
    if name == "objection":
        return list(stage.found.get("objection_states", ()))
    if name == "card":
        from parcours.registry.cards.service import card_of
        from parcours.registry.cards.service import history as card_history

        card = card_of(session, stage.ids[stage.found["card_of"]]) if "card_of" in stage.found else None
        return [] if card is None else [one.state.value for one in card_history(session, card.id)]
    if name == "link":
        return link_states(stage, session)
    return history(session, stage.claims[name]) if name in stage.claims else []


def link_states(stage: Stage, session: Session) -> list[str]:
    """What the link of a person went through, from one insurer to the next."""
    from parcours.registry.complementary.service import history as link_history
    from parcours.registry.complementary.service import links_of

    if "link_of" not in stage.found:
        return []
    who, insurer = stage.found["link_of"]
    links = links_of(session, stage.ids[who])
    before = [one.state.value for link in links if link.insurer != insurer for one in link_history(session, link.id)]
    after = [one.state.value for link in links if link.insurer == insurer for one in link_history(session, link.id)]
    return [*before[:1], *after]


def messages(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Messages that were sent: their kind, their subject and their data."""
    lines = [told.message_line(stage, one) for one in told.messages(stage, session)]
    for text in expected:
        kind = ""
        for part in re.split(rf";|, (?={'|'.join(KINDS)})", text):
            words = part.replace(":", " ").split()
            kind = words[0] if words and words[0] in KINDS else kind
            wanted = told.tokens(part) | (set(words) & SUBJECTS)
            if kind and not any(
                line.startswith(kind) and wanted <= told.tokens(line) | set(words_of(line)) for line in lines
            ):
                same = [line for line in lines if line.startswith(kind)]
                yield Failed(f"messages.{kind}", part.strip(), " | ".join(same) or "none")


def words_of(line: str) -> list[str]:
    """The words of a line."""
    return re.findall(r"\w+", line)


def reason(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Why a claim was refused."""
    found = {name: session.get_one(Claim, number).reason for name, number in stage.claims.items()}
    if isinstance(expected, Mapping):
        for name, wanted in expected.items():
            yield from equal(f"reason.{name}", wanted, found.get(name))
    elif expected not in found.values():
        yield Failed("reason", str(expected), str(found))


def no_entry(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Nothing was posted for anybody of the story."""
    count = session.scalar(
        select(func.count()).select_from(LedgerPosting).where(LedgerPosting.party.in_(list(stage.ids.values())))
    )
    yield from equal("ledger", 0, count)


def ledger_transactions(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """How many entries were posted in the book of the fund."""
    query = select(func.count()).select_from(LedgerTransaction)
    query = query.where(LedgerTransaction.claim_id.in_(list(stage.claims.values())))
    yield from equal("ledger_transactions", expected, session.scalar(query))


def deadline(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Days that the law counts: by name, or any day that a sentence names."""
    found = {name: str(day) for name, day in stage.found.get("deadline", {}).items()}
    if isinstance(expected, Mapping):
        for name, day in expected.items():
            yield from equal(f"deadline.{name}", str(day), found.get(name))
    else:
        for day in re.findall(r"\d{4}-\d\d-\d\d", str(expected)):
            if day not in found.values():
                yield Failed("deadline", day, str(found))


def balances(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """What an account of a party holds: `book:account:party`."""
    for name, wanted in expected.items():
        book, account, who = name.split(":")
        sums = ledger.balances(session, party=stage.ids[who])
        found = sum(one for (where, which, _), one in sums.items()
                    if where.startswith(f"{book}:") and which.value.split(":")[0] == account)  # fmt: skip
        yield from equal(f"balances.{name}", told.signed(cents(wanted)), told.signed(found))


def signals(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """What an adjudication noticed."""
    found = [
        one for number in stage.claims.values() for decision in decisions_of(session, number)
        for one in content_kept(decision)["signals"]
    ]  # fmt: skip
    for wanted in expected:
        if wanted not in found:
            yield Failed("signals", wanted, str(found))


def case(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """The case of the contribution of the last claim."""
    name = list(stage.claims)[-1]
    decision = decisions_of(session, stage.claims[name])[-1]
    found = content_kept(decision)["receipt"]["cases"].get("participation")
    yield from equal(f"case.{name}", expected, slug_of(found))


def slug_of(found: Any) -> str:
    """A case as a slug, however the receipt holds it."""
    return CaseParticipation(found).name.lower() if isinstance(found, int) else str(found)


def parts(name: str, lines: list[str], expected: str) -> Iterator[Failed]:
    """Each part of a sentence has its data in one line."""
    for part in re.split(r"[;,]", expected):
        wanted = told.tokens(part)
        if wanted and not any(wanted <= told.tokens(line) for line in lines):
            yield Failed(name, part.strip(), " | ".join(lines))


def main_person(stage: Stage) -> str:
    """Whose account a sentence is about: who was paid last, else the first of the story."""
    paid = [one["who"] for one in stage.scenario.events if "who" in one and not stage.is_professional(one["who"])]
    return paid[-1] if paid else next(one for one in stage.ids if not stage.is_professional(one))


def statement(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Lines of the account."""
    yield from parts("statement", told.statement(stage, session, main_person(stage)), str(expected))


def screen(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """The counters as the account shows them."""
    yield from parts("screen", told.screen(stage, session, main_person(stage)), str(expected))


def practice(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """What a practice expects, received, and has to correct."""
    by = next(one["who"] for one in stage.scenario.events if stage.is_professional(one.get("who", "")))
    yield from parts("practice", told.practice(stage, session, by), str(expected))


def set_off(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """May a sum undue be taken on payments?"""
    yield from equal("set_off", "none" in str(expected), not stage.found.get("may_set_off"))


def changed_again(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """How many regularisations change something when run again."""
    yield from equal("changed_again", expected, stage.found.get("changed_again"))


def counted(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """How many messages of a kind, or of a kind and subject, were sent; how many decisions were taken."""
    lines = [told.message_line(stage, one) for one in told.messages(stage, session)]
    decisions = sum(len(decisions_of(session, number)) for number in stage.claims.values())
    for name, wanted in expected.items():
        found = decisions if name == "decisions" else sum(line.startswith(name) for line in lines)
        yield from equal(f"count.{name}", wanted, found)


def abroad(stage: Stage, who: str, expected: Any) -> Iterator[Failed]:
    """The proofs of rights abroad of somebody: the days that a sentence names, and their kinds."""
    found = " | ".join(stage.found["abroad"][who])
    for wanted in re.findall(r"\d{4}-\d\d-\d\d|certificate|card", str(expected)):
        if wanted not in found:
            yield Failed(who, str(wanted), found)


def working_day(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """On which working day after its reception each claim was paid."""
    for name, wanted in expected.items():
        claim = session.get_one(Claim, stage.claims[name])
        days = [one.day for one in lifecycle.history(session, claim.id) if one.state is ClaimState.PAID]
        yield from equal(f"working_day.{name}", wanted, practices.working_day(claim, days[0]) if days else None)


def penalty(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """The penalty due to the practice for each claim."""
    for name, wanted in expected.items():
        found = ledger.by_account(session, f"amo:{FUND}", stage.claims[name]).get(Account.PENALITE, 0)
        yield from equal(f"penalty.{name}", plain_euros(cents(wanted)), plain_euros(found))


def flat_fee(name: str) -> Check:
    """A part of the flat fee of a year."""

    def checked(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
        found = stage.found["flat_fee"]
        if name == "parts":
            months = {f"{date(2026, month, 1):%B}".lower(): plain_euros(one) for month, one in found.parts}
            yield from equal(name, {month: plain_euros(cents(one)) for month, one in expected.items()}, months)
        else:
            yield from equal(name, plain_euros(cents(expected)), plain_euros(getattr(found, name)))

    return checked


def claims_created(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """How many claims the people of the story have."""
    query = select(func.count()).select_from(Claim).where(Claim.insured_id.in_(list(stage.ids.values())))
    yield from equal("claims_created", expected, session.scalar(query))


def second(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Both requests had the same reply."""
    replies = stage.found.get("replies", [])
    if len(replies) != 2 or len(set(replies)) != 1:
        yield Failed("second", str(expected), str(replies))


def third(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """The third request, another content under the same key, was refused."""
    if not str(stage.found.get("third")).startswith("refused"):
        yield Failed("third", str(expected), str(stage.found.get("third")))


CHECKS: dict[str, Check] = {
    "claims": claims, "regularised": regularised, "bank": bank, "counters": counters, "owed": owed, "states": states,
    "messages": messages, "reason": reason, "ledger": no_entry, "ledger_transactions": ledger_transactions,
    "deadline": deadline, "deadlines": deadline, "balances": balances, "signals": signals, "case": case,
    "statement": statement, "screen": screen, "practice": practice, "set_off": set_off,
    "changed_again": changed_again, "count": counted, "working_day": working_day, "penalty": penalty,
    "socle": flat_fee("socle"), "c2s": flat_fee("c2s"), "year": flat_fee("year"), "parts": flat_fee("parts"),
    "claims_created": claims_created, "second": second, "third": third,
}  # fmt: skip
"""Every expectation of the language that is checked."""


def check(stage: Stage, session: Session) -> list[Failed]:
    """Every expectation of a story that does not hold."""
    failures: list[Failed] = []
    for name, expected in stage.scenario.expect.items():
        if name in PROSE:
            continue
        if name in stage.found.get("abroad", {}):
            failures += abroad(stage, name, expected)
        elif name in CHECKS:
            failures += CHECKS[name](stage, session, expected)
        else:
            failures.append(Failed(name, str(expected), "nothing in the language of stories checks this"))
    return failures
