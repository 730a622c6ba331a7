"""What always holds between orders and the books."""

from parcours.registry.payments.models import STATED
from parcours.registry.store.invariants import Invariant
from parcours.text import Text

_POSTED = """
SELECT o.id FROM payments_orders o WHERE o.cents <> COALESCE((
  SELECT -sum(p.cents) FROM ledger_postings p JOIN ledger_transactions t ON t.id = p.transaction_id
  WHERE t.cause_id = o.id AND t.kind = '{kind}' AND p.account = '{account}'), 0){where}"""

_STATED = STATED.format(added="ledger_transactions")
_KEPT = "SELECT id, insured_id, payee_id, at, account, cents, claim_id, care_date, profession FROM payments_lines"

INVARIANTS = (
    Invariant(
        "I6",
        Text("un virement est d'un centime au moins", "a transfer is of one cent at least"),
        "SELECT id FROM payments_orders WHERE cents < 1",
    ),
    Invariant(
        "I7",
        Text("les lignes d'un virement en font la somme", "the lines of a transfer add up to it"),
        _POSTED.format(kind="order", account="virements", where=""),
    ),
    Invariant(
        "I12",
        Text("la banque a ce qui est réglé", "the bank has what is settled"),
        _POSTED.format(kind="settled", account="banque", where=" AND o.state = 'settled'"),
    ),
    Invariant(
        "statements",
        Text("un relevé dit ce que disent les écritures", "a statement says what the postings say"),
        f"SELECT id FROM (SELECT * FROM ({_STATED} EXCEPT {_KEPT}) AS unsaid"  # noqa: S608 - texts of ours
        f" UNION ALL SELECT * FROM ({_KEPT} EXCEPT {_STATED}) AS unposted) AS wrong",
    ),
)
