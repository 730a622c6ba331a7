"""What always holds between claims, their decisions and the books."""

from parcours.law import thresholds
from parcours.registry.store.invariants import Invariant
from parcours.text import Text

_KEPT = """
SELECT claim_id FROM (
  SELECT claim_id, sum(cents) AS cents FROM (
    SELECT c.claim_id, {amount} AS cents FROM claims_decisions c WHERE c.current
    UNION ALL
    SELECT p.claim_id, -p.cents FROM ledger_postings p JOIN ledger_transactions t ON t.id = p.transaction_id
    WHERE {book} AND p.account IN ({accounts})
  ) AS both_sides GROUP BY claim_id
) AS compared WHERE cents <> 0"""

CAPS = (("pf", "participation_forfaitaire.plafond_annee"), ("fr", "franchise.plafond_annee"))


def over_a_cap() -> str:
    """Who bore more in a year than the cap of that year, by the law."""
    return " UNION ALL ".join(
        f"SELECT insured_id FROM claims_decisions WHERE current GROUP BY insured_id, year"  # noqa: S608 - our own words
        f" HAVING sum({column}) > {cap_by_year(parameter)}"
        for column, parameter in CAPS
    )


def cap_by_year(parameter: str) -> str:
    """A yearly cap in cents, as an expression over `year`."""
    cases = "".join(f" WHEN year >= {first.year} THEN {cents}" for first, cents in thresholds.series(parameter))
    return f"CASE{cases} ELSE 0 END"


INVARIANTS = (
    Invariant(
        "I3",
        Text(
            "par feuille : versé, moins repris et à reprendre, égale la part décidée",
            "by claim: paid, less taken back and pending, equals the part decided",
        ),
        _KEPT.format(
            amount="c.amo",
            book="t.book LIKE 'amo:%'",
            accounts="'prestations', 'majoration', 'pf', 'fr'",
        ),
    ),
    Invariant(
        "I3-amc",
        Text("la part complémentaire est celle décidée", "the complementary part is the one decided"),
        _KEPT.format(
            amount="CASE WHEN c.insurer IS NULL THEN 0 ELSE c.amc END",
            book="t.book NOT LIKE 'amo:%'",
            accounts="'prestations'",
        ),
    ),
    Invariant(
        "I4",
        Text("les trois parts font l'honoraire", "the three parts make the fee"),
        "SELECT id FROM claims_decisions WHERE amo + amc + patient <> fee",
    ),
    Invariant(
        "I4-lines",
        Text("les actes d'une feuille font sa décision", "the acts of a sheet add up to its decision"),
        "SELECT d.id FROM claims_decisions d JOIN claims_decision_lines l ON l.decision_id = d.id"
        " GROUP BY d.id, d.fee, d.amo, d.amc, d.patient, d.majoration, d.pf, d.fr"
        " HAVING sum(l.fee) <> d.fee OR sum(l.amo) <> d.amo OR sum(l.amc) <> d.amc OR sum(l.patient) <> d.patient"
        " OR sum(l.majoration) <> d.majoration OR sum(l.pf) <> d.pf OR sum(l.fr) <> d.fr",
    ),
    Invariant(
        "I5",
        Text(
            "les compteurs de l'année sont la somme des lignes",
            "the counters of the year are the sum of the postings",
        ),
        "SELECT who FROM (SELECT insured_id AS who, year, pf + fr AS cents FROM claims_decisions WHERE current"
        " UNION ALL SELECT party, year, cents FROM ledger_postings WHERE account IN ('pf', 'fr')) AS sums"
        " GROUP BY who, year HAVING sum(cents) <> 0",
    ),
    Invariant(
        "I5-cap",
        Text("personne ne dépasse un plafond de l'année", "nobody bears more than a cap of the year"),
        over_a_cap,
    ),
    Invariant(
        "state",
        Text("l'état est le dernier événement", "the state is the last event"),
        "SELECT c.id FROM claims_claims c JOIN claims_events e ON e.claim_id = c.id"
        " WHERE e.number = (SELECT max(number) FROM claims_events l WHERE l.claim_id = c.id) AND e.state <> c.state",
    ),
)
