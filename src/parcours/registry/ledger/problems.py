"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Conflict, Invalid
from parcours.text import Text

unbalanced = Problem(
    Invalid,
    "unbalanced",
    Text("une écriture s'équilibre", "an entry balances"),
    field="postings",
    given=Text("une somme de {cents} centimes", "a sum of {cents} cents"),
    allowed=Text(
        "au moins deux lignes non nulles dont la somme est nulle", "two lines or more, none zero, of sum zero"
    ),
)

key_with_other_content = Problem(
    Conflict,
    "key_with_other_content",
    Text("cette clé a déjà servi pour une autre écriture", "this key was used for another entry"),
    field="key",
    allowed=Text("la même écriture, ou une clé nouvelle", "the same entry, or a new key"),
)

wrong_side = Problem(
    Conflict,
    "wrong_side",
    Text("ce compte passerait du mauvais côté", "this account would be on its wrong side"),
    given=Text("un solde de {cents} centimes", "a balance of {cents} cents"),
    allowed=Text("{sign} ou nul", "{sign} or zero"),
)

reversal_of_reversal = Problem(
    Conflict,
    "reversal_of_reversal",
    Text("une annulation ne s'annule pas", "a reversal is not reversed"),
    field="reverses",
    allowed=Text("une écriture qui n'en annule aucune", "an entry that reverses none"),
)

already_reversed = Problem(
    Conflict,
    "already_reversed",
    Text("cette écriture est déjà annulée", "this entry is already reversed"),
    field="reverses",
    allowed=Text("une écriture non annulée", "an entry not reversed"),
)

CREDIT = Text("créditeur", "credit")
DEBIT = Text("débiteur", "debit")
