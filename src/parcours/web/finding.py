"""How words are compared: without accents nor case, whole."""

import unicodedata


def fold(text: str) -> str:
    """A text without accents or capitals, to sort and to search."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def spaced(text: str) -> str:
    """A text whose words are between spaces."""
    return " " + "".join(character if character.isalnum() else " " for character in text) + " "
