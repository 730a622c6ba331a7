"""What a message is about, in words."""

from parcours.text import Text

SUBJECTS = {
    "refund": Text("Un remboursement a été versé", "A refund was paid"),
    "amc_overlap": Text("Deux mutuelles se sont déclarées", "Two mutuelles have registered"),
    "amc_confirmed": Text("Votre mutuelle est reliée", "Your mutuelle is linked"),
    "amc_refused": Text("Une mutuelle ne trouve pas votre contrat", "A mutuelle finds no contract of yours"),
    "card_sent": Text("Votre carte est en route", "Your card is on its way"),
    "card_opposed": Text("Votre carte est bloquée", "Your card is blocked"),
    "card_photo_refused": Text("Votre photo ne convient pas", "Your photo will not do"),
    "card_document_refused": Text("Un document ne convient pas", "A document will not do"),
    "card_to_update": Text("Votre carte est à mettre à jour", "Your card is to be updated"),
    "card_deactivated": Text("Votre carte ne fonctionne plus", "Your card works no more"),
    "update_your_card": Text("Mettez votre carte à jour", "Update your card"),
    "indu": Text("Une somme est à rendre", "A sum is to be given back"),
    "summons": Text("Une mise en demeure de payer", "A summons to pay"),
    "surcharge": Text("Une somme est majorée pour retard", "A sum is increased for late payment"),
    "avis_a_payer": Text("Un avis de sommes à payer", "A notice of sums to pay"),
    "referral_cancelled": Text("Une lettre d'adressage est annulée", "A letter of referral is cancelled"),
    "referral_declined": Text("Un rendez-vous n'a pas été accepté", "An appointment was not accepted"),
    "referral_expires": Text("Une lettre d'adressage expire bientôt", "A letter of referral expires soon"),
    "emergency_access": Text("Un dossier a été ouvert en urgence", "A record was opened in an emergency"),
    "emergency_unjustified": Text("Un accès d'urgence n'était pas justifié", "An emergency access was not justified"),
    "consent_noted": Text(
        "Un professionnel a noté que vous lui ouvrez votre dossier", "A professional noted that you open your record"
    ),
    "emergency_review": Text("Un accès d'urgence attend d'être revu", "An emergency access waits for its review"),
    "follow_up": Text("Votre suivi a du nouveau", "Your follow-up has news"),
    "prevention": Text("Un rappel de prévention", "A reminder about prevention"),
    "ald_decision": Text("Votre protocole de soins a une décision", "Your care protocol has a decision"),
    "ald_more_asked": Text("Votre protocole de soins doit être complété", "Your care protocol is to be completed"),
    "ald_renewal": Text("Votre protocole de soins prend fin bientôt", "Your care protocol ends soon"),
    "doctor_accepted": Text("Un médecin accepte votre déclaration", "A doctor accepts your declaration"),
    "doctor_declined": Text(
        "Un médecin ne peut pas être votre médecin traitant", "A doctor cannot be your médecin traitant"
    ),
    "objection_answered": Text("La commission a répondu à votre recours", "The commission has answered your objection"),
    "agreement": Text("Une demande d'accord préalable a sa réponse", "A request for prior agreement is answered"),
    "rejected": Text("Un refus de remboursement", "A refund was refused"),
}


def subject(slug: str) -> Text:
    """What a message is about."""
    return SUBJECTS.get(slug, Text("Message de votre caisse", "Message from your fund"))
