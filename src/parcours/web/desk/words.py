"""What the desks call things: what was done, states, rights, the places of each desk."""

from parcours.registry.access.model import Role
from parcours.registry.declarations.models import EndReason, Party, State
from parcours.registry.people.models import RightKind
from parcours.text import Text

HOMES = {
    Role.INSURED: "/me",
    Role.DOCTOR: "/practice",
    Role.DELEGATE: "/practice",
    Role.OFFICER: "/fund",
    Role.INSURER_OFFICER: "/insurer",
}
"""Where somebody lands after a login, by the role they act in; else in the account."""

DONE = {
    "proposed": Text(
        "C'est proposé : la réponse du médecin est attendue.", "Proposed: the doctor's answer is awaited."
    ),
    "in_force": Text("Signé par tous : c'est en vigueur.", "Signed by everybody: it is in force."),
    "signed": Text("Votre signature est enregistrée.", "Your signature is recorded."),
    "refused": Text("Le refus est enregistré.", "The refusal is recorded."),
    "withdrawn": Text("La proposition est retirée.", "The proposal is withdrawn."),
    "ended": Text("La déclaration a pris fin.", "The declaration has ended."),
    "opened": Text("Le dossier est ouvert : votre caisse vous aide.", "The case is open: your fund will help."),
    "prepared": Text("La feuille est prête : un médecin doit la signer.", "The sheet is ready: a doctor must sign it."),
    "billed": Text("Signée et envoyée : la caisse l'a reçue.", "Signed and sent: the fund has received it."),
    "sent": Text("Les feuilles sont envoyées.", "The sheets are sent."),
    "saved": Text("C'est enregistré.", "Saved."),
}
"""What a page says once something is done, by the word in its address."""

STATES = {
    State.PROPOSED: Text("proposée", "proposed"),
    State.SIGNED: Text("signée, en route vers la caisse", "signed, on its way to the fund"),
    State.IN_FORCE: Text("en vigueur", "in force"),
    State.ENDED: Text("terminée", "ended"),
    State.REFUSED: Text("refusée", "refused"),
    State.WITHDRAWN: Text("retirée", "withdrawn"),
    State.ANNULLED: Text("annulée", "annulled"),
}
PARTIES = {
    Party.INSURED: Text("le patient", "the patient"),
    Party.PARENT: Text("un titulaire de l'autorité parentale", "a holder of parental authority"),
    Party.DOCTOR: Text("le médecin", "the doctor"),
}
ENDS = {
    EndReason.PATIENT: Text("à votre demande", "at the patient's request"),
    EndReason.DOCTOR: Text("à la demande du médecin", "at the doctor's request"),
    EndReason.REPLACED: Text("remplacée par la suivante", "replaced by the next one"),
    EndReason.RETIRED: Text("départ à la retraite", "the doctor retired"),
    EndReason.MOVED_DEPARTEMENT: Text("le médecin a changé de département", "the doctor moved to another département"),
    EndReason.MOVED: Text("le médecin a déménagé", "the doctor moved"),
    EndReason.DECEASED: Text("décès du médecin", "the doctor died"),
    EndReason.PATIENT_DECEASED: Text("décès du patient", "the patient died"),
}
RIGHTS = {
    RightKind.ALD: Text("affection de longue durée", "long-term condition (ALD)"),
    RightKind.SUIVI_POST_ALD: Text("suivi après une affection de longue durée", "follow-up after an ALD"),
    RightKind.MATERNITE: Text("maternité", "maternity"),
    RightKind.AT_MP: Text("accident du travail", "work accident"),
    RightKind.INVALIDITE: Text("invalidité", "disability pension"),
    RightKind.ASPA: Text("allocation de solidarité", "solidarity allowance"),
    RightKind.PENSION_MILITAIRE: Text("pension militaire", "military pension"),
    RightKind.VICTIME_TERRORISME: Text("victime du terrorisme", "victim of terrorism"),
    RightKind.C2S: Text("Complémentaire santé solidaire", "Complémentaire santé solidaire (C2S)"),
    RightKind.AME: Text("aide médicale d'État", "State medical aid (AME)"),
    RightKind.CONTRACT: Text("contrat complémentaire", "complementary contract"),
    RightKind.DETENTION: Text("détention", "detention"),
    RightKind.EHPAD: Text("résident d'EHPAD", "resident of a care home"),
}
