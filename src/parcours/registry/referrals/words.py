"""How people say how somebody is sent, and the plan that it rests on."""

from parcours.registry.referrals.models import Flow
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
