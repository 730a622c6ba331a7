"""What the desks call things: what was done, states, rights, the places of each desk."""

from parcours.registry.access.model import Role
from parcours.text import Text

HOMES = {
    Role.INSURED: "/me",
    Role.DOCTOR: "/practice",
    Role.DELEGATE: "/practice",
    Role.OFFICER: "/fund",
    Role.INSURER_OFFICER: "/insurer",
    Role.ADMINISTRATOR: "/admin",
}
"""Where somebody lands after a login, by the role they act in; else in the account."""

DONE = {
    "proposed": Text(
        "C'est proposé : la réponse du médecin est attendue.", "Proposed: the doctor's answer is awaited."
    ),
    "offered": Text(
        "C'est proposé : le patient signe dans son compte.", "Proposed: the patient signs in their account."
    ),
    "in_force": Text("Signé par tous : c'est en vigueur.", "Signed by everybody: it is in force."),
    "signed": Text("Votre signature est enregistrée.", "Your signature is recorded."),
    "refused": Text("Le refus est enregistré.", "The refusal is recorded."),
    "withdrawn": Text("La proposition est retirée.", "The proposal is withdrawn."),
    "ended": Text("La déclaration a pris fin.", "The declaration has ended."),
    "opened": Text("Le dossier est ouvert : votre caisse vous aide.", "The case is open: your fund will help."),
    "to_sign": Text("C'est prêt : un médecin doit relire et signer.", "It is ready: a doctor must read it and sign."),
    "kept": Text("C'est gardé : à vous de relire et de signer.", "Kept: yours to read again and sign."),
    "prepared": Text("La feuille est prête : un médecin doit la signer.", "The sheet is ready: a doctor must sign it."),
    "billed": Text("Signée et envoyée : la caisse l'a reçue.", "Signed and sent: the fund has received it."),
    "sent": Text("Les feuilles sont envoyées.", "The sheets are sent."),
    "contested": Text("C'est contesté : la caisse doit répondre.", "It is contested: the fund has to answer."),
    "answered": Text("La réponse est enregistrée.", "The answer is recorded."),
    "posted": Text("C'est envoyé : votre caisse a reçu la feuille.", "Sent: your fund has received the sheet."),
    "asked": Text("C'est demandé : la caisse doit répondre.", "It is asked for: the fund has to answer."),
    "saved": Text("C'est enregistré.", "Saved."),
}
"""What a page says once something is done, by the word in its address."""
