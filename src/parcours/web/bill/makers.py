"""Who may have made the paper out, and a few papers to start from."""

from collections.abc import Mapping, Sequence

from parcours.web.i18n import N_

Facts = Mapping[str, str]
Lines = Sequence[Mapping[str, str]]

MAKERS: tuple[tuple[str, str, Facts, Lines], ...] = (
    (N_("A general practitioner"), "", {"specialty": "generaliste"}, ()),
    (N_("A pharmacy"), N_("A ticket, a prescription"), {"profession": "pharmacie", "kind": "ticket_pharmacie"}, ()),
    (N_("A dentist"), N_("Care, a quote for a crown"), {"profession": "chirurgien_dentiste"}, ()),
    (N_("An optician or a hearing aid shop"), "", {"profession": "pharmacie", "kind": "optique"}, ()),
    (N_("A laboratory"), "", {"profession": "laboratoire", "kind": "laboratoire"}, ()),
    (N_("A nurse"), "", {"profession": "infirmier"}, ()),
    (N_("A physiotherapist"), "", {"profession": "masseur_kinesitherapeute"}, ()),
    (N_("A midwife"), "", {"profession": "sage_femme"}, ()),
    (N_("An emergency room"), N_("Without a night there"), {"kind": "urgences"}, ({"code": "FPU"},)),
    (N_("A hospital or a clinic"), N_("A stay, with its nights"), {"kind": "sejour"}, ()),
    (N_("A taxi, an ambulance"), "", {"profession": "transporteur", "kind": "transport"}, ()),
)
"""Its words, what it holds, the facts that it sets, the lines it starts with."""

Pairs = tuple[tuple[str, str], ...]
OWN: Pairs = (("medecin_traitant", "true"), ("role", "medecin_traitant"), ("referral", "none"))
STARTS: tuple[tuple[str, Pairs], ...] = (
    (
        N_("A home visit on a Sunday"),
        (
            *(("care_date", "2026-11-22"), ("specialty", "generaliste"), ("age", "4"), ("convention", "secteur_1")),
            *(("special_setting", "permanence_des_soins"), ("role", "autre"), ("referral", "none")),
            *(("code", "VG"), ("code", "MD"), ("code", "VRD"), ("code", "MEG")),
        ),
    ),
    (
        N_("A pharmacy ticket"),
        (
            *(("kind", "ticket_pharmacie"), ("profession", "pharmacie"), ("age", "45")),
            *(("code", "BOITE"), ("price", "8.90"), ("rate_class", "65")),
            *(("code", "BOITE"), ("price", "3.20"), ("rate_class", "15"), ("code", "HDR")),
        ),
    ),
    (
        N_("A quote for a crown"),
        (
            *(("profession", "chirurgien_dentiste"), ("age", "45"), ("contract", "responsable_100")),
            *(("code", "HBLD634"), ("tooth", "14"), ("fee", "500")),
        ),
    ),
    (
        N_("New glasses"),
        (
            *(("kind", "optique"), ("profession", "pharmacie"), ("age", "45"), ("contract", "optique_100_150")),
            *(
                ("code", "MONTURE_B"),
                ("fee", "120"),
                ("code", "VERRE_B"),
                ("fee", "180"),
                ("code", "VERRE_B"),
                ("fee", "180"),
            ),
        ),
    ),
    (
        N_("Two nights in hospital"),
        (
            *(("kind", "sejour"), ("age", "50"), ("entry", "2026-11-16"), ("exit", "2026-11-18")),
            ("daily_tariff", "900"),
        ),
    ),
)
