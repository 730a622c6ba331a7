"""What the commission answers: why it does not say yes to all, and the correction that a yes leads to (R142-1-A).

A yes corrects nothing by itself: a second officer confirms what it leads to, and the engine settles the claim again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from parcours.registry.claims import objections, problems, regularising
from parcours.registry.claims.adjudicate import current_decision
from parcours.registry.claims.later import deltas
from parcours.registry.claims.models import (
    DECIDED,
    Claim,
    Decision,
    Finding,
    Ground,
    Objection,
    ObjectionState,
    Regularisation,
    RegularisationState,
)
from parcours.registry.messages.models import Message
from parcours.registry.store.clock import paris_date
from parcours.text import Text

YES = (ObjectionState.ACCEPTED, ObjectionState.PARTLY)


FINDINGS = {
    Finding.OUTSIDE: Text("rien ne montre que ces soins étaient dans le parcours (CSS L162-5-3)",
                          "nothing shows that this care was inside the pathway (CSS L162-5-3)"),
    Finding.NO_RIGHT: Text("ce droit n'était pas ouvert le jour des soins (CSS L160-14, L861-1)",
                           "this right was not open on the care day (CSS L160-14, L861-1)"),
    Finding.AMOUNT: Text("le montant est celui des tarifs et des taux de ce jour-là (CSS L160-8)",
                         "the amount is that of the tariffs and rates of that day (CSS L160-8)"),
    Finding.DUPLICATE: Text("cette facture est déjà payée", "this invoice is paid already"),
    Finding.DONE: Text("la feuille signée montre que ces soins ont été donnés (CSS R161-40)",
                       "the signed sheet shows that this care was given (CSS R161-40)"),
    Finding.OWED: Text("cette somme a été versée à tort (CSS L133-4-1)",
                       "this sum was paid by mistake (CSS L133-4-1)"),
    Finding.NO_PROOF: Text("les pièces demandées ne sont pas venues", "the documents asked for did not come"),
    Finding.LATE: Text("le recours est arrivé après le délai (CSS R142-1)",
                       "the objection came after its delay (CSS R142-1)"),
}  # fmt: skip
"""Each reason as it is told, with its article."""


class Shown(StrEnum):
    """What the file of an objection shows, and no other record tells."""

    REFERRED = "referred"
    URGENT = "urgent"
    AWAY = "away"
    LOCUM = "locum"


SHOWN = {
    Shown.REFERRED: Text("le médecin traitant avait adressé le patient", "the médecin traitant had sent the patient"),
    Shown.URGENT: Text("c'était une urgence", "it was an emergency"),
    Shown.AWAY: Text("le patient était loin de chez lui", "the patient was away from home"),
    Shown.LOCUM: Text("ce médecin remplaçait le médecin traitant", "this doctor stood in for the médecin traitant"),
}
FACTS: Mapping[Shown, Mapping[str, Any]] = {
    Shown.REFERRED: {"role": "correspondant", "referral": "avis_ponctuel"},
    Shown.URGENT: {"urgent": True},
    Shown.AWAY: {"away": True},
    Shown.LOCUM: {"role": "remplacant"},
}
"""The same as facts of the engine, for a claim that is settled again."""

TO_DO = {
    Ground.PATHWAY: Text(
        "Dites ici ce que le dossier montre, ou enregistrez la déclaration arrivée sur papier au dossier de la "
        "personne, puis proposez la correction.",
        "Say here what the file shows, or record the paper declaration in the person's file, then propose the "
        "correction.",
    ),
    Ground.RIGHT: Text(
        "Le droit doit d'abord être inscrit au dossier de la personne ; proposez ensuite la correction.",
        "The right must first be in the person's file; then propose the correction.",
    ),
    Ground.NOT_DONE: Text(
        "La feuille est à annuler en entier : des soins non donnés sont dus par le professionnel (CSS L133-4).",
        "The sheet is to be taken back whole: care that was not given is owed by the professional (CSS L133-4).",
    ),
}
UNDUE = Text(
    "La somme n'est plus retenue sur les versements ; elle reste inscrite tant que la caisse ne l'abandonne pas.",
    "The sum is no longer set off against payments; it stays on the books until the fund gives it up.",
)
OTHERWISE = Text(
    "Le cabinet annule sa feuille et en envoie une juste : la caisse ne change pas ce qui est facturé.",
    "The practice cancels its sheet and sends a right one: the fund does not change what is billed.",
)
"""What a yes still asks of the fund while nothing is corrected, by what was disputed."""


def decide(
    session: Session, objection: Objection, state: ObjectionState, *, finding: Finding | None, shown: Shown | None,
    by: str, day: date, at: datetime,
) -> Objection:  # fmt: skip
    """The commission answers, with its reason unless it says yes to all; a yes proposes the correction.

    Raises Invalid: no reason. Raises Conflict: it is ended, or what the file shows would change no amount.
    """
    if state is not ObjectionState.ACCEPTED and finding is None:
        raise problems.answer_without_reason()
    objections.answer(session, objection, state, day=day, at=at, finding=finding)
    if state in YES:
        correct(session, objection, shown, by=by, at=at)
    return objection


def correct(
    session: Session, objection: Objection, shown: Shown | None, *, by: str, at: datetime
) -> Regularisation | None:
    """Propose what an accepted objection leads to: what was recorded since, and what its file shows; None: nothing.

    Raises Conflict: what the file shows would change no amount, or the objection is not accepted.
    """
    if objection.state not in YES:
        raise problems.nothing_to_regularise()
    claim = session.get(Claim, objection.claim_id) if objection.claim_id else None
    decision = current_decision(session, claim.id) if claim is not None else None
    if claim is None or decision is None or claim.state not in DECIDED or corrected(session, objection) is not None:
        return None
    change = regularising.change_of(session, claim, decision, at) | dict(FACTS[shown] if shown else {})
    if any(deltas(session, claim, change)):
        return regularising.keep_proposal(session, claim, change, by=by, at=at)
    if shown is not None:
        raise problems.nothing_to_regularise()
    return None


def to_do(objection: Objection) -> Text:
    """What a yes still asks of the fund, while nothing is corrected."""
    if objection.claim_id is None:
        return UNDUE
    return TO_DO.get(objection.ground or Ground.OTHER, OTHERWISE)


@dataclass(frozen=True)
class Correction:
    """The correction of a disputed decision: proposed, or done on a day; what it moves, in cents."""

    done_on: date | None
    amo: int
    amc: int


def corrected(session: Session, objection: Objection) -> Correction | None:
    """The correction that an accepted objection led to, or that waits already; None while there is none."""
    if objection.state not in YES or objection.claim_id is None:
        return None
    query = select(Regularisation).where(
        Regularisation.claim_id == objection.claim_id, Regularisation.state != RegularisationState.DROPPED
    )
    row = session.scalar(query.order_by(Regularisation.id.desc()).limit(1))
    if row is None:
        return None
    if row.decided_at is None:
        claim = session.get_one(Claim, row.claim_id)
        return Correction(None, *deltas(session, claim, json.loads(row.change)))
    done = paris_date(row.decided_at)
    return Correction(done, *moved_by(session, row)) if done >= objection.filed_on else None


def moved_by(session: Session, row: Regularisation) -> tuple[int, int]:
    """What a correction that is done has moved, of the compulsory and of the complementary part, in cents."""
    query = select(Decision).where(Decision.claim_id == row.claim_id, Decision.known_at <= row.decided_at)
    last = list(session.scalars(query.order_by(Decision.number.desc()).limit(2)))
    return (last[0].amo - last[1].amo, last[0].amc - last[1].amc) if len(last) == 2 else (0, 0)


def finding_of(session: Session, objection: Objection) -> Text | None:
    """The reason that was told with an answer."""
    query = select(Message).where(
        Message.subject == objections.ANSWERED, Message.recipient == (objection.insured_id or objection.professional_id)
    )
    for one in session.scalars(query.order_by(Message.id.desc())):
        body = json.loads(one.body)
        if body.get("objection") == objection.id:
            told = body.get("finding")
            return FINDINGS[Finding(told)] if told else None
    return None
