"""What a story may expect, and how each expectation is checked against what was kept."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from parcours.registry.cards import apps
from parcours.registry.claims import lifecycle
from parcours.registry.claims.adjudicate import content_kept, decisions_of, lines_of_decision
from parcours.registry.claims.counters import borne
from parcours.registry.claims.models import Agreement, Claim, ClaimState, Decision, Undue
from parcours.registry.ledger import service as ledger
from parcours.registry.ledger.models import DEFERRED, Account, LedgerPosting, LedgerTransaction
from parcours.registry.payments import practices
from parcours.registry.scenario import problems, told
from parcours.registry.scenario.failed import Check, Failed, equal
from parcours.registry.scenario.language import Scenario, cents
from parcours.registry.scenario.sentences import abroad, deadline, messages, practice, screen, statement
from parcours.registry.scenario.stage import FUND, Stage
from parcours.registry.scenario.verbs import history
from parcours.text import plain_euros

PROSE = {"text", "not", "then", "payee", "paid_in", "account", "each"}
"""Said for the reader: checked by a test of the same name, not by the player of stories."""


AMOUNTS = (
    "fee", "base", "rate", "gross", "majoration", "pf", "fr", "amo", "amc", "patient", "advance", "deferred",
)  # fmt: skip
WORDS = ("status", "insurer")
OF_A_LINE = ("code", "fee", "base", "rate", "majoration", "pf", "fr", "amo", "amc", "patient", "advance", "deferred")


def amounts(what: str, decision: Decision | None, wanted: Mapping[str, Any]) -> Iterator[Failed]:
    """Amounts and status of a decision."""
    if decision is None:
        yield Failed(what, str(dict(wanted)), "no decision")
        return
    for name, value in wanted.items():
        if name not in AMOUNTS + WORDS:
            yield Failed(f"{what}.{name}", ", ".join(("lines", *WORDS, *AMOUNTS)), "no amount has this name")
            continue
        found = getattr(decision, name)
        said = value if name in WORDS else plain_euros(cents(value))
        yield from equal(f"{what}.{name}", said, found if name in WORDS else plain_euros(found))


def acts(what: str, session: Session, decision: Decision, wanted: Any) -> Iterator[Failed]:
    """Amounts of each act of a sheet of several."""
    found = lines_of_decision(session, decision.id)
    yield from equal(f"{what}.lines", len(wanted), len(found))
    for place, (one, line) in enumerate(zip(wanted, found, strict=False), start=1):
        for name, value in one.items():
            if name not in OF_A_LINE:
                yield Failed(f"{what}.lines[{place}].{name}", ", ".join(OF_A_LINE), "no amount has this name")
                continue
            have = getattr(line, name)
            said = value if name == "code" else plain_euros(cents(value))
            yield from equal(f"{what}.lines[{place}].{name}", said, have if name == "code" else plain_euros(have))


def claims(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """The first decision of claims."""
    for name, wanted in expected.items():
        found = decisions_of(session, stage.claims[name]) if name in stage.claims else []
        rest = {one: value for one, value in wanted.items() if one != "lines"}
        yield from amounts(f"claims.{name}", found[0] if found else None, rest)
        if found and "lines" in wanted:
            yield from acts(f"claims.{name}", session, found[0], wanted["lines"])


def regularised(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """The last decision of claims that were settled again, and what it changed."""
    for name, wanted in expected.items():
        done = stage.found.get("regularised", {}).get(name)
        if done is None:
            yield Failed(f"regularised.{name}", str(dict(wanted)), "not regularised")
            continue
        deltas = {one for one in wanted if one in ("delta_amo", "delta_amc")}
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
        subject = next(
            (one for one in ("objection", "card", "app", "link", "agreement") if subject_states(stage, session, one)),
            None,
        )
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
    if name == "app":
        app = apps.app_of(session, stage.ids[stage.found["app_of"]]) if "app_of" in stage.found else None
        return [] if app is None else [told.app_state(stage, one) for one in apps.history(session, app.id)]
    if name == "agreement":
        return [session.get_one(Agreement, stage.found["agreement"]).state.value] if "agreement" in stage.found else []
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


def reason(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Why a claim was refused."""
    found = {name: session.get_one(Claim, number).reason for name, number in stage.claims.items()}
    if isinstance(expected, Mapping):
        for name, wanted in expected.items():
            yield from equal(f"reason.{name}", wanted, found.get(name))
    elif expected not in found.values():
        yield Failed("reason", str(expected), str(found))


def no_entry(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """Nothing was posted for anybody of the story (`no entry`), or so many lines."""
    if expected != "no entry" and not isinstance(expected, int):
        yield Failed("ledger", "`no entry`, or a number of lines", str(expected))
        return
    count = session.scalar(
        select(func.count()).select_from(LedgerPosting).where(LedgerPosting.party.in_(list(stage.ids.values())))
    )
    yield from equal("ledger", 0 if expected == "no entry" else expected, count)


def ledger_transactions(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """How many entries were posted in the book of the fund."""
    query = select(func.count()).select_from(LedgerTransaction)
    query = query.where(LedgerTransaction.claim_id.in_(list(stage.claims.values())))
    yield from equal("ledger_transactions", expected, session.scalar(query))


CREDIT = ("a_payer", "majoration", "pf", "fr", "virements", "banque")
"""Accounts that are told on their credit side: what is due, kept or paid is above zero."""


def balances(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """What an account of a party holds, on its side: `book:account:party`, an account or its first word."""
    for name, wanted in expected.items():
        book, *account, who = str(name).split(":")
        if who not in stage.ids or not account or not known_account(":".join(account)):
            accounts = ", ".join(sorted({one.value for one in Account}))
            yield Failed(f"balances.{name}", f"book:account:party ({accounts})", "no account has this name")
            continue
        sums = ledger.balances(session, party=stage.ids[who])
        found = sum(one for (where, which, _), one in sums.items()
                    if where.split(":")[0] == book and is_of(which, ":".join(account)))  # fmt: skip
        side = -1 if account[0] in CREDIT else 1
        yield from equal(f"balances.{name}", told.signed(cents(wanted)), told.signed(side * found))


def is_of(account: Account, name: str) -> bool:
    """Is this an account, or one of those, that a name stands for?"""
    return account.value == name or account.value.split(":")[0] == name


def known_account(name: str) -> bool:
    """Does a name stand for an account?"""
    return any(is_of(one, name) for one in Account)


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
    """The case of a stage of the last claim: of its contribution, or of any other."""
    name = list(stage.claims)[-1]
    decision = decisions_of(session, stage.claims[name])[-1]
    receipt = content_kept(decision)["receipt"]
    found = [receipt["cases"]] if "cases" in receipt else [line["cases"] for line in receipt["lines"]]
    cases = {str(one) for each in found for one in each.values()}
    if expected not in cases:
        yield Failed(f"case.{name}", str(expected), ", ".join(sorted(cases)))


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


def surcharge(stage: Stage, session: Session, expected: Any) -> Iterator[Failed]:
    """What a sum that was not given back bears more: an amount, or one for each who owes; a sentence is prose."""
    query = select(Undue).where(
        Undue.insured_id.in_(stage.ids.values()) | Undue.professional_id.in_(stage.ids.values())
    )
    found: dict[str, int] = {}
    for one in session.scalars(query):
        who = stage.name_of(one.professional_id or one.insured_id or "")
        found[who] = found.get(who, 0) + one.surcharge
    if isinstance(expected, Mapping):
        for who, wanted in expected.items():
            yield from equal(f"surcharge.{who}", plain_euros(cents(wanted)), plain_euros(found.get(who, 0)))
    elif not isinstance(expected, str):
        yield from equal("surcharge", plain_euros(cents(expected)), plain_euros(sum(found.values())))


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


def refused(stage: Stage, _session: Session, expected: Any) -> Iterator[Failed]:
    """The codes with which events were refused, in their order: such a story goes on after them."""
    wanted = expected if isinstance(expected, list) else [expected]
    yield from equal("refused", wanted, stage.found.get("refused", []))


CHECKS: dict[str, Check] = {
    "refused": refused,
    "claims": claims, "regularised": regularised, "bank": bank, "counters": counters, "owed": owed, "states": states,
    "messages": messages, "reason": reason, "ledger": no_entry, "ledger_transactions": ledger_transactions,
    "deadline": deadline, "deadlines": deadline, "balances": balances, "signals": signals, "case": case,
    "statement": statement, "screen": screen, "practice": practice, "set_off": set_off,
    "changed_again": changed_again, "count": counted, "working_day": working_day, "penalty": penalty,
    "surcharge": surcharge,
    "socle": flat_fee("socle"), "c2s": flat_fee("c2s"), "year": flat_fee("year"), "parts": flat_fee("parts"),
    "increase": flat_fee("increase"), "prevention": flat_fee("prevention"),
    "claims_created": claims_created, "second": second, "third": third,
}  # fmt: skip
"""Every expectation of the language that is checked."""


def check_names(scenario: Scenario) -> None:
    """Raise Invalid for an expectation that the language does not have."""
    for name, expected in scenario.expect.items():
        if expected is not None and name not in PROSE and name not in CHECKS and name not in scenario.people:
            raise problems.unknown_expectation(
                name, field=f"{scenario.id}.expect", names=", ".join(sorted({*PROSE, *CHECKS}))
            )


def check(stage: Stage, session: Session) -> list[Failed]:
    """Every expectation of a story that does not hold."""
    failures: list[Failed] = []
    for name, expected in stage.scenario.expect.items():
        if name in PROSE or expected is None:
            continue
        try:
            if name in stage.scenario.people:
                failures += abroad(stage, name, expected)
            else:
                failures += CHECKS[name](stage, session, expected)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, StopIteration):
            failures.append(Failed(name, str(expected), "this is not how this expectation is written"))
    return failures
