"""The words of `/lab`, in both languages."""

from parcours.text import Text

WORDS = {
    "title": Text("Le laboratoire : bouger le droit, voir qui paie", "The lab: move the law, see who pays"),
    "lead": Text(
        "Une France inventée, une année de soins. Déplacez un curseur : chaque acte est réglé de nouveau, et vous "
        "voyez qui gagne et qui perd.",
        "An invented France, a year of care. Move a slider: every act is settled again, and you see who gains and "
        "who loses.",
    ),
    "synthetic": Text(
        "Données synthétiques : ces personnes sont inventées.", "Synthetic data: these people are invented."
    ),
    "behaviour": Text(
        "Comportements inchangés : mêmes soins, seul le droit change.",
        "Behaviour off: the same care, only the law changes.",
    ),
    "not_law": Text("Une réforme essayée ici n'est pas le droit.", "A reform tried here is not law."),
    "making": Text(
        "L'échantillon se prépare : une minute la première fois.", "The sample is being made: a minute the first time."
    ),
    "reload": Text("Recharger la page", "Load the page again"),
    "missing": Text(
        "Ce service n'a pas de quoi calculer le laboratoire : il faut installer parcours[batch].",
        "This service cannot compute the lab: it needs parcours[batch] to be installed.",
    ),
    "off": Text("Le laboratoire n'est pas ouvert sur ce service.", "The lab is not open on this service."),
    "others": Text("Les autres valeurs", "The other values"),
    "rules": Text("Changer une règle", "Change a rule"),
    "start": Text("Partir d'une réforme connue", "Start from a known reform"),
    "reset": Text("Revenir au droit en vigueur", "Back to the law in force"),
    "sliders": Text("Les valeurs", "The values"),
    "switches": Text("Les règles", "The rules"),
    "law": Text("en vigueur :", "in force:"),
    "go": Text("Régler de nouveau", "Settle again"),
    "result": Text("Ce que cela change", "What it changes"),
    "who": Text(
        "Qui paie plus, qui paie moins, par personne et par an", "Who pays more, who pays less, per person and per year"
    ),
    "each": Text("Par personne et par an", "Per person and per year"),
    "steps": Text(
        "Chaque barre part d'où finit la précédente ; la dernière finit à ce qui est facturé en plus.",
        "Each bar starts where the last one ends; the last ends at what is charged more.",
    ),
    "tenths": Text(
        "Perdants et gagnants par dixième de niveau de vie", "Losers and winners by tenth of standard of living"
    ),
    "tenth": Text("Dixième", "Tenth"),
    "losers": Text("Perdants (1 € ou plus)", "Losers (€1 or more)"),
    "winners": Text("Gagnants", "Winners"),
    "mean": Text("Écart moyen", "Mean change"),
    "group": Text("Groupe", "Group"),
    "spread": Text(
        "Ce qui reste à payer dans l'année : part des personnes", "What is left to pay in the year: share of people"
    ),
    "from": Text("à partir de", "from"),
    "before": Text("En vigueur", "In force"),
    "after": Text("Réforme", "Reform"),
    "curves": Text("Concentration, du plus modeste au plus aisé", "Concentration, from poorest to richest"),
    "calendar": Text("Plafonds annuels atteints, de janvier à décembre", "Yearly caps reached, January to December"),
    "cases": Text("Douze cas types", "Twelve typical people"),
    "cascade": Text("La cascade", "The cascade"),
    "item": Text("Poste", "Item"),
    "share": Text("Partager, refaire", "Share, do it again"),
    "link": Text(
        "L'adresse de cette page dit toute la réforme : elle se partage.",
        "The address of this page says the whole reform: share it.",
    ),
    "file": Text("Le fichier de la réforme", "The file of the reform"),
    "command": Text(
        "La même chose en ligne de commande, au même résultat (--people 1e6 : un million de personnes) :",
        "The same on the command line, with the same result (--people 1e6: a million people):",
    ),
    "took": Text("réglé et dessiné en {took} ms", "settled and drawn in {took} ms"),
    "by_age": Text("Par âge", "By age"),
    "by_zone": Text("Par zone", "By zone"),
    "by_ald": Text("Affection de longue durée", "Long-term illness"),
    "by_cover": Text("Par complémentaire", "By complementary cover"),
}
GROUPS = {
    "age": {},
    "zone": {
        "rural": Text("moins de 2 000 habitants", "under 2,000 people"),
        "town": Text("de 2 000 à 20 000", "2,000 to 20,000"),
        "city": Text("de 20 000 à 100 000", "20,000 to 100,000"),
        "metropolis": Text("100 000 et plus", "100,000 and more"),
        "paris": Text("Paris", "Paris"),
    },
    "ald": {"yes": Text("oui", "yes"), "no": Text("non", "no")},
    "cover": {
        "collective": Text("contrat collectif", "collective contract"),
        "individual": Text("contrat individuel", "individual contract"),
        "none": Text("aucune", "none"),
        "c2s": Text("complémentaire santé solidaire", "C2S"),
        "ame": Text("aide médicale de l'État", "AME"),
    },
}
CAPS = {
    "baseline.participation": Text("participations, en vigueur", "contributions, in force"),
    "reform.participation": Text("participations, réforme", "contributions, reform"),
    "baseline.franchise": Text("franchises, en vigueur", "deductibles, in force"),
    "reform.franchise": Text("franchises, réforme", "deductibles, reform"),
}
ITEMS = {
    "fee": Text("Ce qui est facturé", "What is charged"),
    "amo": Text("Assurance maladie", "Health insurance"),
    "amc": Text("Complémentaire", "Complementary insurance"),
    "ticket_moderateur": Text("Ticket modérateur", "Share left"),
    "majoration": Text("Majoration", "Surcharge"),
    "participation_forfaitaire": Text("Participations", "Contributions"),
    "franchise": Text("Franchises", "Deductibles"),
    "forfait_acte_lourd": Text("Forfait sur les actes lourds", "Charge on costly acts"),
    "depassement": Text("Dépassements", "Extra fees"),
    "patient": Text("Reste à payer", "Left to pay"),
}
