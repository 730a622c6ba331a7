"""From the facts as people give them to the integers the rules read: reading, inference, contradictions, defaults."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from parcours.engine.errors import FactError, MissingFact
from parcours.engine.facts.specialties import read_specialty
from parcours.engine.facts.vocabulary import (
    BY_NAME,
    FACTS,
    LEFT_ON,
    NO_AMOUNT,
    READERS,
    REQUIRED,
    Fact,
    check_names,
    given,
    read_act,
    read_code,
    read_codes,
    slugs,
)
from parcours.law import thresholds
from parcours.law.codes import (
    Convention,
    DrugClass,
    Exemption,
    Ips,
    Profession,
    Referral,
    Role,
    SpecialSetting,
    TiersPayant,
)
from parcours.law.days import iso
from parcours.law.flat import FlatLaw
from parcours.rules.types import NO_CONTRACT, Act, Contract
from parcours.text import Text, same

PROFESSIONS = {int(member): member.name.lower() for member in Profession}
WITHOUT_SECTOR = {
    Profession.LABORATOIRE,
    Profession.PHARMACIE,
    Profession.TRANSPORTEUR,
    Profession.ETABLISSEMENT,
    Profession.PSYCHOLOGUE,
}
"""Professions that have no sector."""
STAY = "sejour"
"""The act that needs its days."""
DEFAULTED = tuple(item.name for item in FACTS if item.default not in (REQUIRED, None))
"""Facts that have a documented default."""
OWN_ROLES = {Role.MEDECIN_TRAITANT, Role.DESIGNE_CONJOINTEMENT, Role.CABINET_SECONDAIRE}
"""Roles that suppose a declared médecin traitant."""


class EncodedAct(NamedTuple):
    """One question to the engine, encoded."""

    act: Act
    contract: Contract
    patient_id: str | None
    professional_id: str | None
    act_key: str
    defaults: tuple[str, ...]
    """Facts that were not given and got their documented default."""
    inferred: tuple[str, ...]
    """Facts that follow from others (age from the day of birth, a doctor from a specialty)."""
    missing: tuple[str, ...]
    """Facts that are never assumed, not given, and that this act may depend on."""
    declared: tuple[int, int]
    """Indicator and status that were given beside the facts they stand for, to be checked (0: none)."""
    no_contract_said: bool = False
    """Was no complementary insurance said, where one would pay?"""


def encode(facts: Mapping[str, Any], law: FlatLaw) -> EncodedAct:
    """Read, infer, check. Raises `FactError` (a value is wrong or contradicts another) or `MissingFact`."""
    check_names(facts)
    return encode_values(
        {name: read(BY_NAME[name], value, law) for name, value in facts.items() if said(name, value)}, law
    )


def said(name: str, value: Any) -> bool:
    """Does this value say anything?  A blank indicator does: the doctor transmitted none."""
    return given(value) or (name == "ips" and value is not None)


def encode_values(values: dict[str, Any], law: FlatLaw) -> EncodedAct:
    """The act of facts that were read: what follows is added to them. Raises as `encode`."""
    inferred = infer(values)
    check_profession(values, law)
    check_dates(values)
    declared = transmitted(values)
    defaults, missing = unsaid(frozenset(values), values.get("profession"))
    for name in ("care_date", "profession", "fee"):
        if name in missing:
            raise missing_fact(name, missing)
    if "act" in values and values["act"][1] == STAY and "sejour_jours" not in values:
        raise missing_fact("sejour_jours", missing)
    if values.get("c2s") or values.get("ame"):
        values.setdefault("tiers_payant", int(TiersPayant.FULL))
    return EncodedAct(
        act=act_of(values, law),
        contract=values.get("contract", NO_CONTRACT),
        patient_id=values.get("patient_id"),
        professional_id=values.get("professional_id"),
        act_key=values["act"][1] if "act" in values else "consultation",
        defaults=defaults,
        inferred=tuple(inferred),
        missing=missing,
        declared=declared,
        no_contract_said="contract" not in values and not (values.get("c2s") or values.get("ame")),
    )


def read(item: Fact, value: Any, law: FlatLaw) -> Any:
    """One value, by the kind of its fact."""
    if item.codes is not None:
        return (read_codes if item.kind == "codes" else read_code)(item.name, value, item.codes)
    if item.kind == "specialty":
        return read_specialty(item.name, value, law)
    if item.kind == "act":
        return read_act(item.name, value, law)
    return READERS[item.kind](item.name, value)


def infer(values: dict[str, Any]) -> list[str]:
    """What follows from other facts: added to the values and named; so is a ground where none was said to hold."""
    before = len(values)
    if "specialty" in values:
        values.setdefault("profession", int(Profession.MEDECIN))
    if "birth_date" in values and "care_date" in values:
        infer_ages(values)
    elif "age" in values and "age_1er_janvier" not in values:
        age, told = values["age"], thresholds.participation_age()
        if age != told:
            values["age_1er_janvier"] = max(0, age - 1) if age < told else age
    infer_pathway(values)
    added = list(values)[before:]
    if values.get("special_setting") == SpecialSetting.DEPISTAGE_ORGANISE:  # wholly paid: L160-14
        added += [] if values.get("exemption") else ["exemption"]
        values["exemption"] = values.get("exemption", 0) | 1 << Exemption.PREVENTION
    return added


def infer_ages(values: dict[str, Any]) -> None:
    """Ages from the day of birth, which may not contradict a given one."""
    birth, care = values["birth_date"], values["care_date"]
    if birth > care:
        raise FactError(
            "birth_date",
            iso(birth),
            Text(f"au plus tard le jour des soins, {iso(care)}", f"not after the care, {iso(care)}"),
        )
    ages = {
        "age": (care - birth) // 10_000,
        "age_1er_janvier": max(0, (care // 10_000 * 10_000 + 101 - birth) // 10_000),
    }
    for name, age in ages.items():
        if values.setdefault(name, age) != age:
            raise FactError(name, values[name], Text(f"{age}, d'après birth_date", f"{age}, from birth_date"))


def infer_pathway(values: dict[str, Any]) -> None:
    """What a transmitted indicator says of the pathway, where the facts behind it are not given (a coded claim)."""
    facts_of_ips = IPS_FACTS.get(values.get("ips", 0))
    if facts_of_ips and not any(name in values for name in ("role", "referral")):
        for name, value in facts_of_ips.items():
            values.setdefault(name, int(value))
        values.setdefault("role", int(Role.AUTRE))
        values.setdefault("referral", int(Referral.NONE))
    if (
        values.get("medecin_traitant") == 0
        and values.get("role") is None
        and values.get("referral", 0) == Referral.NONE
    ):
        return
    if values.get("referral", 0) != Referral.NONE:
        values.setdefault("role", int(Role.CORRESPONDANT))
    if values.get("role") in OWN_ROLES or values.get("role") == Role.NOUVEAU_MEDECIN_TRAITANT:
        values.setdefault("referral", int(Referral.NONE))
        values.setdefault("medecin_traitant", 1)


IPS_FACTS: dict[int, dict[str, int]] = {
    Ips.BLANK: {},
    Ips.T: {"medecin_traitant": 1, "role": Role.MEDECIN_TRAITANT},
    Ips.N: {"medecin_traitant": 1, "role": Role.NOUVEAU_MEDECIN_TRAITANT},
    Ips.O: {"medecin_traitant": 1, "role": Role.CORRESPONDANT, "referral": Referral.SOINS_ITERATIFS},
    Ips.M: {"role": Role.CORRESPONDANT, "referral": Referral.AUTRE_MEDECIN},
    Ips.D: {"role": Role.AUTRE},
    Ips.U: {"urgent": 1},
    Ips.H: {"away": 1},
    Ips.R: {"medecin_traitant": 1, "role": Role.REMPLACANT},
    Ips.A: {"special_setting": SpecialSetting.ADDICTOLOGIE},
    Ips.B: {"special_setting": SpecialSetting.CENTRE_SANTE_ZONE_DEFICITAIRE},
    Ips.J: {},
    Ips.S: {"role": Role.AUTRE},
}
"""The facts that each indicator declares."""


def check_profession(values: Mapping[str, Any], law: FlatLaw) -> None:
    """A specialty only for a doctor, no sector for a pharmacy, an act that the profession may bill."""
    profession = values.get("profession")
    if profession is None:
        return
    name = PROFESSIONS[profession]
    if "specialty" in values and profession != Profession.MEDECIN:
        raise FactError(
            "specialty",
            values["specialty"],
            Text(f"rien : {name} n'a pas de spécialité", f"nothing: {name} has no specialty"),
        )
    if "convention" in values and profession in WITHOUT_SECTOR:
        given_slug = Convention(values["convention"]).name.lower()
        raise FactError(
            "convention",
            given_slug,
            Text(f"rien : {name} n'a pas de secteur", f"nothing: {name} has no sector"),
        )
    if "drug_class" in values and values["drug_class"] and profession != Profession.PHARMACIE:
        given_slug = DrugClass(values["drug_class"]).name.lower()
        raise FactError("drug_class", given_slug, Text("seulement pour une pharmacie", "only for a pharmacy"))
    professions = law.act_professions.get(values["act"][1], ()) if "act" in values else ()
    if professions and name not in professions:
        raise FactError("act", values["act"][1], Text(f"un acte de {name}", f"an act of {name}"))
    if values.get("medecin_traitant") == 0 and values.get("role") in OWN_ROLES:
        given_slug = Role(values["role"]).name.lower()
        allowed = Text("un autre rôle : medecin_traitant vaut false", "another role: medecin_traitant is false")
        raise FactError("role", given_slug, allowed)


def check_dates(values: Mapping[str, Any]) -> None:
    """A reimbursement is not before the care; the doctor who is to leave later has not left."""
    care = values.get("care_date", 0)
    if values.get("reimbursement_date", care) < care:
        allowed = Text("au plus tôt le jour des soins", "not before the day of the care")
        raise FactError("reimbursement_date", iso(values["reimbursement_date"]), allowed)
    if care and values.get(LEFT_ON, care) > care:
        raise FactError(LEFT_ON, iso(values[LEFT_ON]), Text("au plus tard le jour des soins", "not after the care"))


def transmitted(values: dict[str, Any]) -> tuple[int, int]:
    """Indicator and status to be checked against the facts; a status without facts stays a fact itself."""
    behind = "role" in values or "referral" in values
    status = values.pop("status", 0) if behind else 0
    ips = values.get("ips", 0) if behind else 0
    return ips, status


@lru_cache(maxsize=4_096)
def unsaid(names: frozenset[str], profession: int | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Beside the facts of these names: those that get their documented default, and those that are missing. Kept:
    most acts say the same facts.
    """
    defaults = tuple(name for name in DEFAULTED if name not in names)
    return defaults, tuple(name for name in needed(names, profession) if name not in names)


def needed(names: frozenset[str], profession: int | None) -> Sequence[str]:
    """The facts that are never assumed and that this kind of case may depend on."""
    always = ["care_date", "profession", "fee", "age", "age_1er_janvier"]
    if profession == Profession.MEDECIN:
        own = ["specialty", "convention"]
        return [*always, *own] if "status" in names else [*always, *own, "medecin_traitant", "role", "referral"]
    if profession == Profession.PHARMACIE:
        return [*always, "drug_class"]
    return always


def missing_fact(name: str, missing: Sequence[str] = ()) -> MissingFact:
    """The error for a fact that was not given, the others that were not either beside it."""
    item = BY_NAME[name]
    allowed = same(", ".join(slugs(item.codes))) if item.codes else EXPECTED[name if name in EXPECTED else item.kind]
    also = [other for other in missing if other not in (name, "age_1er_janvier")]
    return MissingFact(name, allowed, also)


EXPECTED = {
    "age": Text("l'âge, ou birth_date", "the age, or birth_date"),
    "age_1er_janvier": Text("l'âge au 1er janvier, ou birth_date", "the age on 1 January, or birth_date"),
    "date": Text("une date AAAA-MM-JJ", "a day, YYYY-MM-DD"),
    "money": Text("un montant en euros", "an amount in euros"),
    "boolean": Text("true ou false", "true or false"),
    "days": Text("un nombre de jours", "a number of days"),
    "specialty": Text("une spécialité (generaliste, dermatologie…)", "a specialty (generaliste, dermatologie…)"),
}


def act_of(values: Mapping[str, Any], law: FlatLaw) -> Act:
    """The encoded act: the facts of the vocabulary, what was not said by its neutral value, and what follows."""
    act_number, act_key = values.get("act", (0, "consultation"))
    adult = values["age"] if "age" in values else thresholds.participation_age()
    following = {
        "reimbursement_date": values.get("reimbursement_date", values["care_date"]),
        "age": adult,
        "age_1er_janvier": values.get("age_1er_janvier", adult),
        "act": act_number,
        "quantity": quantity(values, act_number, act_key, law),
    }
    return Act._make(IN_ORDER({**NEUTRAL, **values, **following}))


def neutral(item: Fact) -> int:
    """The integer that an act holds where nothing is said of a fact."""
    if item.codes is not None and item.unsaid is not None:
        return int(item.codes[item.unsaid.upper()])
    if item.kind == "money" and item.unsaid is None:
        return NO_AMOUNT
    return int(item.unsaid) if isinstance(item.unsaid, int) else 0


IN_ORDER = itemgetter(*Act._fields)
NEUTRAL = {name: neutral(BY_NAME[name]) for name in Act._fields}


def quantity(values: Mapping[str, Any], act_number: int, act_key: str, law: FlatLaw) -> int:
    """Whole units, or hundredths of a coefficient."""
    number: int = values.get("quantity", 100)
    if law.default.rows[-1].acte_coefficient[act_number]:
        return number
    if number % 100:
        raise FactError(
            "quantity",
            values["quantity"] / 100,
            Text(f"un nombre entier pour {act_key}", f"a whole number for {act_key}"),
        )
    return number // 100
