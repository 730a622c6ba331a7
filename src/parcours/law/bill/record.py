"""The general values of a bill on one day, as the rules read them: a flat record of integers."""

from typing import NamedTuple


class BillRecord(NamedTuple):
    """Values in force: cents, basis points, counts. The name of a field is that of `values.yaml`; -1 = unknown."""

    association_1: int
    association_2: int
    association_3: int
    association_4: int
    association_5: int
    ccam_actes: int
    ngap_second: int
    acte_avec_consultation: int
    sejour_jour_100: int
    contrat_monture: int
    contrat_aide_auditive: int
    contrat_optique_plafond_a: int
    contrat_optique_plafond_b: int
    contrat_optique_plafond_c: int
    contrat_optique_plafond_d: int
    contrat_optique_plafond_e: int
    contrat_optique_plafond_f: int
