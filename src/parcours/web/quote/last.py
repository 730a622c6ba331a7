"""What is asked once all the rest is known: the act that explains a price, the reason of a cover kept from before."""

from collections.abc import Mapping

from parcours.engine.errors import FactError
from parcours.law.cases import Note
from parcours.law.codes import Exemption, Pathway, Referral, Role
from parcours.web.i18n import N_
from parcours.web.quote.asked import Asked
from parcours.web.quote.cards import Card, CardOption

AN_OPINION = N_("A one-off opinion (avis ponctuel de consultant)")
OPINION = Card(
    "opinion",
    N_("Act"),
    ("act",),
    title=N_("What does the paper claim say: a consultation, or a one-off opinion?"),
    help=N_("Its code is on the paper; a one-off opinion has a tariff of its own, the same in every sector."),
    options=(CardOption(N_("A consultation"), {"act": "consultation"}, N_("Code CS, C or CNPSY on the paper.")),),
)
"""Asked of who was sent for one opinion, where its own tariff would change an amount (NGAP 18)."""
PROTOCOL = Card(
    "protocol",
    N_("Care protocol"),
    ("referral",),
    title=N_("Does your care protocol (ALD) plan this doctor?"),
    help=N_(
        "Your médecin traitant gave you the protocol: it lists the specialists for your illness. What it plans is "
        "inside the pathway, without a letter."
    ),
    options=(CardOption(N_("Yes, it lists this specialty"), {"role": "correspondant", "referral": "protocole_ald"}),),
    terms=("protocole_de_soins", "ald"),
)
"""Asked of who came outside the pathway, without a letter, for an illness that is covered: it changes an amount."""
NOT_PLANNED = N_("No, it does not")
NOT_TRUE = {"referral": "seen_in_ald_protocol", "exemption": "pregnancy_examination"}
"""The levers that a "no" excludes, by the fact that it makes certain."""
AGAIN = Card(
    "again",
    N_("Cover"),
    ("exemption",),
    title=N_("Is this care for the illness, the accident or the reason that you told before?"),
    help=N_("Only the care that is for it is covered in full."),
)
"""Asked of a cover that an earlier visit had."""
OF_THE_CARE = ("ald", "ald_sans_rapport", "at_mp", "contraception")
"""Grounds that cover the care that is for them alone."""
PRENATAL = Card(
    "prenatal",
    N_("Compulsory examination"),
    ("exemption",),
    title=N_("Is it a compulsory examination of the pregnancy?"),
    help=N_(
        "One before the end of the third month, then one a month, and one in the eight weeks after the birth: they are "
        "covered in full from the first one on. Other visits are in the last months only."
    ),
)
"""Asked of a visit for a pregnancy, before the months when everything is covered: it changes an amount (L160-9)."""
COMPULSORY = N_("Yes, it is one of them")
NOT_COMPULSORY = N_("No, it is another visit")
DENIED = {"protocol": NOT_PLANNED, "prenatal": NOT_COMPULSORY}
"""The "no" of the questions where it changes no fact: the fact is then certain."""
UNRELATED = {"ald": "ald_sans_rapport", "ald_sans_rapport": "ald_sans_rapport"}
OF_ONE_VISIT = ("examen_enfant", "examen_grossesse", "prevention", "ivg")
"""Grounds of one act: another visit has its own."""


def own_options(card: Card | None, state: Asked) -> list[tuple[str, dict[str, str]]]:
    """The answers to a question that are made of the grounds held, or of the specialty: their words, their facts."""
    given = state.given
    if card is OPINION:
        return [(AN_OPINION, {"act": state.sitting.opinion()})]
    if card is PRENATAL:
        held = [one for one in grounds(given.get("exemption")) if one != "none"]
        return [(COMPULSORY, {"exemption": "+".join([*held, "examen_grossesse"])})]
    return again_options(given) if card is AGAIN else []


def grounds(exemption: str | None) -> list[str]:
    """The grounds that an answer about cover holds."""
    return [one for one in (exemption or "").split("+") if one]


def question(state: Asked) -> Card | None:
    """What is still to be asked; None where nothing is."""
    if again_unsaid(state):
        return AGAIN
    if protocol_unsaid(state):
        return PROTOCOL
    if prenatal_unsaid(state):
        return PRENATAL
    return OPINION if opinion_unsaid(state) else None


def protocol_unsaid(state: Asked) -> bool:
    """May the protocol of an illness plan this specialist, who was seen without a letter (D162-1-6, 3), and would it
    change what is paid?
    """
    direct = state.given.get("referral") == "none" and state.sitting.specialist
    ill = direct and "ald" in grounds(state.given.get("exemption"))
    if not ill or "referral" in {*state.sure, *state.unsure}:
        return False
    try:
        seen = state.sitting.settle().settlement
        planned = state.sitting.settle(role=Role.CORRESPONDANT, referral=Referral.PROTOCOLE_ALD).settlement
    except FactError:
        return False
    outside = seen.pathway == Pathway.OUTSIDE
    return outside and (seen.patient, seen.advance, seen.max_fee) != (planned.patient, planned.advance, planned.max_fee)


def prenatal_unsaid(state: Asked) -> bool:
    """May this visit for a pregnancy be a compulsory examination, and would it change what is paid?"""
    if state.given.get("purpose") != "grossesse" or "exemption" in {*state.sure, *state.unsure}:
        return False
    held = state.sitting.values.get("exemption", 0)
    try:
        seen = state.sitting.settle().settlement
        covered = state.sitting.settle(exemption=held | 1 << Exemption.EXAMEN_GROSSESSE).settlement
    except FactError:
        return False
    return (seen.patient, seen.advance) != (covered.patient, covered.advance)


def answers(card: Card | None, state: Asked) -> list[Mapping[str, str]]:
    """What the answers to a last question change, where no amount is exact before it."""
    if card is PROTOCOL:
        return [PROTOCOL.options[0].facts]
    return [facts for _, facts in own_options(card, state)]


def opinion_unsaid(state: Asked) -> bool:
    """May the paper have the one-off opinion that was asked for, and would it change what is paid?"""
    if "act" in state.given or "act" in state.sitting.values:
        return False
    try:
        return state.sitting.settle().settlement.notes >> Note.OPINION_UNCODED & 1 == 1
    except FactError:
        return False


def again_unsaid(state: Asked) -> bool:
    """Is the ground of a cover that of an earlier visit?"""
    return "exemption" in state.unsure and not set(OF_THE_CARE).isdisjoint(grounds(state.given.get("exemption")))


def again_options(given: Mapping[str, str | None]) -> list[tuple[str, dict[str, str]]]:
    """The two answers: for it, or for something else."""
    held = grounds(given.get("exemption"))
    yes = [{"ald_sans_rapport": "ald"}.get(one, one) for one in held]
    no = [UNRELATED.get(one, one) for one in held if one not in OF_THE_CARE or one in UNRELATED]
    answers = ((N_("Yes, it is for it"), yes), (N_("No, it is for something else"), no))
    return [(words, {"exemption": "+".join(dict.fromkeys(kept)) or "none"}) for words, kept in answers]
