"""How people say the states of a declaration, who signs it, why it ends."""

from parcours.registry.declarations.models import DepartureState, EndCode, EndReason, Party, State
from parcours.text import Text

STATES = {
    State.PREPARED: Text("préparée, à signer par le médecin", "prepared, for the doctor to sign"),
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
    EndReason.PATIENT: Text("à la demande du patient", "at the patient's request"),
    EndReason.DOCTOR: Text("à la demande du médecin", "at the doctor's request"),
    EndReason.REPLACED: Text("remplacée par la suivante", "replaced by the next one"),
    EndReason.RETIRED: Text("départ à la retraite", "the doctor retired"),
    EndReason.MOVED_DEPARTEMENT: Text("le médecin a changé de département", "the doctor moved to another département"),
    EndReason.MOVED: Text("le médecin a déménagé", "the doctor moved"),
    EndReason.DECEASED: Text("décès du médecin", "the doctor died"),
    EndReason.PATIENT_DECEASED: Text("décès du patient", "the patient died"),
}

END_CODES = {
    EndCode.FIB: Text("fin du côté du patient", "ended on the patient's side"),
    EndCode.FIP: Text("fin du côté du médecin", "ended on the doctor's side"),
    EndCode.FIS: Text("remplacée par une autre déclaration", "replaced by another declaration"),
}
"""What a practice is told of an end: never to whom."""

DEPARTURES = {
    DepartureState.PROPOSED: Text("proposé", "proposed"),
    DepartureState.CONFIRMED: Text("confirmé", "confirmed"),
    DepartureState.REFUSED: Text("refusé", "refused"),
    DepartureState.UNDONE: Text("annulé", "undone"),
}
