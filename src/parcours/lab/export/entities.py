"""Tables of individuals and households, as microsimulation models of the field read them: one weight, whole people."""

import polars as pl

from parcours.lab.world import DECILES

CHILD = 14
"""Below it a member of the household is 0.3 of a consumption unit."""
COVERS = {
    "collective": "contrat_collectif",
    "individual": "contrat_individuel",
    "none": "aucun",
    "c2s": "c2s",
    "ame": "ame",
}
LISTS = {
    ("individus", "complementaire"): list(COVERS.values()),
    ("individus", "sexe"): ["1 homme", "2 femme"],
    ("menages", "decile"): [str(tenth) for tenth in range(1, DECILES + 1)],
}
"""The words and codes of the columns."""


def individuals(people: pl.DataFrame, scale: float) -> pl.DataFrame:
    """One row a person; amounts a year, in euros."""
    return people.select(
        idi=pl.col("patient"),
        idmen=pl.col("household"),
        wprm=pl.lit(scale),
        age="age",
        sexe=pl.when(pl.col("sex") == "man").then(1).otherwise(2),
        departement="department",
        ald="ald",
        complementaire=pl.col("cover").replace_strict(COVERS),
        medecin_traitant=pl.col("mt") == "declared",
        cotisation_complementaire=pl.col("premium") / 100,
        depense=pl.col("fee") / 100,
        rembourse_amo=pl.col("amo") / 100,
        rembourse_amc=pl.col("amc") / 100,
        reste_a_charge=pl.col("patient_paid") / 100,
    )


def households(people: pl.DataFrame, scale: float) -> pl.DataFrame:
    """One row a household: its members, its units, its disposable income, what care cost it."""
    units = 0.5 + pl.when(pl.col("age") < CHILD).then(0.3).otherwise(0.5).sum()
    return (
        people.group_by("household", maintain_order=True)
        .agg(
            personnes=pl.len(),
            unites_consommation=units,
            niveau_vie=pl.col("standard_of_living").first() / 100,
            decile=pl.col("decile").first(),
            cotisation_complementaire=pl.col("premium").sum() / 100,
            rembourse_amo=pl.col("amo").sum() / 100,
            reste_a_charge=pl.col("patient_paid").sum() / 100,
        )
        .with_columns(revenu_disponible=pl.col("niveau_vie") * pl.col("unites_consommation"), wprm=pl.lit(scale))
        .rename({"household": "idmen"})
    )
