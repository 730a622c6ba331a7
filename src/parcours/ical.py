"""Lines of a calendar file (RFC 5545): what a text escapes, how a long line goes on."""


def escaped(text: str) -> str:
    """Text of a calendar (RFC 5545 §3.3.11)."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())


def folded(line: str) -> str:
    """A line of at most 75 bytes, continued by a space (RFC 5545 §3.1)."""
    pieces, piece = [], ""
    for letter in line:
        if len((piece + letter).encode()) > 74:
            pieces.append(piece)
            piece = ""
        piece += letter
    return "\r\n ".join([*pieces, piece])
