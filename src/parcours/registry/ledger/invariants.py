"""What always holds in the ledger, whoever wrote it."""

from parcours.registry.ledger.models import BY_CLAIM, LEFT, NEVER_CREDIT, NEVER_DEBIT, Account
from parcours.registry.ledger.seals import broken
from parcours.registry.store.invariants import Invariant, Proof
from parcours.text import Text


def _listed(accounts: tuple[Account, ...]) -> str:
    return ", ".join(f"'{one.value}'" for one in accounts)


_RUNNING = """
SELECT DISTINCT account || ' ' || party FROM (
  SELECT p.account, p.party, sum(p.cents) OVER (PARTITION BY t.book, p.account, p.party ORDER BY t.known_at) AS cents
  FROM ledger_postings p JOIN ledger_transactions t ON t.id = p.transaction_id WHERE p.account IN ({accounts})
) AS running WHERE cents {side} 0"""

_LEFT = LEFT.format(id="1", added="ledger_transactions") + BY_CLAIM + " HAVING sum(p.cents) <> 0"
_KEPT = "SELECT 1, book, account, party, claim_id, cents FROM ledger_left"

INVARIANTS = (
    Invariant(
        "I1",
        Text("chaque écriture s'équilibre, et a ses lignes", "every entry balances, and has its lines"),
        "SELECT t.id FROM ledger_transactions t LEFT JOIN ledger_postings p ON p.transaction_id = t.id"
        " GROUP BY t.id HAVING sum(p.cents) IS NULL OR sum(p.cents) <> 0 UNION ALL"
        " SELECT p.id FROM ledger_postings p LEFT JOIN ledger_transactions t ON t.id = p.transaction_id"
        " WHERE t.id IS NULL",
    ),
    Invariant(
        "I2-a_payer",
        Text("`a_payer` n'est jamais débiteur", "`a_payer` is never a debit"),
        _RUNNING.format(accounts=_listed(NEVER_DEBIT), side=">"),
    ),
    Invariant(
        "I2-differe",
        Text("`differe` et `indu` ne sont jamais créditeurs", "`differe` and `indu` are never a credit"),
        _RUNNING.format(accounts=_listed(NEVER_CREDIT), side="<"),
    ),
    Invariant(
        "left",
        Text(
            "ce qui reste d'une demande est la somme de ses lignes",
            "what is left of a claim is the sum of its postings",
        ),
        f"SELECT claim_id FROM ({_LEFT} EXCEPT {_KEPT}) AS unsaid"  # noqa: S608 - texts of ours
        f" UNION ALL SELECT claim_id FROM ({_KEPT} EXCEPT {_LEFT}) AS unposted",
    ),
    Invariant(
        "I9",
        Text("une clé, une écriture", "one key, one entry"),
        "SELECT key FROM ledger_transactions GROUP BY key HAVING count(*) > 1",
    ),
    Invariant(
        "I10",
        Text("une annulation ne s'annule pas", "a reversal is not reversed"),
        "SELECT t.id FROM ledger_transactions t JOIN ledger_transactions r ON r.id = t.reverses_id"
        " WHERE r.reverses_id IS NOT NULL",
    ),
    Invariant(
        "I11",
        Text(
            "rien sans une décision, un ordre ou l'acte d'un agent",
            "nothing without a decision, an order or an officer's act",
        ),
        "SELECT id FROM ledger_transactions WHERE cause_id IS NULL OR cause NOT IN ('decision', 'order', 'officer')",
    ),
)

SEALED = Proof(
    Invariant(
        "sealed",
        Text(
            "chaque livre est ce qui a été scellé avec les clés et dit à la piste d'audit",
            "each book is what was sealed with the keys and told to the audit trail",
        ),
        "",
    ),
    broken,
)
