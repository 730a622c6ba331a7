"""Tables of claims: the sheet, what happened to it, what was decided, what is disputed."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from parcours.registry.store.columns import EncryptedText, PublicId, UtcDateTime, text_enum
from parcours.registry.store.db import Base, Versioned
from parcours.registry.store.triggers import made_with


class SheetKind(StrEnum):
    """How a sheet reaches the fund."""

    ELECTRONIC = "electronic"
    DEGRADED = "degraded"
    """Without the patient's card: a signed paper follows."""
    PAPER = "paper"
    PAPER_DUPLICATE = "paper_duplicate"
    COPY = "copy"
    """The insured's copy of an electronic sheet that seems lost."""


class Nature(StrEnum):
    """The insurance that the care of a sheet falls under."""

    ILLNESS = "illness"
    MATERNITY = "maternity"
    WORK_ACCIDENT = "work_accident"
    PREVENTION = "prevention"


class ClaimState(StrEnum):
    """Where a claim is in its life."""

    DRAFT = "draft"
    SIGNED = "signed"
    BATCHED = "batched"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    RECEIVED = "received"
    HELD = "held"
    WAITING_FOR_PROOF = "waiting_for_proof"
    ADJUDICATED = "adjudicated"
    REJECTED = "rejected"
    TIME_BARRED = "time_barred"
    ORDERED = "ordered"
    PAID = "paid"
    RECONCILED = "reconciled"
    """The practice has found it in a return."""
    REPLACED = "replaced"
    REVERSED = "reversed"


S = ClaimState
NEXT: dict[ClaimState, tuple[ClaimState, ...]] = {
    S.DRAFT: (S.SIGNED,),
    S.SIGNED: (S.BATCHED,),
    S.BATCHED: (S.SENT,),
    S.SENT: (S.ACKNOWLEDGED, S.REFUSED, S.BATCHED),
    S.REFUSED: (S.BATCHED,),
    S.ACKNOWLEDGED: (S.RECEIVED, S.WAITING_FOR_PROOF),
    S.WAITING_FOR_PROOF: (S.RECEIVED, S.REJECTED),
    S.RECEIVED: (S.HELD, S.ADJUDICATED, S.REJECTED, S.TIME_BARRED),
    S.HELD: (S.RECEIVED, S.REJECTED),
    S.ADJUDICATED: (S.ORDERED, S.REPLACED, S.REVERSED),
    S.ORDERED: (S.PAID, S.ADJUDICATED, S.REPLACED, S.REVERSED),
    S.PAID: (S.RECONCILED, S.ADJUDICATED, S.REPLACED, S.REVERSED),
    S.RECONCILED: (S.ADJUDICATED, S.REPLACED, S.REVERSED),
    S.REPLACED: (S.REPLACED, S.REVERSED),
    S.REJECTED: (S.RECEIVED,),
}
"""What may follow; nothing follows the others."""
FIRST = (S.DRAFT, S.RECEIVED)
UNDECIDED = (S.DRAFT, S.SIGNED, S.BATCHED, S.SENT, S.ACKNOWLEDGED, S.REFUSED, S.RECEIVED, S.HELD, S.WAITING_FOR_PROOF)
"""Nothing was decided, nothing posted."""
DECIDED = (S.ADJUDICATED, S.ORDERED, S.PAID, S.RECONCILED, S.REPLACED)


class LotState(StrEnum):
    """What became of a lot."""

    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"


class Lot(Base):
    """Sheets of one professional sent together to one fund."""

    __tablename__ = "claims_lots"
    __table_args__ = (UniqueConstraint("professional_id", "fund_code", "number"),)

    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    fund_code: Mapped[str] = mapped_column(ForeignKey("people_funds.code"))
    number: Mapped[str] = mapped_column(String(40))
    """As the practice numbers its lots."""
    sent_on: Mapped[date]
    sheets: Mapped[int]
    total: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[LotState] = mapped_column(text_enum(LotState))
    answered_on: Mapped[date | None]


class Claim(Versioned, Base):
    """A sheet, and where it is. What the sheet says never changes."""

    __tablename__ = "claims_claims"
    __table_args__ = (
        Index(None, "insured_id", "care_date"),
        Index(None, "professional_id", "state"),
        Index(None, "fund_code", "state", "kind", "waits_since", "id"),
        Index(None, "lot_id", sqlite_where=text("lot_id IS NOT NULL"), postgresql_where=text("lot_id IS NOT NULL")),
    )

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    payee_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    """Whose card was read: the refund goes to this account."""
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    fund_code: Mapped[str] = mapped_column(ForeignKey("people_funds.code"))
    kind: Mapped[SheetKind] = mapped_column(text_enum(SheetKind))
    sheet_key: Mapped[str] = mapped_column(String(64), unique=True)
    """Professional, day and order number of that day."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Keyed hash of what the sheet says."""
    sheet_number: Mapped[int]
    care_date: Mapped[date]
    fee: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[str] = mapped_column(EncryptedText("claims_claims.content"))
    """Canonical JSON of the sheet."""
    state: Mapped[ClaimState] = mapped_column(text_enum(ClaimState))
    received_on: Mapped[date | None]
    waits_since: Mapped[date | None]
    """Day on which it last came to a state in which a fund's queue holds it: kept by the database (`_SQLITE`)."""
    reason: Mapped[str | None] = mapped_column(String(80))
    """Why it was rejected, held or refused: a code, and what it names."""
    original_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("claims_claims.id"))
    """The claim of which this one is another copy."""
    lot_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("claims_lots.id"))
    """The last lot that it was sent in."""


class ClaimEvent(Base):
    """A change of a claim. Never rewritten: the state is the last of them."""

    __tablename__ = "claims_events"
    __table_args__ = (UniqueConstraint("claim_id", "number"), Index(None, "day"))

    claim_id: Mapped[str] = mapped_column(PublicId, ForeignKey("claims_claims.id"))
    number: Mapped[int]
    state: Mapped[ClaimState] = mapped_column(text_enum(ClaimState))
    day: Mapped[date]
    known_at: Mapped[datetime] = mapped_column(UtcDateTime())
    why: Mapped[str] = mapped_column(String(80))


_SQLITE = (
    """CREATE TRIGGER claims_events_waits AFTER INSERT ON claims_events
    WHEN NEW.state IN ('acknowledged', 'received', 'held', 'waiting_for_proof', 'reversed')
    BEGIN UPDATE claims_claims SET waits_since = NEW.day WHERE id = NEW.claim_id; END""",
)
_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION claims_wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE claims_claims c SET waits_since = a.day FROM (SELECT DISTINCT ON (claim_id) claim_id, day FROM added
    WHERE state IN ('acknowledged', 'received', 'held', 'waiting_for_proof', 'reversed')
    ORDER BY claim_id, number DESC) a WHERE c.id = a.claim_id; RETURN NULL; END $$""",
    """CREATE TRIGGER claims_events_waits AFTER INSERT ON claims_events
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION claims_wait()""",
)
made_with(ClaimEvent, {"sqlite": _SQLITE, "postgresql": _POSTGRESQL})


class Decision(Base):
    """What was decided about a claim, with all that it was decided from. A later one replaces it, never rewrites it."""

    __tablename__ = "claims_decisions"
    __table_args__ = (
        UniqueConstraint("claim_id", "number"),
        Index(None, "insured_id", "year"),
        Index(
            None, "insurer", "id",
            sqlite_where=text("insurer IS NOT NULL"), postgresql_where=text("insurer IS NOT NULL"),
        ),
    )  # fmt: skip

    claim_id: Mapped[str] = mapped_column(PublicId, ForeignKey("claims_claims.id"))
    number: Mapped[int]
    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    care_date: Mapped[date]
    decided_on: Mapped[date]
    year: Mapped[int]
    """Civil year of the caps: that of the first decision."""
    known_at: Mapped[datetime] = mapped_column(UtcDateTime())
    current: Mapped[bool]
    """False once replaced or reversed: it counts in no cap any more."""
    fee: Mapped[int] = mapped_column(BigInteger)
    base: Mapped[int] = mapped_column(BigInteger)
    rate: Mapped[int]
    majoration: Mapped[int]
    pf: Mapped[int]
    fr: Mapped[int]
    pf_number: Mapped[int]
    sessions: Mapped[int]
    amo: Mapped[int] = mapped_column(BigInteger)
    amc: Mapped[int] = mapped_column(BigInteger)
    patient: Mapped[int] = mapped_column(BigInteger)
    advance: Mapped[int] = mapped_column(BigInteger)
    deferred: Mapped[int] = mapped_column(BigInteger)
    to_professional: Mapped[bool]
    amc_to_professional: Mapped[bool]
    status: Mapped[str] = mapped_column(String(2))
    insurer: Mapped[str | None] = mapped_column(String(40))
    content: Mapped[str] = mapped_column(EncryptedText("claims_decisions.content"))
    """JSON: facts and where each comes from, coverage, counters before, receipt, cases, signals."""

    @property
    def gross(self) -> int:
        """What the insurance grants before anything is taken."""
        return self.amo + self.majoration + self.pf + self.fr


class DecisionLine(Base):
    """What was decided about one act of a sheet of several: the lines add up to the decision."""

    __tablename__ = "claims_decision_lines"
    __table_args__ = (UniqueConstraint("decision_id", "number"),)

    decision_id: Mapped[str] = mapped_column(PublicId, ForeignKey("claims_decisions.id"))
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(60))
    status: Mapped[str] = mapped_column(String(2))
    fee: Mapped[int] = mapped_column(BigInteger)
    base: Mapped[int] = mapped_column(BigInteger)
    rate: Mapped[int]
    majoration: Mapped[int]
    pf: Mapped[int]
    fr: Mapped[int]
    amo: Mapped[int] = mapped_column(BigInteger)
    amc: Mapped[int] = mapped_column(BigInteger)
    patient: Mapped[int] = mapped_column(BigInteger)
    advance: Mapped[int] = mapped_column(BigInteger)
    deferred: Mapped[int] = mapped_column(BigInteger)


class ObjectionState(StrEnum):
    """Where an objection is."""

    OPEN = "open"
    ACCEPTED = "accepted"
    PARTLY = "partly"
    REJECTED = "rejected"
    IMPLICITLY_REJECTED = "implicitly_rejected"
    INADMISSIBLE = "inadmissible"


class Ground(StrEnum):
    """What one disputes: a word of a list, so that nobody writes about their health."""

    PATHWAY = "pathway"
    RIGHT = "right"
    AMOUNT = "amount"
    NO_DUPLICATE = "no_duplicate"
    NOT_DONE = "not_done"
    OTHER = "other"


class Finding(StrEnum):
    """Why the commission does not say yes to all: a word of a list, so that nobody writes about somebody's health."""

    OUTSIDE = "outside"
    NO_RIGHT = "no_right"
    AMOUNT = "amount"
    DUPLICATE = "duplicate"
    DONE = "done"
    OWED = "owed"
    NO_PROOF = "no_proof"
    LATE = "late"


class Objection(Base):
    """A decision that is disputed before the commission, and its silent end."""

    __tablename__ = "claims_objections"
    __table_args__ = (Index(None, "claim_id"), Index(None, "insured_id"), Index(None, "state", "answer_by"))

    insured_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    professional_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    claim_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("claims_claims.id"))
    undue_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("claims_undue.id"))
    ground: Mapped[Ground | None] = mapped_column(text_enum(Ground))
    state: Mapped[ObjectionState] = mapped_column(text_enum(ObjectionState))
    notified_on: Mapped[date]
    file_by: Mapped[date]
    filed_on: Mapped[date]
    answer_by: Mapped[date]
    court_by: Mapped[date | None]
    ended_on: Mapped[date | None]


class AgreementState(StrEnum):
    """Where a request for a prior agreement is."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    AGREED_BY_SILENCE = "agreed_by_silence"


class NoAgreement(StrEnum):
    """Why the medical control does not agree: a word of a list, so that nobody writes about somebody's health."""

    CONDITIONS = "conditions"
    OPINION = "opinion"
    NOT_REFUNDED = "not_refunded"
    INCOMPLETE = "incomplete"


class Agreement(Base):
    """A request to agree to an act before it is done."""

    __tablename__ = "claims_agreements"
    __table_args__ = (Index(None, "insured_id"), Index(None, "state", "answer_by"))

    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    professional_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    fund_code: Mapped[str] = mapped_column(ForeignKey("people_funds.code"))
    code: Mapped[str] = mapped_column(String(60))
    asked_on: Mapped[date]
    """The day on which the fund received it."""
    answer_by: Mapped[date]
    state: Mapped[AgreementState] = mapped_column(text_enum(AgreementState))
    ended_on: Mapped[date | None]
    """The first day of an answer: of a silence, the day after the last one."""
    asked_by: Mapped[str | None] = mapped_column(PublicId)
    """The account or the program that asked: it does not answer."""


class RegularisationState(StrEnum):
    """What became of a correction that one officer proposed."""

    PROPOSED = "proposed"
    DONE = "done"
    DROPPED = "dropped"


class Regularisation(Base):
    """A decision to be corrected by what was known later: proposed by one officer, done by another."""

    __tablename__ = "claims_regularisations"
    __table_args__ = (Index(None, "claim_id"), Index(None, "state"))

    claim_id: Mapped[str] = mapped_column(PublicId, ForeignKey("claims_claims.id"))
    insured_id: Mapped[str] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    state: Mapped[RegularisationState] = mapped_column(text_enum(RegularisationState))
    change: Mapped[str] = mapped_column(EncryptedText("claims_regularisations.change"))
    """JSON: the facts that differ."""
    proposed_by: Mapped[str] = mapped_column(PublicId)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    decided_by: Mapped[str | None] = mapped_column(PublicId)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class Undue(Base):
    """A sum to be given back: who owes it, and the days that the procedure counts."""

    __tablename__ = "claims_undue"
    __table_args__ = (Index(None, "insured_id"), Index(None, "professional_id"), Index(None, "claim_id"))

    claim_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("claims_claims.id"))
    insured_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_insured.id"))
    professional_id: Mapped[str | None] = mapped_column(PublicId, ForeignKey("people_professionals.id"))
    cents: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str] = mapped_column(String(40))
    paid_on: Mapped[date | None]
    notified_on: Mapped[date]
    received_on: Mapped[date | None]
    """The delays run from the reception of the notice."""
    answer_by: Mapped[date | None]
    set_off_from: Mapped[date | None]
    limit_on: Mapped[date | None]
    observed_on: Mapped[date | None]
    contested_on: Mapped[date | None]
    summoned_on: Mapped[date | None]
    pay_by: Mapped[date | None]
    """A summons gives so long; what is unpaid then bears a surcharge."""
    surcharge: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
