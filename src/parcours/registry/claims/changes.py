"""What a correction rests on: each fact before and after, the record that says so and since when, the amounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from parcours.registry.claims.adjudicate import content_kept, current_decision
from parcours.registry.claims.later import settled_again
from parcours.registry.claims.models import Claim
from parcours.registry.declarations.models import Declaration, Tenure
from parcours.registry.people.models import Affiliation, Right
from parcours.registry.people.words import RIGHTS, scheme
from parcours.registry.referrals.models import Referral
from parcours.registry.store.clock import paris_date
from parcours.registry.visits.facts import DerivedFact, visit_facts
from parcours.text import Text, same, yes_no

NAMES = {
    "medecin_traitant": Text("Médecin traitant déclaré (CSS L162-5-3)", "Médecin traitant declared (CSS L162-5-3)"),
    "role": Text("Ce que ce médecin est pour le patient (CSS L162-5-3)",
                 "What this doctor is to the patient (CSS L162-5-3)"),
    "referral": Text("Adressage (CSS D162-1-6)", "Referral (CSS D162-1-6)"),
    "medecin_traitant_left_on": Text("Départ du médecin traitant (CSS L162-5-3)",
                                     "Departure of the médecin traitant (CSS L162-5-3)"),
    "urgent": Text("Urgence (CSS R160-6)", "Emergency (CSS R160-6)"),
    "away": Text("Loin de sa résidence (CSS R160-6)", "Away from home (CSS R160-6)"),
    "c2s": Text("Complémentaire santé solidaire (CSS L861-1)", "Complémentaire santé solidaire, C2S (CSS L861-1)"),
    "ame": Text("Aide médicale d'État", "State medical aid (AME)"),
    "exemption": Text("Exonération (CSS L160-14)", "Exemption (CSS L160-14)"),
    "scheme": Text("Régime", "Scheme"),
}  # fmt: skip
"""What the facts that a record may change are called, with the article that gives them an effect."""
VALUES = {
    "none": Text("aucun", "none"),
    "autre": Text("un autre médecin", "another doctor"),
    "medecin_traitant": Text("son médecin traitant", "their médecin traitant"),
    "nouveau_medecin_traitant": Text("son nouveau médecin traitant", "their new médecin traitant"),
    "designe_conjointement": Text("désigné avec le médecin traitant", "named together with the médecin traitant"),
    "cabinet_secondaire": Text("cabinet secondaire du médecin traitant", "secondary practice of the médecin traitant"),
    "remplacant": Text("remplaçant du médecin traitant", "stand-in of the médecin traitant"),
    "meme_cabinet": Text("même cabinet que le médecin traitant", "same practice as the médecin traitant"),
    "correspondant": Text("médecin correspondant", "doctor to whom the patient is sent"),
    "avis_ponctuel": Text("pour un avis", "for one opinion"),
    "soins_iteratifs": Text("pour des soins répétés", "for repeated care"),
    "sequence": Text("pour une suite de soins", "for a sequence of care"),
    "protocole_ald": Text("par le protocole de l'ALD", "by the ALD protocol"),
    "ipa": Text("par une infirmière en pratique avancée", "by an advanced practice nurse"),
    "autre_medecin": Text("par un autre médecin", "by another doctor"),
    "sage_femme": Text("par une sage-femme", "by a midwife"),
    **{kind.value: text for kind, text in RIGHTS.items()},
}
STATED = Text("dit par un agent, aucun enregistrement", "stated by an officer, on no record")
AMOUNTS = {
    "majoration": Text("Retenu hors du parcours", "Taken: outside the pathway"),
    "pf": Text("Retenu : participation forfaitaire", "Taken: flat contribution"),
    "fr": Text("Retenu : franchise", "Taken: deductible"),
    "amo": Text("À la charge de la caisse", "Borne by the fund"),
    "amc": Text("Complémentaire", "Complementary"),
    "patient": Text("À la charge de l'assuré", "Left to the insured"),
}
SETTLED = {"pf": "participation_forfaitaire", "fr": "franchise"}
"""What a settlement calls two amounts of a decision."""


@dataclass(frozen=True)
class Difference:
    """One fact that a correction changes."""

    name: Text
    before: Text
    after: Text
    because: Text
    recorded_on: date | None
    """The day on which the registry learned it; None when no record says it."""


@dataclass(frozen=True)
class Effect:
    """What a correction rests on and what it gives, as the engine settles both."""

    facts: list[Difference]
    amounts: list[tuple[Text, int, int]]
    """Name, before, after, in cents: those that move, and the three shares."""


def effect_of(session: Session, claim: Claim, change: Mapping[str, Any]) -> Effect | None:
    """What a correction of a claim says and moves; None where nothing was decided, or nothing differs."""
    before = current_decision(session, claim.id)
    after = settled_again(before, change) if before is not None else None
    if before is None or after is None:
        return None
    kept = content_kept(before)["facts"]
    known = visit_facts(session, claim.insured_id, claim.professional_id, claim.care_date).facts
    facts = [
        difference(session, name, kept.get(name), value, known.get(name))
        for name, value in sorted(change.items()) if kept.get(name) != value
    ]  # fmt: skip
    amounts = [(text, getattr(before, name), after.total(SETTLED.get(name, name))) for name, text in AMOUNTS.items()]
    shares = (AMOUNTS["amo"], AMOUNTS["amc"], AMOUNTS["patient"])
    return Effect(facts, [one for one in amounts if one[1] != one[2] or one[0] in shares])


def difference(session: Session, name: str, before: Any, after: Any, known: DerivedFact | None) -> Difference:
    """A fact before and after, and the record that says it now."""
    agrees = known is not None and str(known.value) == str(after)
    return Difference(
        NAMES.get(name) or same(name.replace("_", " ")), say(name, before), say(name, after),
        known.reason if known is not None and agrees else STATED,
        recorded_on(session, known) if known is not None and agrees else None,
    )  # fmt: skip


def say(name: str, value: Any) -> Text:
    """A value of a fact, in words."""
    if value is None:
        return VALUES["none"]
    if isinstance(value, bool):
        return yes_no(value)
    if name == "scheme":
        return scheme(str(value))
    words = [VALUES.get(one) or same(one.replace("_", " ")) for one in str(value).split("+")]
    return Text(", ".join(one.fr for one in words), ", ".join(one.en for one in words))


RECORDS = {"declaration": (Tenure, Declaration), "right": (Right,), "referral": (Referral,),
           "affiliation": (Affiliation,)}  # fmt: skip
"""Records that come late, by the kind of source of a fact."""


def recorded_on(session: Session, fact: DerivedFact) -> date | None:
    """The day on which the record of a fact was made."""
    if fact.source is None:
        return None
    for model in RECORDS.get(fact.source.kind, ()):
        row = session.get(model, fact.source.id)
        if row is not None:
            made = getattr(row, "recorded_at", None)
            return paris_date(made) if made is not None else None
    return None
