"""The words of the language: every verb with what its event needs and may say, every fact that a sheet may bring."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from parcours.errors import ParcoursError
from parcours.registry.cards.models import AppState
from parcours.registry.claims.intake import OF_THE_FUND
from parcours.registry.scenario import after, around, problems, sending, verbs
from parcours.registry.scenario.language import FACT_NAMES, Scenario
from parcours.registry.scenario.stage import Stage
from parcours.registry.scenario.verbs import Event

ALWAYS = {"day", "do"}
DAYS = {
    "day",
    "care",
    "from",
    "to_day",
    "leaves",
    "rights_end",
    "signed",
    "prescribed_on",
    "nature_on",
    "agreement_on",
    "c2s_ended",
    "on",
    "until",
    "stated_on",
    "hidden_until",
}
AMOUNTS = {"fee", "total"}
WHOLE = {"repeat", "every", "months"}
SHEET = {
    "id", "of", "by", "care", "fee", "lines", "total", "tp", "mutuelle", "link", "facts", "amc", "card", "degraded",
    "kind", "shown_card", "claims_right", "c2s_ended", "transmitted_ips", "ips", "lot", "same_sheet_as",
    "other_sheet_number", "prescriber", "prescribed_on", "nature", "nature_on", "agreement_on",
    *(FACT_NAMES - OF_THE_FUND),
}  # fmt: skip
"""What an event may say of a sheet; a fact of the act beside `facts` or in it."""


@dataclass(frozen=True)
class Verb:
    """What happens, and what its event says."""

    happens: Callable[[Stage, Event], None]
    needs: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()

    @property
    def names(self) -> list[str]:
        """Everything that the event may say."""
        return sorted(ALWAYS | self.needs | self.may)


def verb(happens: Callable[[Stage, Event], None], needs: str = "", may: str = "", *, sheet: bool = False) -> Verb:
    """A verb, its words said in one text each; `sheet`: those of a sheet too."""
    more = SHEET if sheet else set()
    return Verb(happens, frozenset(needs.split()), frozenset(may.split()) | more)


VERBS: dict[str, Verb] = {
    # money
    "claim": verb(verbs.claim, "id", "repeat every", sheet=True),
    "pay": verb(verbs.pay, "who", "book"),
    "paid": verb(verbs.paid, "id"),
    "insured_pays": verb(verbs.insured_pays, "who", "amount"),
    "regularise": verb(verbs.regularise, "id change"),
    "run_regularisation_again": verb(verbs.regularise_again),
    "reverse": verb(verbs.reverse, "id", "cause"),
    "write_off": verb(verbs.write_off, "id"),
    # sheets
    "send": verb(sending.send, "id", sheet=True),
    "received": verb(verbs.received, "ids", sheet=True),
    "paper_received": verb(sending.paper_received, "id", sheet=True),
    "fse": verb(sending.fse, "id", sheet=True),
    "arl": verb(sending.arl, "result", "id lot anomaly"),
    "resend": verb(sending.resend, "id lot"),
    "both_lots_arrive": verb(sending.both_lots_arrive, "", "id"),
    "paper_proof": verb(sending.paper_proof, "id", "signed"),
    "adjudicate": verb(after.adjudicate_one, "id"),
    "officer_confirms": verb(sending.officer_confirms, "id"),
    "officer_rejects": verb(after.officer_rejects, "id", "reason"),
    "reject": verb(verbs.reject, "id reason", sheet=True),
    "reconcile": verb(after.reconciled, "who", "ids"),
    "post": verb(around.post, "key body"),
    "post_twice_concurrently": verb(around.post_twice_concurrently, "key body"),
    # a day of the fund, the bank
    "fund_run": verb(after.fund_run),
    "day_passes": verb(verbs.day_passes),
    "pay_run": verb(around.pay_run),
    "bank_returns": verb(after.bank_returns, "who", "book"),
    # sums asked back, objections
    "notice_received": verb(verbs.notice_received, "who"),
    "correction_asked": verb(after.correction_asked, "who"),
    "correction_refused": verb(after.correction_refused, "who"),
    "instalments_accepted": verb(after.instalments_accepted, "who"),
    "instalments_agreed": verb(after.instalments_agreed, "who months"),
    "summons": verb(after.summons_sent, "who"),
    "summons_received": verb(after.summons_received, "who"),
    "documents_added": verb(after.documents_added),
    "indu_notified": verb(around.indu_notified, "to amount paid"),
    "observations": verb(around.observations),
    "decision_received": verb(verbs.decision_received, "", "id"),
    "objection": verb(verbs.objection, "", "id"),
    "objection_answered": verb(after.objection_answered, "answer"),
    "agreement_asked": verb(after.agreement_asked, "who by act", "longer"),
    "agreement_answered": verb(after.agreement_answered, "answer"),
    # cards, rights, people
    "card_request": verb(around.card_request, "who", "photo identity"),
    "card_photo_refused": verb(around.card_photo_refused, "", "who"),
    "card_photo": verb(around.card_photo, "", "who quality"),
    "card_delivered": verb(around.card_delivered, "", "who"),
    "card_lost": verb(around.card_lost, "who"),
    "card_stolen": verb(after.card_stolen, "who"),
    "card_updated": verb(after.card_updated, "who"),
    "app_enrolled": verb(after.app_enrolled, "who"),
    "app_suspended": verb(after.app_changed(AppState.SUSPENDED), "who"),
    "app_resumed": verb(after.app_changed(AppState.ENROLLED), "who"),
    "app_removed": verb(after.app_changed(AppState.REMOVED), "who"),
    "app_lent": verb(after.app_lent, "who to", "until"),
    "ceam_request": verb(around.ceam_request, "who leaves", "rights_end"),
    "arrives": verb(around.arrives, "who"),
    "rights_open": verb(around.rights_open, "from", "who number"),
    "rights_closed": verb(after.rights_closed, "who", "on"),
    "right_opened": verb(after.right_opened, "who right", "from to_day"),
    "right_closed": verb(after.right_closed, "who right", "on"),
    "birth": verb(around.birth, "who attach"),
    "declaration_recorded": verb(around.declaration_recorded, "who doctor signed"),
    "patientele": verb(around.patientele, "count", "doctor c2s age priority_zone practice_year indicators"),
    "patient_leaves": verb(around.patient_leaves, "who"),
    # the complementary
    "amc_registered": verb(around.amc_registered, "who amc", "while"),
    "choose_amc": verb(around.choose_amc, "who amc", "beneficiary"),
    "link_active": verb(around.link_active, "amc", "who"),
    "idb": verb(sending.idb, "", "of by care"),
    "clc": verb(sending.clc, "", sheet=True),
    "amc_ended": verb(after.amc_ended, "who amc", "on"),
}
"""Every verb of the language."""


def check(scenario: Scenario) -> None:
    """Raise Invalid for an event whose verb, words or values are not of the language; it names what is."""
    for event in scenario.events:
        known = VERBS.get(str(event["do"]))
        if known is None:
            raise problems.unknown_verb(event["do"], field=f"{scenario.id}.do", verbs=sorted(VERBS))
        where = f"{scenario.id}.{event['do']}"
        for name, value in event.items():
            if value is not None and name not in ALWAYS | known.needs | known.may:
                raise problems.unknown_word(name, field=where, names=", ".join(known.names))
        for name in sorted(known.needs):
            if event.get(name) is None:
                raise problems.word_missing(field=f"{where}.{name}", names=", ".join(sorted(known.needs)))
        for name, allowed in wrong(event):
            raise problems.wrong_word(event[name], field=f"{where}.{name}", allowed=allowed)


def wrong(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The values of an event that cannot be read, each with what it may be."""
    for name, value in event.items():
        if name in DAYS and not isinstance(value, date) and not (name == "signed" and isinstance(value, bool)):
            yield name, "YYYY-MM-DD"
        if name in AMOUNTS and not is_amount(value):
            yield name, "0.00"
        if name in WHOLE and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST):
            yield name, f"1 … {MOST}"
        if name in {"facts", "change", "count"} and not isinstance(value, Mapping):
            yield name, "{name: value}"
        if name in {"ids", "lines", "attach"} and not isinstance(value, list):
            yield name, "[…]"


MOST = 1000


def is_amount(value: Any) -> bool:
    """Is it an amount in euros?"""
    try:
        return not isinstance(value, bool) and Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def happen(stage: Stage, event: Event) -> ParcoursError | None:
    """Let an event happen; what the registry refuses is given back."""
    try:
        VERBS[event["do"]].happens(stage, event)
    except ParcoursError as error:
        return error
    return None
