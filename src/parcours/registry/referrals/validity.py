"""How long a referral opens a record: the law gives no end, so the installation gives one."""

import os
from datetime import date

from parcours.law import thresholds
from parcours.registry.referrals import problems

YEARS_VARIABLE = "PARCOURS_REFERRAL_YEARS"
_MOST = 5


def longest() -> int:
    """Years from the issue to the last day of use, 1 by default: then the author says again that it is needed.

    Raises `Misconfigured` when the setting is not a whole number from 1 to 5.
    """
    text = os.environ.get(YEARS_VARIABLE, "1")
    if text not in {str(years) for years in range(1, _MOST + 1)}:
        raise problems.years_setting(text[:20], variable=YEARS_VARIABLE, most=_MOST)
    return int(text)


def last_day(issued_on: date) -> date:
    """The last day that a referral may have."""
    return thresholds.years_after(issued_on, longest())


def first_issue(today: date) -> date:
    """The oldest day of issue of a referral that may still be used, whatever its end says."""
    return thresholds.years_after(today, -longest())
