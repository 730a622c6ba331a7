"""Why a file cannot be read, in words: damaged, of another kind, changed meanwhile, not UTF-8."""

from pathlib import Path

from parcours.engine.batch.errors import UnreadableInput
from parcours.engine.batch.textfiles import BLOCK
from parcours.text import Text


def changed_meanwhile(path: Path) -> UnreadableInput:
    """The file is not the one that the run began to read."""
    return _unreadable(
        str(path), "le fichier a changé pendant la lecture : relancez", "the file changed while it was read: run again"
    )


NOT_PARQUET = ("par1", "parquet magic bytes", "thrift", "smaller than the minimum")


def broken(path: Path, error: Exception) -> UnreadableInput:
    """Why a file cannot be read, in words."""
    text = str(error)
    if "UTF8" in text or "UTF-8" in text:
        return not_utf8(path)
    if isinstance(error, FileNotFoundError):
        return _unreadable(str(path), "il n'y a pas de fichier de ce nom", "there is no such file")
    if any(word in text.lower() for word in NOT_PARQUET):
        return _unreadable(
            str(path),
            "n'est pas un fichier Parquet entier (tronqué ?)",
            "is not a whole Parquet file (truncated?)",
        )
    if "straddling object" in text:
        return _unreadable(
            str(path),
            f"une ligne de plus de {BLOCK // 1024**2} Mio (un guillemet jamais refermé ?)",
            f"a row of more than {BLOCK // 1024**2} MiB (a quotation mark that is never closed?)",
        )
    return _unreadable(str(path), f"ne peut être lu ({type(error).__name__})", f"cannot be read: {text}")


def not_utf8(path: Path) -> UnreadableInput:
    """The first line of a text file that is not UTF-8."""
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                where = f"{number}, octet {error.start + 1}", f"{number}, byte {error.start + 1}"
                return _unreadable(
                    str(path),
                    f"n'est pas en UTF-8 (ligne {where[0]}) : convertissez-le (iconv -f windows-1252 -t utf-8)",
                    f"is not UTF-8 (line {where[1]}): convert it, for example iconv -f windows-1252 -t utf-8",
                )
    return _unreadable(str(path), "n'est pas en UTF-8", "is not UTF-8")


def _unreadable(path: str, french: str, english: str) -> UnreadableInput:
    return UnreadableInput(Text(f"{path} : {french}", f"{path}: {english}"))
