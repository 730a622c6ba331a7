"""A Claim as a bill: what its items, its people, its coverages and its supporting information say of the facts.

    asked = read_claim(claim, others)
    settle_bill(asked.bill, asked.readings)

Where each fact was said is kept, so that a fact that the engine refuses is refused by its place in the Claim.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from parcours.engine.bill.vocabulary import BILL_ALLOWED, LINE_ALLOWED, STAY_KEYS
from parcours.engine.facts.vocabulary import hundredths
from parcours.fhir import problems
from parcours.fhir.issues import Refused, first_status
from parcours.fhir.r4 import check
from parcours.fhir.site import code_in
from parcours.text import Text, plain_euros

ALIASES = {"TOP_MT": "medecin_traitant"}
"""Information that the national sheets name otherwise than the vocabulary."""
OF_IPS: dict[str, dict[str, Any]] = {
    "T": {"medecin_traitant": True, "role": "medecin_traitant"},
    "N": {"medecin_traitant": True, "role": "nouveau_medecin_traitant"},
    "R": {"medecin_traitant": True, "role": "remplacant"},
    "O": {"medecin_traitant": True, "role": "autre", "referral": "avis_ponctuel"},
    "M": {"role": "autre", "referral": "autre_medecin"},
    "U": {"urgent": True, "role": "autre", "referral": "none"},
    "H": {"away": True, "role": "autre", "referral": "none"},
    "D": {"purpose": "any", "role": "autre", "referral": "none"},
    "S": {"role": "autre", "referral": "none"},
}
"""What an indicator of the pathway says, for an estimate."""
CONTRACTED = "as-ext-practitionerrole-contracted"
SECTORS = {"c1": "secteur_1", "c2": "secteur_1", "c3": "secteur_2", "nc": "non_conventionne"}
"""Sectors of the national directory (TRE_R282)."""
PROFESSIONS = {"pharmacy": "pharmacie", "oral": "chirurgien_dentiste"}
"""Whom a type of claim names."""
SILENT = {"prs-nat"}
"""Code systems that stand beside the code of an act."""
MADE = {
    "degraded": Text("Feuille faite sans la carte de l'assuré", "Sheet made without the card of the insured person"),
    "paper": Text("Feuille de papier", "Sheet of paper"),
    "signed": Text("Feuille signée", "Sheet that is signed"),
}
"""What a sheet says of how it was made."""
PREFERRED = ("code-acte-b2", "ngap", "ccam", "act")


@dataclass
class Asked:
    """What a Claim asks of the engine."""

    claim: Mapping[str, Any]
    bill: dict[str, Any] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    """Fact (or `lines[1].fee`) -> expression of what said it."""
    stay: dict[str, Any] = field(default_factory=dict)
    """What supporting information says of a stay."""
    order: list[int] = field(default_factory=list)
    """The items, by their places, in the order of the lines of the bill."""
    ips: str = ""
    """The indicator that a sheet transmits: the fund computes its own."""
    made: dict[str, bool] = field(default_factory=dict)
    """How a sheet was made: nothing for an estimate."""
    borrowed: list[Mapping[str, Any]] = field(default_factory=list)
    """Contained resources that the answer repeats."""

    @property
    def use(self) -> str:
        use: str = self.claim["use"]
        return use

    def say(self, name: str, value: Any, at: str) -> None:
        """Keep a fact. Raises `Refused`: another place says another value."""
        if name in self.bill and plain(self.bill[name]) != plain(value):
            raise problems.contradiction(field=at, name=name, other=self.where[name])
        self.bill.setdefault(name, value)
        self.where.setdefault(name, at)

    def expression_of(self, name: str) -> str:
        """Where a fact that the engine names was said; the Claim itself when nothing said it."""
        if name in self.where:
            return self.where[name]
        line, _, own = name.partition("].")
        item = self.where.get(f"{line}]")
        if item is not None:
            return self.where.get(own, item)
        return self.where.get(name.partition(".")[0], "Claim")


def plain(value: Any) -> str:
    """A value as it compares with another way to write it."""
    return str(value).lower()


def read_claim(
    claim: Any, others: Mapping[str, Mapping[str, Any]] | None = None, *, checked: bool = False
) -> Asked:  # fmt: skip
    """What a Claim asks. Raises `Refused`: its form (unless it is `checked` already), a code, a contradiction.

    `others`: resources by reference.
    """
    issues = [] if checked else check(claim, "Claim")
    if issues:
        raise Refused(first_status(issues), *issues)
    asked = Asked(claim, borrowed=list(claim.get("contained", ())))
    found = {f"#{one['id']}": one for one in asked.borrowed if "id" in one} | dict(others or {})
    kind = code_in(claim["type"])
    if kind in PROFESSIONS:
        asked.say("profession", PROFESSIONS[kind], "Claim.type")
    read_patient(asked, found)
    read_provider(asked, found)
    read_coverages(asked, found)
    read_payee(asked)
    own = read_info(asked)
    read_items(asked, own)
    if kind == "institutional" and {"start", "end"} <= claim.get("billablePeriod", {}).keys():
        read_stay(asked)
    return asked


PACKAGE = "GHS"
"""The item that is the price of a stay as a whole."""


def read_stay(asked: Asked) -> None:
    """A stay in hospital: its days are the billable period, its package an item; the law adds its charges by itself."""
    dates, at = asked.claim["billablePeriod"], "Claim.billablePeriod"
    stay = {"entry": dates["start"][:10], "exit": dates["end"][:10], **asked.stay}
    lines = asked.bill["lines"]
    for number, line in enumerate(lines):
        if str(line["code"]).upper() == PACKAGE and "fee" in line and "ghs" not in stay:
            stay["ghs"] = lines.pop(number)["fee"]
            asked.order.append(asked.order.pop(number))  # the package is the line after the others
            break
    asked.say("stay", stay, at)
    asked.where |= {f"stay.{name}": at for name in stay}


def resolved(reference: Any, found: Mapping[str, Mapping[str, Any]], at: str) -> Mapping[str, Any]:
    """The resource of a reference, where it came along; nothing for one that lives elsewhere."""
    name = reference.get("reference", "") if isinstance(reference, Mapping) else ""
    if name in found:
        return found[name]
    if name.startswith(("#", "urn:")):
        raise problems.unknown_reference(field=f"{at}.reference", reference=name[:80])
    return {}


def read_patient(asked: Asked, found: Mapping[str, Mapping[str, Any]]) -> None:
    """The day of birth; a year, or a month, is its first day only if nothing else says the age."""
    patient = resolved(asked.claim["patient"], found, "Claim.patient")
    born = patient.get("birthDate", "")
    if len(born) == len("1981-05-04"):
        asked.say("birth_date", born, "Claim.patient.resolve().birthDate")


def read_provider(asked: Asked, found: Mapping[str, Mapping[str, Any]]) -> None:
    """Specialty, profession and sector of who gives the care."""
    at = "Claim.provider.resolve()"
    provider = resolved(asked.claim["provider"], found, "Claim.provider")
    person = resolved(provider["practitioner"], found, f"{at}.practitioner") if "practitioner" in provider else provider
    specialty = next((code for one in provider.get("specialty", ()) if (code := specialty_in(one))), None)
    if specialty is not None:
        asked.say("specialty", specialty, f"{at}.specialty")
    else:
        read_qualifications(asked, person, at)
    profession = next((code for one in provider.get("code", ()) if (code := code_in(one, "/profession"))), None)
    if profession is not None:
        asked.say("profession", profession, f"{at}.code")
    for extension in provider.get("extension", ()):
        if str(extension.get("url", "")).endswith(CONTRACTED):
            code = str(code_in(extension.get("valueCodeableConcept", {})))
            asked.say("convention", SECTORS.get(code, code), f"{at}.extension")


ORDINAL, TRADE = "TRE-R38-SpecialiteOrdinale", "TRE-G15-ProfessionSante"
"""National tables of what a professional is: the specialty of a doctor, the profession."""


def specialty_in(concept: Mapping[str, Any]) -> str | None:
    """A specialty: by our name, or by its national code."""
    if any(str(one.get("system", "")).endswith(ORDINAL) for one in concept.get("coding", ())):
        return slug_of_ordinal(code_in(concept, ORDINAL) or "")
    return code_in(concept)


def slug_of_ordinal(code: str) -> str | None:
    """The specialty of a national code; the code itself when it is none, to be refused by its name."""
    from parcours.law.cache import flat_law
    from parcours.registry.directory.trades import of_savoir_faire

    number = of_savoir_faire().get(code)
    return next((slug for slug, one in flat_law().specialties.items() if one == number), code) if code else None


def read_qualifications(asked: Asked, person: Mapping[str, Any], at: str) -> None:
    """Specialty, else profession, of the qualifications of who gives the care, in the national tables."""
    from parcours.registry.directory.trades import RPPS_PROFESSIONS

    codes = [one["code"] for one in person.get("qualification", ()) if "code" in one]
    for system, name in ((ORDINAL, "specialty"), (TRADE, "profession")):
        for one in codes:
            if any(str(coding.get("system", "")).endswith(system) for coding in one.get("coding", ())):
                code = code_in(one, system) or ""
                value = slug_of_ordinal(code) if name == "specialty" else RPPS_PROFESSIONS.get(code)
                if value:
                    asked.say(name, str(value), f"{at}.qualification")
                    return


def read_coverages(asked: Asked, found: Mapping[str, Mapping[str, Any]]) -> None:
    """Scheme and exemption of the compulsory insurance; the contract of the complementary one."""
    for number, one in enumerate(asked.claim["insurance"]):
        at = f"Claim.insurance[{number}].coverage"
        coverage = resolved(one["coverage"], found, at)
        classes = {code_in(part["type"]): part["value"] for part in coverage.get("class", ())}
        names = {"group": "scheme", "plan": "exemption"} if one["focal"] else {"plan": "contract"}
        for code, name in names.items():
            if code in classes:
                asked.say(name, classes[code], f"{at}.resolve().class")
        if code_in(coverage.get("type")) == "c2s":
            asked.say("c2s", True, f"{at}.resolve().type")


def read_payee(asked: Asked) -> None:
    """Who is paid says what the patient does not advance."""
    payee = asked.claim.get("payee")
    if payee and code_in(payee["type"]) == "provider":
        asked.say("tiers_payant", "full", "Claim.payee.type")


def read_info(asked: Asked) -> dict[int, tuple[str, Any, str]]:
    """What supporting information says of all the items; by sequence, what items may point to."""
    cited = {number for item in asked.claim.get("item", ()) for number in item.get("informationSequence", ())}
    own: dict[int, tuple[str, Any, str]] = {}
    for number, info in enumerate(asked.claim.get("supportingInfo", ())):
        at = f"Claim.supportingInfo[{number}]"
        code = str(code_in(info["category"]))
        name, value = ALIASES.get(code, code), value_of(info, at)
        if name == "IPS":
            read_ips(asked, str(value), at)
        elif name in MADE:
            asked.made[name] = read_yes(value, at)
        elif name == "reading":
            reading, _, option = str(value).partition(".")
            asked.readings[reading] = option
            asked.where[f"readings.{reading}"] = at
        elif info["sequence"] in cited and name in LINE_ALLOWED:
            own[info["sequence"]] = (name, value, at)
        elif name in STAY_KEYS and name not in ("entry", "exit"):
            asked.stay[name] = value
        elif name in BILL_ALLOWED and name not in ("lines", "stay"):
            asked.say(name, value, at)
        else:
            raise problems.unknown_info(field=f"{at}.category", code=code[:80])
    return own


def read_yes(value: Any, at: str) -> bool:
    """A yes or a no. Raises `Refused`."""
    if not isinstance(value, bool):
        raise problems.yes_or_no(field=f"{at}.valueBoolean")
    return value


def value_of(info: Mapping[str, Any], at: str) -> Any:
    """The value of a piece of information."""
    for name in ("valueBoolean", "valueString", "timingDate"):
        if name in info:
            return info[name]
    if "valueQuantity" in info and "value" in info["valueQuantity"]:
        return info["valueQuantity"]["value"]
    code = code_in(info.get("code"))
    if code is None:
        raise problems.no_value(field=at)
    return code


def read_ips(asked: Asked, letter: str, at: str) -> None:
    """The indicator of the pathway."""
    if letter not in OF_IPS:
        raise problems.unknown_ips(field=f"{at}.code", allowed=", ".join(OF_IPS))
    if asked.use == "claim":
        asked.ips = letter
        return
    for name, value in OF_IPS[letter].items():
        asked.say(name, value, at)


def read_items(asked: Asked, own: Mapping[int, tuple[str, Any, str]]) -> None:
    """The lines of the bill, and the total that must be their sum."""
    items = asked.claim.get("item", ())
    if not items:
        raise problems.no_items(field="Claim.item")
    fees = [read_item(asked, number, item, own) for number, item in enumerate(items)]
    total = asked.claim.get("total")
    if total is not None and None not in fees:
        given, summed = cents_of(total, "Claim.total"), sum(fee for fee in fees if fee is not None)
        if given != summed:
            raise problems.total_differs(field="Claim.total.value", total=total["value"], sum=plain_euros(summed))


def read_item(
    asked: Asked, number: int, item: Mapping[str, Any], own: Mapping[int, tuple[str, Any, str]]
) -> int | None:
    """One line; its fee in cents, where it says one."""
    at, name = f"Claim.item[{number}]", f"lines[{number + 1}]"
    if "detail" in item:
        raise problems.not_supported(field=f"{at}.detail", name="detail")
    code = code_of(item["productOrService"])
    if code is None:
        raise problems.no_code(field=f"{at}.productOrService")
    line: dict[str, Any] = {"code": code}
    places = {"": at, "code": f"{at}.productOrService"}
    fee = fee_of(item, at)
    if fee is not None:
        line["fee"], places["fee"] = plain_euros(fee), f"{at}.net"
    if "servicedDate" in item:
        line["care_date"], places["care_date"] = item["servicedDate"], f"{at}.servicedDate"
    modifiers = [str(code_in(one)) for one in item.get("modifier", ())]
    if modifiers:
        line["modifiers"], places["modifiers"] = modifiers, f"{at}.modifier"
    tooth = code_in(item.get("bodySite"))
    if tooth is not None:
        line["tooth"], places["tooth"] = tooth, f"{at}.bodySite"
    for sequence in item.get("informationSequence", ()):
        if sequence in own:
            key, value, where = own[sequence]
            line[key], places[key] = value, where
    asked.bill.setdefault("lines", []).append(line)
    asked.order.append(number)
    asked.where |= {f"{name}.{key}" if key else name: where for key, where in places.items()}
    if number == 0 and "care_date" not in asked.bill and "servicedDate" not in item:
        asked.say("care_date", str(asked.claim["created"])[:10], "Claim.created")
    return fee


def code_of(concept: Mapping[str, Any]) -> str | None:
    """The code of an act: of a system that names acts, else the first that stands for one."""
    preferred = code_in(concept, *(f"/{name}" for name in PREFERRED))
    if preferred is not None:
        return preferred
    for coding in concept.get("coding", ()):
        if coding.get("code") and str(coding.get("system", "")).rpartition("/")[2] not in SILENT:
            code: str = coding["code"]
            return code
    text: str | None = concept.get("text")
    return text


def fee_of(item: Mapping[str, Any], at: str) -> int | None:
    """What is charged for a line, in cents. Raises `Refused`: net is not what quantity and price make."""
    net = cents_of(item["net"], f"{at}.net") if "net" in item else None
    if "unitPrice" not in item:
        return net
    price = cents_of(item["unitPrice"], f"{at}.unitPrice")
    quantity = Decimal(item.get("quantity", {}).get("value", 1))
    product = price * quantity
    if product != product.to_integral_value() or (net is not None and product != net):
        shown = plain_euros(net if net is not None else price)
        raise problems.net_differs(field=f"{at}.net", net=shown, product=product.scaleb(-2))
    return int(product)


def cents_of(amount: Mapping[str, Any], at: str) -> int:
    """An amount in euros, as cents. Raises `Refused`."""
    cents = hundredths(amount.get("value"))
    if cents is None or amount.get("currency", "EUR") != "EUR":
        raise problems.euros_only(field=at)
    return cents


def references_of(value: Any) -> Iterator[str]:
    """Every local reference inside a value."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name == "reference" and isinstance(item, str) and item.startswith("#"):
                yield item
            else:
                yield from references_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from references_of(item)
