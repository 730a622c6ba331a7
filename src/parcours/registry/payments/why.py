"""Where each cent of a claim went: the decisions in the words of the engine, then every movement of the books."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.claims.adjudicate import content_kept, decisions_of
from parcours.registry.claims.models import Claim, Decision
from parcours.registry.ledger.models import LedgerPosting, LedgerTransaction
from parcours.registry.store.ids import get
from parcours.text import Text, plain_euros

if TYPE_CHECKING:
    from parcours.engine.say.explain import Step

COLON = Text(" : ", ": ")
SHOWN = ("gross", "majoration", "pf", "fr", "amo", "amc", "patient", "advance", "deferred")


def why_of(session: Session, claim_id: str, lang: str) -> dict[str, Any]:
    """Everything that was decided about a claim and every movement that names it. Raises NotFound."""
    claim = get(session, Claim, claim_id, "claim_id")
    query = (
        select(LedgerTransaction.at, LedgerTransaction.book, LedgerTransaction.kind, LedgerPosting.account,
               LedgerPosting.cents)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerPosting.transaction_id)
        .where(LedgerPosting.claim_id == claim.id)
        .order_by(LedgerTransaction.at, LedgerTransaction.known_at, LedgerTransaction.id)
    )  # fmt: skip
    movements = [
        {"day": str(day), "book": book, "account": account.value, "because": kind,
         "euros": f"{'-' if cents < 0 else ''}{plain_euros(abs(cents))}"}
        for day, book, kind, account, cents in session.execute(query)
    ]  # fmt: skip
    return {
        "claim": claim.id,
        "person": claim.insured_id,
        "state": claim.state.value,
        "care_date": str(claim.care_date),
        "decisions": [told(one, lang) for one in decisions_of(session, claim.id)],
        "movements": movements,
    }


def told(decision: Decision, lang: str) -> dict[str, Any]:
    """A decision in the words of the engine, from its receipt; `articles` are those of each sentence."""
    kept = content_kept(decision)
    said = sentences(kept["receipt"], lang)
    return {
        "number": decision.number, "decided_on": str(decision.decided_on), "current": decision.current,
        "status": decision.status, "amounts": {name: plain_euros(getattr(decision, name)) for name in SHOWN},
        "because": [text for text, _ in said], "articles": [list(articles) for _, articles in said],
        "signals": kept["signals"],
    }  # fmt: skip


def sentences(receipt: dict[str, Any], lang: str) -> list[tuple[str, tuple[str, ...]]]:
    """What the engine says of a receipt and the articles of each sentence; line by line for several acts."""
    from parcours.engine.bill.explain import explain_bill
    from parcours.engine.bill.receipt import FORMAT
    from parcours.engine.bill.settle import settle_bill
    from parcours.engine.say.explain import explain
    from parcours.engine.say.receipt import answer_of

    if receipt["format"] != FORMAT:
        return [cited(one) for one in explain(answer_of(receipt), lang).steps]
    told = explain_bill(settle_bill(receipt["bill"], receipt["chosen_readings"]), lang)
    colon = COLON[lang]
    lines = [cited(step, f"{line.number}. {line.label}{colon}") for line in told.lines for step in line.steps]
    return [*(cited(one) for one in told.pathway), *lines]


def cited(step: "Step", before: str = "") -> tuple[str, tuple[str, ...]]:
    """A sentence and its articles."""
    return before + step.text, tuple(one.id for one in step.references)
