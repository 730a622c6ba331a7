"""How people say how somebody is sent, the plan that it rests on, and where a referral is."""

from parcours.registry.referrals.models import Flow, ReferralState
from parcours.text import Text

FLOWS = {
    Flow.AVIS_PONCTUEL: Text("avis ponctuel", "one-off opinion"),
    Flow.SOINS_ITERATIFS: Text("soins réguliers", "regular care"),
    Flow.SEQUENCE: Text("séquence de soins", "sequence of care"),
    Flow.CORRESPONDANT_GENERALISTE: Text("confrère généraliste", "fellow GP"),
    Flow.PROTOCOLE_ALD: Text("protocole de soins (ALD)", "care protocol (ALD)"),
    Flow.IPA: Text("par un infirmier en pratique avancée", "by a nurse in advanced practice"),
    Flow.AUTRE_MEDECIN: Text("par un autre médecin", "by another doctor"),
}

PLANS = {
    "soins_iteratifs": Text("soins réguliers", "regular care"),
    "sequence": Text("séquence de soins", "sequence of care"),
    "protocole_ald": Text("protocole de soins (ALD)", "care protocol (ALD)"),
}
STATES = {
    ReferralState.SENT: Text("envoyé", "sent"),
    ReferralState.RECEIVED: Text("reçu", "received"),
    ReferralState.BOOKED: Text("rendez-vous pris", "booked"),
    ReferralState.SEEN: Text("patient vu", "patient seen"),
    ReferralState.REPORTED: Text("compte rendu envoyé", "report sent"),
    ReferralState.ACKNOWLEDGED: Text("compte rendu lu", "report read"),
    ReferralState.DECLINED: Text("décliné", "declined"),
    ReferralState.CANCELLED: Text("annulé", "cancelled"),
    ReferralState.DID_NOT_COME: Text("patient pas venu", "the patient did not come"),
    ReferralState.EXPIRED: Text("périmé", "expired"),
}
