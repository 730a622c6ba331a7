"""A settlement whose codes are plain integers, so that an act and a charge are of one type when compiled."""

from parcours.rules.types import Settlement


def plain(settlement: Settlement) -> Settlement:
    """The same settlement, its codes as plain integers: an act and a charge are then of one type when compiled."""
    s = settlement
    return Settlement(
        s.status + 0,
        s.ips + 0,
        s.pathway + 0,
        s.base + 0,
        s.rate + 0,
        s.ticket_moderateur + 0,
        s.majoration + 0,
        s.participation_forfaitaire + 0,
        s.franchise + 0,
        s.forfait_acte_lourd + 0,
        s.amo + 0,
        s.amc + 0,
        s.patient + 0,
        s.advance + 0,
        s.deferred + 0,
        s.max_fee + 0,
        s.depassement + 0,
        s.unlawful_excess + 0,
        s.case_status + 0,
        s.case_base + 0,
        s.case_rate + 0,
        s.case_acte_lourd + 0,
        s.case_majoration + 0,
        s.case_participation + 0,
        s.case_franchise + 0,
        s.case_excess + 0,
        s.case_complementary + 0,
        s.case_payment + 0,
        s.notes + 0,
    )
