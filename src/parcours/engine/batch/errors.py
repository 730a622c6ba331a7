"""What stops a run as a whole: always what, where, what is expected, in French and English."""

from collections.abc import Mapping
from typing import ClassVar

from parcours.errors import ParcoursError
from parcours.text import text_of


class BatchError(ParcoursError, ValueError):
    """The run cannot start or go on."""

    CODE: ClassVar = "batch"

    def __init__(self, message: Mapping[str, str]) -> None:
        super().__init__(self.CODE, text_of(message))


class UnreadableInput(BatchError):
    """A file cannot be read: missing, truncated, of another format or encoding, with other columns."""

    CODE = "unreadable_input"


class WrongColumns(BatchError):
    """Columns are missing, named twice, or named almost as a fact."""

    CODE = "wrong_columns"


class CannotResume(BatchError):
    """What was left by an interrupted run does not belong to this one."""

    CODE = "cannot_resume"


class OutputFailed(BatchError):
    """The output cannot be written (full disk, no permission): what was done so far is kept aside for `--resume`."""

    CODE = "output_failed"


class OutputInUse(BatchError):
    """Another run is writing this output."""

    CODE = "output_in_use"
