"""Acts of the lab as the national claims files have them: real names of tables and columns, real keys, and quirks.

A majoration taken later has a line of its own (1957), some lines are written, reversed and written again, and some
children are known by the numbers of both parents. What no column of the lab can fill stays empty, and is listed.
"""

from functools import cache
from typing import Any

import numpy as np
import polars as pl

from parcours.lab.draw import Draws
from parcours.lab.people import GONE, TENURES
from parcours.lab.places import places
from parcours.lab.supply import OPTAM, OUTSIDE, SALARIED, SECTOR_1, specialties, supply
from parcours.lab.values import values_in
from parcours.law.cache import flat_law
from parcours.law.codes import Status

KEYS = (
    "DCT_ORD_NUM", "FLX_DIS_DTD", "FLX_EMT_NUM", "FLX_EMT_ORD", "FLX_EMT_TYP", "FLX_TRT_DTD", "ORG_CLE_NUM",
    "PRS_ORD_NUM", "REM_TYP_AFF",
)  # fmt: skip
"""The nine columns that name a line, in every table of the claims."""
DEFERRED = 1957
LATER = 30
"""Days after the refund when a majoration under third-party payment is taken."""
REVERSED = 0.004
TWINS = 0.2
"""Share of lines that are reversed and written again; of children with two numbers."""
TWIN_STREAM, REVERSAL_STREAM, SINCE_STREAM = 14, 15, 13
KINDS = {"i": pl.Int32, "s": pl.String, "d": pl.Date, "m": pl.String, "n": pl.Decimal(12, 2)}
ENTERED = {"T": 1, "N": 2, "O": 3, "M": 3, "D": 4, "U": 5, "H": 6, "R": 7, "A": 8, "B": 10, "J": 12, "S": 24}
"""Letters transmitted, as the entry qualifier has them; a blank is 0."""


@cache
def book() -> dict[str, Any]:
    """Columns, codes and natures."""
    content: dict[str, Any] = values_in("dcir")
    return content


@cache
def columns(table: str) -> dict[str, Any]:
    """Names and types of the columns of a table."""
    pairs = (item.split(":") for item in book()["tables"][table].split())
    return {name: KINDS[kind] for name, kind in pairs}


def whole(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Every column of the table in its order; those that are not filled are empty."""
    kinds = columns(table)
    missing = [pl.lit(None, kind).alias(name) for name, kind in kinds.items() if name not in frame.columns]
    return frame.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in kinds.items())


# --- ER_PRS_F and ER_ARO_F ---


def claims(acts: pl.DataFrame, people: pl.DataFrame, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines of ER_PRS_F and of ER_ARO_F of some people, whole; `acts` are settled."""
    lines = _lines(acts.join(people.select("patient", "sex", "department", "commune", "role"), on="patient"), seed)
    lines = pl.concat([lines, _deferred(lines), *_reversals(lines, seed)], how="diagonal_relaxed")
    lines = _keyed(lines)
    others = lines.filter(pl.col("CMU") == 1).with_columns(
        ARO_ORD_NUM=pl.lit(1),
        ARO_PRS_NAT=pl.col("PRS_NAT_REF"),
        ARO_REM_BSE=pl.col("BSE_REM_BSE"),
        ARO_REM_MNT=pl.col("AMC"),
        ARO_MOD_MNT=-pl.col("RGO_MOD_MNT"),
    )
    return whole("ER_PRS_F", _euros(lines)), whole("ER_ARO_F", _euros(others))


AMOUNTS = (
    "PRS_PAI_MNT", "BSE_REM_BSE", "BSE_REM_MNT", "BSE_REM_PRU", "PRS_DEP_MNT", "RGO_MOD_MNT", "PRS_MNT_MAJ",
    "CPL_REM_MNT", "ARO_REM_BSE", "ARO_REM_MNT", "ARO_MOD_MNT",
)  # fmt: skip


def _euros(lines: pl.DataFrame) -> pl.DataFrame:
    """Cents as euros of two decimals, exactly."""
    return lines.with_columns(
        (pl.col(name).fill_null(0).cast(pl.Int64).cast(pl.Decimal(12, 2)) / 100).cast(pl.Decimal(12, 2))
        for name in AMOUNTS
        if name in lines.columns
    )


def _lines(acts: pl.DataFrame, seed: int) -> pl.DataFrame:
    """One line an act; amounts in cents."""
    majorated, c2s = pl.col("majoration") > 0, pl.col("c2s")
    later = majorated & (pl.col("deferred") > 0) & ~c2s
    capped = pl.col("case_majoration") == "capped"
    twin = acts["patient"].to_numpy()
    two = pl.Series(Draws(seed, twin).one(TWIN_STREAM) < TWINS) & (acts["role"] == "child")
    parity = pl.Series(np.arange(len(acts)) % 2 == 1)
    taken = pl.when(later).then(pl.col("majoration")).otherwise(0)
    return acts.with_columns(twin=two & parity).select(
        "patient",
        CMU=c2s.cast(pl.Int32),
        AMC=pl.col("amc"),
        BEN_NIR_PSA=psa(pl.col("patient"), pl.col("twin")),
        BEN_RNG_GEM=pl.lit(1),
        BEN_CDI_NIR=pl.lit("00"),
        BEN_AMA_COD=(pl.col("care_date").dt.year() - pl.col("birth_date").dt.year()),
        BEN_NAI_ANN=pl.col("birth_date").dt.year(),
        BEN_SEX_COD=pl.when(pl.col("sex") == "man").then(1).otherwise(2),
        BEN_CMU_TOP=c2s.cast(pl.Int32),
        BEN_RES_DPT=pl.col("department").cast(pl.String).str.zfill(3),
        BEN_RES_COM=pl.col("commune").cast(pl.String).str.slice(2),
        EXE_SOI_DTD=pl.col("care_date"),
        EXE_SOI_DTF=pl.col("care_date"),
        EXE_SOI_AMD=pl.col("care_date").dt.strftime("%Y%m"),
        EXE_SOI_AMF=pl.col("care_date").dt.strftime("%Y%m"),
        FLX_TRT_DTD=pl.col("reimbursement_date"),
        PRS_NAT_REF=natures(),
        BSE_PRS_NAT=natures(),
        PRS_ACT_QTE=pl.col("quantity"),
        PRS_ACT_NBR=pl.col("quantity"),
        PRS_ACT_COG=pl.col("quantity"),
        PRS_PAI_MNT=pl.col("fee"),
        PRS_DEP_MNT=pl.col("depassement"),
        BSE_REM_BSE=pl.col("base"),
        BSE_REM_MNT=pl.col("amo") + taken,
        BSE_REM_PRU=pl.col("base") // pl.col("quantity"),
        RGO_MOD_MNT=pl.when(later).then(0).otherwise(pl.col("majoration")),
        PRS_TYP_MAJ=pl.when(later).then(pl.lit("T")).otherwise(pl.lit("ZZ")),
        PRS_MNT_MAJ=taken,
        RGO_THE_TAU=pl.col("rate") // 100,
        RGO_REM_TAU=pl.col("rate") // 100,
        RGO_MIN_TAU=pl.when(majorated).then(30).otherwise(pl.col("rate") // 100),
        RGO_FTA_COD=pl.when(~majorated)
        .then(0)
        .otherwise(pl.when(later).then(3).otherwise(1) + pl.when(capped).then(1).otherwise(0)),
        RGO_ASU_NAT=pl.when(pl.col("exemption") == "maternite").then(30).otherwise(10),
        EXO_MTF=pl.col("exemption").replace_strict(
            {"none": 0, "ald": 42, "maternite": 55, "hospitalisation_30_jours": 63}, return_dtype=pl.Int32
        ),
        MTM_NAT=pl.when(pl.col("scheme") == "alsace_moselle").then(2).otherwise(0),
        DRG_NAT=pl.col("tiers_payant").replace_strict({"none": 10, "partial": 35, "full": 36}, return_dtype=pl.Int32),
        PRS_PDS_QCP=pl.col("status").replace_strict(
            {member.name: int(member) for member in Status if member}, default=0, return_dtype=pl.Int32
        ),
        PRS_PDS_QTP=pl.col("ips").replace_strict(ENTERED, default=0, return_dtype=pl.Int32),
        PRS_PPF_COD=pl.when(
            pl.col("case_participation").is_in(["annual_cap"]) | (pl.col("case_franchise") == "annual_cap")
        )
        .then(pl.lit("A"))
        .when((pl.col("case_participation") == "daily_cap") | (pl.col("case_franchise") == "daily_cap"))
        .then(pl.lit("J"))
        .when(pl.col("participation_forfaitaire") + pl.col("franchise") > 0)
        .then(pl.lit("S"))
        .otherwise(pl.lit("N")),
        PSE_SPE_COD=pl.col("specialty").replace_strict(dict(flat_law().specialties), default=0, return_dtype=pl.Int32),
        PSE_ACT_NAT=pl.col("profession").replace_strict(book()["activities"], default=0, return_dtype=pl.Int32),
        PSE_CNV_COD=conventions(),
        PRS_CRD_OPT=pl.when(pl.col("convention") == "secteur_2_optam").then(3).otherwise(0),
        PFS_EXE_NUM=pl.col("professional_id").str.slice(1),
        CPL_AFF_COD=pl.lit(0),
        CPL_MAJ_TOP=pl.lit(0),
        CPL_PRS_NAT=pl.lit(0),
        CPL_REM_MNT=pl.lit(0),
    )


def psa(patient: pl.Expr, twin: pl.Expr) -> pl.Expr:
    """The number a person is known by: seventeen characters, another one under the other parent."""
    return pl.when(twin).then(pl.lit("T")).otherwise(pl.lit("S")) + patient.cast(pl.String).str.zfill(16)


def natures() -> pl.Expr:
    """The nature of the service of an act."""
    names = book()["natures"]
    classes = names["drug_classes"]
    by_kind = {name: code for name, code in names.items() if isinstance(code, int)}
    drug = pl.col("drug_class").replace_strict(classes, default=None, return_dtype=pl.Int32)
    kind = pl.col("kind").replace_strict(by_kind, default=names["visits"], return_dtype=pl.Int32)
    return pl.when(pl.col("kind").str.starts_with("pharmacy")).then(pl.coalesce(drug, kind)).otherwise(kind)


def conventions() -> pl.Expr:
    """Sector of who performs the act."""
    codes = {"secteur_1": 1, "secteur_2_optam": 3, "secteur_2": 3, "non_conventionne": 0}
    return pl.col("convention").replace_strict(codes, default=1, return_dtype=pl.Int32)


def _deferred(lines: pl.DataFrame) -> pl.DataFrame:
    """The line of each majoration that was not taken at once: later, without third-party payment."""
    later = lines.filter(pl.col("PRS_TYP_MAJ") == "T")
    nothing = (
        "PRS_PAI_MNT",
        "PRS_DEP_MNT",
        "BSE_REM_BSE",
        "BSE_REM_MNT",
        "BSE_REM_PRU",
        "RGO_MOD_MNT",
        "PRS_MNT_MAJ",
        "AMC",
    )
    return later.with_columns(
        FLX_TRT_DTD=pl.col("FLX_TRT_DTD") + pl.duration(days=LATER),
        CPL_PRS_NAT=pl.lit(DEFERRED),
        CPL_REM_MNT=-pl.col("PRS_MNT_MAJ"),
        CPL_AFF_COD=pl.lit(24),
        CPL_MAJ_TOP=pl.lit(2),
        DRG_NAT=pl.lit(10, pl.Int32),
        PRS_ACT_QTE=pl.lit(0),
        PRS_ACT_NBR=pl.lit(0),
        PRS_ACT_COG=pl.lit(0),
        PRS_TYP_MAJ=pl.lit("ZZ"),
    ).with_columns(pl.lit(0).alias(name) for name in nothing)


def _reversals(lines: pl.DataFrame, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Some lines are taken back a month later, and written again."""
    place = np.arange(len(lines)) - np.searchsorted(lines["patient"].to_numpy(), lines["patient"].to_numpy())
    drawn = Draws(seed, lines["patient"].to_numpy(), place).one(REVERSAL_STREAM)
    some = lines.filter(pl.Series(drawn < REVERSED) & (lines["PRS_TYP_MAJ"] != "T"))
    again = some.with_columns(FLX_TRT_DTD=pl.col("FLX_TRT_DTD") + pl.duration(days=31))
    signed = ("PRS_ACT_QTE", "PRS_ACT_NBR", "PRS_ACT_COG", "AMC", *(name for name in AMOUNTS if name in lines.columns))
    return again.with_columns(-pl.col(name) for name in signed), again


def _keyed(lines: pl.DataFrame) -> pl.DataFrame:
    """The nine keys: the order of the month, then the rank of the line among those of the person in that month."""
    month = pl.col("FLX_TRT_DTD").dt.truncate("1mo").dt.offset_by("1mo")
    return lines.with_columns(
        FLX_DIS_DTD=month,
        FLX_EMT_TYP=pl.lit(1),
        FLX_EMT_NUM=pl.lit(1),
        FLX_EMT_ORD=month.dt.year() * 12 + month.dt.month().cast(pl.Int32) - 24_000,
        ORG_CLE_NUM=pl.lit("01C") + pl.col("BEN_RES_DPT") + pl.lit("000"),
        DCT_ORD_NUM=pl.col("patient"),
        REM_TYP_AFF=pl.lit(1),
    ).with_columns(PRS_ORD_NUM=pl.int_range(pl.len()).over("patient", "FLX_DIS_DTD") + 1)


# --- people and doctors ---


def beneficiaries(people: pl.DataFrame, seed: int) -> pl.DataFrame:
    """IR_BEN_R: one row a number; a child of two parents has two numbers and one identity."""
    two = pl.Series(Draws(seed, people["patient"].to_numpy()).one(TWIN_STREAM) < TWINS) & (people["role"] == "child")
    rows = pl.concat([people.with_columns(twin=pl.lit(False)), people.filter(two).with_columns(twin=pl.lit(True))])
    return whole(
        "IR_BEN_R",
        rows.select(
            BEN_NIR_PSA=psa(pl.col("patient"), pl.col("twin")),
            BEN_RNG_GEM=pl.lit(1),
            BEN_NIR_ANO=pl.lit("A") + pl.col("patient").cast(pl.String).str.zfill(16),
            BEN_IDT_ANO=pl.lit("A") + pl.col("patient").cast(pl.String).str.zfill(16),
            BEN_IDT_TOP=pl.lit(1),
            BEN_CDI_NIR=pl.lit("00"),
            BEN_NAI_ANN=pl.col("birth_date").dt.year(),
            BEN_SEX_COD=pl.when(pl.col("sex") == "man").then(1).otherwise(2),
            BEN_RES_DPT=pl.col("department").str.zfill(3),
            BEN_RES_COM=pl.col("commune").str.slice(2),
            BEN_TOP_CNS=pl.lit(1),
        ),
    )


def long_illnesses(people: pl.DataFrame, year: int, seed: int) -> pl.DataFrame:
    """IR_IMB_R: one row a person and condition."""
    parts = []
    for name in ("ald_condition", "ald_second_condition"):
        ill = people.filter(pl.col(name).is_not_null())
        ill = ill.with_columns(back=Draws(seed, ill["patient"].to_numpy()).one(SINCE_STREAM) * 12)
        since = pl.date(year, 1, 15) - pl.duration(
            days=pl.when(pl.col("ald_new")).then(-30).otherwise(30 + 365 * pl.col("back").cast(pl.Int32))
        )
        codes = book()["conditions"]
        parts.append(
            ill.select(
                BEN_NIR_PSA=psa(pl.col("patient"), pl.lit(False)),
                BEN_RNG_GEM=pl.lit(1),
                IMB_ALD_DTD=since,
                IMB_ALD_NUM=pl.col(name).replace_strict(
                    {key: one for key, (one, _) in codes.items()}, return_dtype=pl.Int32
                ),
                IMB_ETM_NAT=pl.when(pl.col("ald_on_list")).then(41).otherwise(43),
                MED_MTF_COD=pl.col(name).replace_strict(
                    {key: one for key, (_, one) in codes.items()}, return_dtype=pl.String
                ),
            )
        )
    return whole("IR_IMB_R", pl.concat(parts))


def tenures(people: pl.DataFrame, year: int, seed: int) -> pl.DataFrame:
    """IR_MTT_R: the médecin traitant declared, or the last one of those whose doctor is gone."""
    had = people.filter(pl.col("mt").is_in([TENURES[0], TENURES[GONE]]))
    had = had.with_columns(back=Draws(seed, had["patient"].to_numpy()).pair(SINCE_STREAM)[1] * 4_000)
    gone = pl.col("mt") == TENURES[GONE]
    return whole(
        "IR_MTT_R",
        had.select(
            BEN_NIR_PSA=psa(pl.col("patient"), pl.lit(False)),
            BEN_RNG_GEM=pl.lit(1),
            BEN_NIR_ANO=pl.lit("A") + pl.col("patient").cast(pl.String).str.zfill(16),
            BEN_IDT_ANO=pl.lit("A") + pl.col("patient").cast(pl.String).str.zfill(16),
            MTT_DEP_DTE=pl.max_horizontal(
                pl.date(year, 1, 1) - pl.duration(days=400 + pl.col("back").cast(pl.Int32)),
                pl.col("birth_date") + pl.duration(days=1),
            ),
            MTT_FIN_DTE=pl.when(gone).then(pl.date(year - 1, 12, 31)),
            MTT_MTF_COD=pl.when(gone).then(pl.lit("FIP")),
            MTT_PFS_NUM=pl.col("doctor").cast(pl.String).str.zfill(9),
        ),
    )


def doctors(seed: int, year: int) -> pl.DataFrame:
    """DA_PRA_R: every doctor who practises outside hospital."""
    made, law = supply(seed, year), flat_law()
    practising = np.flatnonzero(made.status != SALARIED)
    codes = np.array([law.specialties[name] for name in specialties()])
    convention = made.convention[practising]
    sector = np.where(convention == SECTOR_1, 1, np.where(convention == OUTSIDE, 0, 3))
    return whole(
        "DA_PRA_R",
        pl.DataFrame(
            {
                "PFS_PFS_NUM": pl.Series(practising).cast(pl.String).str.zfill(9),
                "PFS_SPE_COD": codes[made.specialty[practising]],
                "PFS_CNV_COD": sector,
                "PFS_EXE_DPT": pl.Series([places().departments[one].zfill(3) for one in made.department[practising]]),
                "PRS_CRD_OPT": np.where(convention == OPTAM, 3, 0),
            }
        ),
    )


def majorations(lines: pl.DataFrame) -> Any:
    """The query of the public documentation: what was taken at once, and the lines 1957."""
    direct: Any = lines.filter(pl.col("RGO_FTA_COD").is_in([1, 2, 5]))["RGO_MOD_MNT"].sum()
    later: Any = lines.filter(pl.col("CPL_PRS_NAT") == DEFERRED)["CPL_REM_MNT"].sum()
    return direct - later
