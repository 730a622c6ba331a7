"""Two files that are sums: the monthly aggregate of the open data (DAMIR), and care by person and item (base RAC)."""

from collections.abc import Iterator

import polars as pl

from parcours.lab.export.dcir import book

DAMIR_KEYS = (
    "FLX_ANN_MOI", "AGE_BEN_SNDS", "BEN_RES_REG", "BEN_CMU_TOP", "BEN_SEX_COD", "SOI_ANN", "SOI_MOI", "ASU_NAT",
    "EXO_MTF", "MTM_NAT", "PRS_NAT", "PRS_REM_TAU", "PRS_REM_TYP", "PRS_PDS_QCP", "PSE_SPE_SNDS", "DRG_AFF_NAT",
)  # fmt: skip
SUMS = ("PRS_ACT_COG", "PRS_ACT_NBR", "PRS_ACT_QTE", "PRS_DEP_MNT", "PRS_PAI_MNT", "PRS_REM_BSE", "PRS_REM_MNT")
AGE_FROM = (0, 20, 30, 40, 50, 60, 70, 80)
"""Ages are given by their first year, as the open file does; from 80 they are together."""
FILTERED = {"FLT_" + name[4:]: name for name in SUMS if name != "PRS_REM_BSE"}
ITEMS = {
    "visits_gp": ("generaliste",),
    "technical_acts": ("technical", "surgery", "anaesthesia"),
    "imaging": ("imaging", "imaging_after"),
    "drugs": ("pharmacy", "pharmacy_after", "expensive_drugs"),
    "nurses": ("nurse", "nursing_after"),
    "physiotherapy": ("physiotherapy",),
    "speech_therapy": ("speech",),
    "dental_care": ("dental",),
    "dental_prosthesis": ("prosthesis",),
    "orthodontics": ("orthodontics",),
    "optics": ("glasses",),
    "hearing_aids": ("hearing",),
    "other_devices": ("devices",),
    "transport": ("transport",),
    "hospital_stays": ("stay",),
    "hospital_outpatient": ("outpatient",),
    "biology": ("biology",),
}
OTHER = "visits_specialists"
LISTS = {("base_rac", "item"): [*ITEMS, OTHER]}
"""The words of our own columns."""


def damir(lines: pl.DataFrame, regions: dict[str, int]) -> pl.DataFrame:
    """Sums of the lines of ER_PRS_F by the columns of the open file."""
    age = pl.col("BEN_AMA_COD")
    age = pl.max_horizontal(pl.when(age >= first).then(first).otherwise(0) for first in AGE_FROM)
    complement = pl.col("CPL_PRS_NAT") != 0
    keyed = lines.with_columns(
        FLX_ANN_MOI=pl.col("FLX_DIS_DTD").dt.strftime("%Y%m"),
        AGE_BEN_SNDS=age,
        BEN_RES_REG=pl.col("BEN_RES_DPT").replace_strict(regions, default=99, return_dtype=pl.Int32),
        SOI_ANN=pl.col("EXE_SOI_DTD").dt.year(),
        SOI_MOI=pl.col("EXE_SOI_DTD").dt.month(),
        ASU_NAT=pl.col("RGO_ASU_NAT"),
        PRS_NAT=pl.when(complement).then(pl.col("CPL_PRS_NAT")).otherwise(pl.col("PRS_NAT_REF")),
        PRS_REM_TAU=pl.col("RGO_REM_TAU"),
        PRS_REM_TYP=complement.cast(pl.Int32),
        PSE_SPE_SNDS=pl.col("PSE_SPE_COD"),
        DRG_AFF_NAT=pl.col("DRG_NAT"),
        PRS_REM_BSE=pl.col("BSE_REM_BSE"),
        PRS_REM_MNT=pl.col("BSE_REM_MNT") + pl.col("CPL_REM_MNT"),
    )
    return keyed.group_by(DAMIR_KEYS).agg(pl.col(name).sum() for name in SUMS)


def damir_months(parts: list[pl.DataFrame]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each month whole, in the columns of the open file; what is not known is empty."""
    names = book()["tables"]["DAMIR"].split()
    if not parts:
        return
    rows = pl.concat(parts).group_by(DAMIR_KEYS).agg(pl.col(name).sum() for name in SUMS).sort(DAMIR_KEYS)
    rows = rows.with_columns(pl.col(source).alias(name) for name, source in FILTERED.items())
    rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in names if name not in rows.columns)
    for (month,), part in rows.group_by(["FLX_ANN_MOI"], maintain_order=True):
        yield str(month), part.select(names)


def by_item(acts: pl.DataFrame) -> pl.DataFrame:
    """One row a person and item of care; money in cents."""
    kinds = {kind: item for item, names in ITEMS.items() for kind in names}
    item = pl.col("kind").replace_strict(kinds, default=OTHER, return_dtype=pl.String)
    return (
        acts.group_by("patient", item=item)
        .agg(
            acts=pl.len(),
            spending=pl.col("fee").sum(),
            base=pl.col("base").sum(),
            amo=pl.col("amo").sum(),
            ticket_moderateur=(
                pl.col("fee") - pl.col("amo") - pl.col("depassement") - pl.col("participation_forfaitaire")
                - pl.col("franchise") - pl.col("majoration")
            ).sum(),
            participations=(pl.col("participation_forfaitaire") + pl.col("franchise")).sum(),
            majoration=pl.col("majoration").sum(),
            overruns=pl.col("depassement").sum(),
            out_of_pocket=(pl.col("fee") - pl.col("amo")).sum(),
            amc=pl.col("amc").sum(),
            after_amc=pl.col("patient_paid").sum(),
        )
        .sort("patient", "item")
    )  # fmt: skip
