"""What the form reads of who fills it in: for one act, or for a whole bill."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from parcours.engine.say.sitting import Sitting


class Asked(Protocol):
    """What the form reads of a state: that of a quote, or of a bill."""

    @property
    def given(self) -> dict[str, str | None]:
        """The facts as the address gives them."""

    @property
    def readings(self) -> Mapping[str, str]:
        """The chosen readings."""

    @property
    def by_hand(self) -> str:
        """The fact that the address asks for itself."""

    @property
    def day(self) -> date:
        """The day of the care."""

    @property
    def day_number(self) -> int:
        """The same, YYYYMMDD."""

    @property
    def touched(self) -> bool:
        """Was anything said?"""

    @property
    def sure(self) -> frozenset[str]:
        """Facts whose unlikely value was confirmed."""

    @property
    def told(self) -> str:
        """What was answered to the question that decides first."""

    @property
    def unsure(self) -> tuple[str, ...]:
        """Facts that somebody does not know."""

    @property
    def sitting(self) -> Sitting:
        """The facts of one act, asked about."""

    def cents(self, name: str) -> int | None:
        """A fact of money in cents, where it is said."""
