"""What to do now: dated steps, before the visit, at the desk and after, with the form, the address and the limit.

Numbers and forms come from the law of the day; addresses are official pages and our own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol

from parcours.documents import Event
from parcours.engine.case import Answer
from parcours.engine.facts.vocabulary import LEFT_ON
from parcours.law import thresholds
from parcours.law.cases import CasePayment
from parcours.law.codes import Convention, Exemption, Pathway, Profession, Role, TiersPayant
from parcours.law.days import iso
from parcours.rules.types import Act, Settlement
from parcours.text import euros
from parcours.web import i18n
from parcours.web.i18n import N_
from parcours.web.links import AMELI, DECLARE, DIRECT_BILLING, OFFICIAL_DIRECTORY, REFUNDS, SOUTIEN_PSY
from parcours.web.pages import Page, text, today
from parcours.web.quote.letters import Dispute

BEFORE, DESK, AFTER = N_("Before"), N_("At the desk"), N_("After")

INSIDE = {
    "get_referral": N_("Ask your médecin traitant for a letter"),
    "see_medecin_traitant": N_("See your médecin traitant instead"),
}
"""What brings a visit inside the pathway, by its lever."""
RIGHTS = {
    Exemption.ALD: N_("your long-term illness"),
    Exemption.MATERNITE: N_("maternity cover"),
    Exemption.EXAMEN_GROSSESSE: N_("a compulsory examination of the pregnancy"),
    Exemption.EXAMEN_ENFANT: N_("a compulsory examination of a child"),
    Exemption.IVG: N_("an abortion"),
}
"""Grounds that give a right to direct billing (`WITH_THE_RIGHT` of the rules: L162-1-21, L162-1-22), in words."""
DECLARING = {
    "declare_this_doctor": N_("Declare a new médecin traitant"),
    "declare_new_medecin_traitant": N_("Declare a new médecin traitant, and ask for a letter"),
}
"""What brings it inside after the doctor left."""


@dataclass(frozen=True)
class Task:
    """One thing to do: its name, how, its last or expected day, where."""

    title: str
    text: str
    day: date | None = None
    links: tuple[tuple[str, str], ...] = ()
    ends: bool = False
    """Is the day a limit? Else it is expected."""


@dataclass(frozen=True)
class Group:
    """What to do at one time."""

    title: str
    tasks: tuple[Task, ...]


class Lever(Protocol):
    """What would be cheaper, of one act or of a bill."""

    @property
    def levers(self) -> tuple[str, ...]:
        """Its names."""

    @property
    def saved(self) -> int:
        """What it saves, in cents."""


class About(NamedTuple):
    """What the steps depend on, of one act or of a whole bill; amounts in cents."""

    act: Act
    """Its patient, its professional and its day; of a bill, those of the first line."""
    facts: Mapping[str, Any]
    pathway: int
    saved: Mapping[str, int]
    """What each lever of the page saves alone, in cents."""
    amo: int
    """What comes back to the patient where nothing is paid directly."""
    amc: int
    max_fee: int
    dispute: Dispute | None

    @classmethod
    def one(cls, settled: Answer, disputed: Dispute | None, levers: Iterable[Lever]) -> "About":
        """An answer to one act, what of it may be disputed, and what would be cheaper."""
        paid, saved = settled.settlement, saved_by(levers)
        act = settled.act._replace(tiers_payant=paid_by_the_fund(settled.act, paid))
        return cls(act, settled.facts, paid.pathway, saved, paid.amo, paid.amc, paid.max_fee, disputed)


def paid_by_the_fund(act: Act, paid: Settlement) -> int:
    """How the professional is paid: directly too where the compulsory part is never advanced, as after an accident at
    work (L432-3); nothing of it comes back then.
    """
    directly = paid.case_payment == CasePayment.PAID_DIRECTLY and act.tiers_payant == TiersPayant.NONE
    return TiersPayant.PARTIAL if directly else act.tiers_payant


def saved_by(levers: Iterable[Lever]) -> dict[str, int]:
    """What each lever saves alone, in cents."""
    return {one.levers[0]: one.saved for one in levers if len(one.levers) == 1}


class Todo:
    """What follows from one answer, on one page."""

    def __init__(self, page: Page, about: About) -> None:
        self.page, self.lang, self.about, self.act = page, page.lang, about, about.act
        self.day = date.fromisoformat(iso(about.act.care_date))

    def say(self, message: str, **values: object) -> str:
        """A message in the language of the page."""
        return text(message, self.lang, **values)

    def money(self, cents: int) -> str:
        """An amount in the language of the page."""
        return euros(cents, self.lang)

    def said(self, day: date) -> str:
        """A day in words."""
        return i18n.long_date(day, self.lang)

    def groups(self) -> list[Group]:
        """Every task, by its time; nothing before a visit that has been."""
        every = [(BEFORE, self.before() if self.day >= today() else ()), (DESK, self.desk()), (AFTER, self.after())]
        found = [Group(self.say(title), tuple(tasks)) for title, tasks in every]
        return [group for group in found if group.tasks]

    def link(self, words: str, address: str) -> tuple[str, str]:
        """A link: an official page, or one of ours."""
        return self.say(words), address if address.startswith("https:") else self.page.url(address)

    # --- before -------------------------------------------------------------------------------------------------

    def before(self) -> Iterator[Task]:
        """What makes the visit cheaper, while it can still be done."""
        if self.grace_over:
            yield from self.declare()
        for lever, words in INSIDE.items():
            saved = self.about.saved.get(lever, 0) if self.act.medecin_traitant and not self.left else 0
            if saved <= 0:
                continue
            yield Task(
                self.say(words),
                self.then_inside(saved),
                links=(self.link(N_("Seen without a letter"), "/situations/hors_parcours"),),
            )
        if self.about.facts.get("specialty") == "psychiatrie":
            yield from self.other_help()
        doctor = self.act.profession == Profession.MEDECIN
        if doctor and self.act.c2s and self.act.convention != Convention.NON_CONVENTIONNE:
            owed = N_("Show it at the desk: no doctor may ask you more than the tariff, whatever the sector.")
            nothing = N_("Show it at the desk: you owe nothing, whatever the doctor’s sector.")
            words = nothing if self.bound and not self.act.exigence_particuliere else owed
            yield Task(self.say("Take your attestation of the C2S"), self.say(words))
        elif doctor:
            yield Task(
                self.say("Check the sector and the prices"),
                self.say("The doctor must show them; the directories give them before you book."),
                links=(
                    self.link(N_("Our directory"), "/directory"),
                    self.link(N_("Official directory"), OFFICIAL_DIRECTORY),
                ),
            )

    def then_inside(self, saved: int) -> str:
        """What a visit inside the pathway saves."""
        return self.say("The visit is then inside the pathway: {amount} less for you.", amount=self.money(saved))

    def other_help(self) -> Iterator[Task]:
        """Who else helps beside a psychiatrist."""
        yield Task(
            self.say("A psychologist may help too"),
            self.say(
                "Mon soutien psy: sessions refunded by the Sécu, without a doctor’s "
                "letter, with a psychologist of its directory."
            ),
            links=(self.link(N_("Directory of Mon soutien psy"), SOUTIEN_PSY),),
        )
        youngest, oldest = (thresholds.whole(f"parcours.psychiatrie_age_{end}", self.day) for end in ("min", "max"))
        if youngest <= self.act.age <= oldest:
            yield Task(
                self.say("Studying? The student health service sees you directly"),
                self.say(
                    "Doctors, and often psychologists, at the university: no letter, no surcharge, and often free: ask "
                    "when you book."
                ),
                links=(self.link(N_("Care of students"), "/situations/etudiants"),),
            )

    # --- at the desk ------------------------------------------------------------------------------------------------

    @property
    def bound(self) -> bool:
        """Is direct billing owed to who has the right: not outside the pathway at a doctor's (L161-36-4, L861-3)?"""
        return self.about.pathway != Pathway.OUTSIDE or self.act.profession != Profession.MEDECIN

    def most_asked(self) -> str:
        """What may be asked at most, where the price is above it."""
        if not self.act.c2s:
            return N_("{most} is the most that may be asked for a session of Mon soutien psy.")
        if self.act.tiers_payant != TiersPayant.FULL and not self.bound:
            return N_("Show your attestation of the C2S: {most} is the most that may be asked of you.")
        return N_(
            "Show your attestation of the C2S: you have nothing to pay at the desk. The price may not be more than "
            "{most}, which the Sécu and the C2S pay."
        )

    def desk(self) -> Iterator[Task]:
        """What to show, to ask and to take away."""
        disputed = self.about.dispute
        if disputed and disputed.certain:
            paid = self.about.amo if not self.bound and self.act.tiers_payant == TiersPayant.PARTIAL else 0
            yield Task(
                self.say("Do not pay what is asked in excess"),
                self.say(self.most_asked(), most=self.money(self.about.max_fee - paid)),
            )
        rights = [self.say("the C2S")] if self.act.c2s else []
        rights += [self.say(words) for ground, words in RIGHTS.items() if self.act.exemption >> ground & 1]
        both = self.act.c2s and self.about.amc > 0  # the fund pays the two parts: D861-6
        advanced = self.act.tiers_payant == TiersPayant.NONE or (both and self.act.tiers_payant == TiersPayant.PARTIAL)
        if rights and self.bound and advanced:
            yield Task(
                self.say("Ask for direct billing (tiers payant): it is your right"),
                self.say(
                    "Because of {rights}, nobody may ask you to advance what is covered.",
                    rights=", ".join(rights),
                ),
                links=(
                    self.link(N_("Direct billing, official page"), DIRECT_BILLING),
                    self.link(N_("Who advances what"), "/situations/tiers_payant"),
                ),
            )
        if self.day >= today():
            yield Task(
                self.say("Give your carte Vitale"),
                self.say(
                    "No card, or a provisional number: ask for the paper claim (feuille "
                    "de soins) and check the codes and prices on it."
                ),
                links=(self.link(N_("No card, or lost"), "/situations/carte_perdue"),),
            )
        if self.act.role == Role.NOUVEAU_MEDECIN_TRAITANT:
            yield Task(
                self.say("Sign the declaration together"),
                self.say("The doctor sends it during the visit, or you post form {form}.", form=self.form()),
                links=(self.link(N_("The declaration, official page"), DECLARE),),
            )

    # --- after ------------------------------------------------------------------------------------------------------

    def after(self) -> Iterator[Task]:
        """A sum to claim back, refunds, the two years, the end of a year of grace, a doctor to declare."""
        disputed = self.about.dispute
        if disputed and disputed.certain:
            yield Task(
                self.say("Paid already? Claim {amount} back", amount=self.money(disputed.excess)),
                self.say(
                    "Send the letter to the professional, with a copy of the paper; "
                    "without an answer, the other one to the mediator of your fund. Both are ready on this page."
                ),
                links=(self.link(N_("Address of your fund"), AMELI),),
            )
        if self.act.tiers_payant == TiersPayant.NONE and self.about.amo > 0:
            yield from self.refund()
        if self.act.tiers_payant != TiersPayant.FULL and self.about.amc > 0 and not self.act.c2s:
            yield Task(
                self.say("Look for your mutuelle's refund"),
                self.say(
                    "Often it comes by itself; if the account of your fund does not say that the "
                    "claim was sent on, send the statement (décompte) to the mutuelle."
                ),
            )
        if not self.grace_over or self.day < today():
            yield from self.declare()

    def refund(self) -> Iterator[Task]:
        """When the money comes, with a card and on paper, and until when it may be asked."""
        days = thresholds.whole("remboursement.delai_fse_jours", self.day)
        years = thresholds.whole("remboursement.prescription_annees", self.day)
        expected, last = self.day + timedelta(days=days), thresholds.last_day_to_ask(self.day)
        yield Task(
            self.say("With the card: the refund comes by itself"),
            self.say(
                "{amount} around {day}; the account of your fund shows it.",
                amount=self.money(self.about.amo),
                day=self.said(expected),
            ),
            expected,
            (self.link(N_("Refunds, official page"), REFUNDS),),
        )
        yield Task(
            self.say(
                "On paper: sign the claim, add your bank details (RIB) the first time, post it to your fund (CPAM)"
            ),
            self.say(
                "Its address is on ameli.fr, by postcode. Expect several weeks. Keep a "
                "copy: the refund can be asked for {years} years from the next quarter, until {day}.",
                years=years,
                day=self.said(last),
            ),
            last,
            (
                self.link(N_("Address of your fund"), AMELI),
                self.link(N_("Paper claim, step by step"), "/situations/carte_perdue"),
            ),
            ends=True,
        )

    def declare(self) -> Iterator[Task]:
        """A médecin traitant to declare: at once, before the end of the year of grace, or first of all after it."""
        if self.act.profession != Profession.MEDECIN or self.act.role == Role.NOUVEAU_MEDECIN_TRAITANT:
            return
        until = self.grace
        links = (
            self.link(N_("Find a doctor"), "/directory"),
            self.link(N_("Nobody takes new patients?"), "/situations/trouver_un_medecin"),
            self.link(N_("From my space, if you have one"), "/me/doctor"),
            self.link(N_("The declaration, official page"), DECLARE),
        )
        if until and until > self.day:
            last = until - timedelta(days=1)
            words = N_(
                "No surcharge up to and including {day}; declare by then, online with the new doctor, or on form "
                "{form}."
            )
            yield Task(
                self.say("Declare a new médecin traitant"),
                self.say(words, day=self.said(last), form=self.form()),
                last,
                links,
                ends=True,
            )
        elif (self.left or not self.act.medecin_traitant) and self.act.age >= thresholds.age_of_choice(self.day):
            words = N_(
                "The doctor can do it online during a visit: it counts at once. On paper, you both sign form {form} "
                "and send it to your fund: it counts once the fund has it on file."
            )
            title = N_("Declare a new médecin traitant") if self.left else N_("Declare a médecin traitant")
            said = self.say(words, form=self.form())
            saved = {lever: cents for lever in DECLARING if (cents := self.about.saved.get(lever, 0)) > 0}
            if self.left and saved and self.day >= today():
                lever = max(saved, key=saved.__getitem__)
                title, said = DECLARING[lever], f"{self.then_inside(saved[lever])} {said}"
            yield Task(self.say(title), said, links=links)

    @property
    def left(self) -> date | None:
        """The day the médecin traitant left, where it is given."""
        said = self.about.facts.get(LEFT_ON)
        return date.fromisoformat(str(said)) if said else None

    @property
    def grace(self) -> date | None:
        """First day after the year of grace of a departure."""
        return thresholds.grace_until(self.left, self.day) if self.left else None

    @property
    def grace_over(self) -> bool:
        """Has the doctor left, and is there no time of grace, or no more?"""
        return self.left is not None and (self.grace is None or self.grace <= self.day)

    def form(self) -> str:
        """The paper form of the day."""
        return thresholds.declaration_form(max(self.day, today())) or ""


def events(groups: list[Group], url: str) -> list[Event]:
    """The dated tasks as days of a calendar: nothing in them says what the visit was."""
    return [Event(task.day, task.title, task.text, url) for group in groups for task in group.tasks if task.day]
