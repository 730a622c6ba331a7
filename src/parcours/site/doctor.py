"""Is this installation sound? Each check says what it found and, where something is wrong, what to mend.

Nothing is changed, and nothing of a person is read.
"""

import os
import shutil
import socket
import ssl
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from pydantic import ValidationError
from sqlalchemy import Engine, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from parcours.edge.settings import Settings
from parcours.law.loader import load
from parcours.registry.errors import RegistryError
from parcours.registry.store import installation, keyring, schema
from parcours.registry.store.clock import now_utc
from parcours.registry.store.db import create_engine_from_url, database_url
from parcours.site.settings import ServerSettings
from parcours.text import Text, same

GIB = 1024**3
LEAST_GIB, ENOUGH_GIB = 1, 5
SKEW_WATCH, SKEW_MEND = 2.0, 30.0
"""Seconds between the clock of this machine and that of the database; a code of a second factor lives thirty."""
RENEW_DAYS = 21
OLD_LAW_DAYS = 400
CONNECT_SECONDS = 3.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")
OPEN_TO_OTHERS = 0o077


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WATCH = "watch"
    MEND = "mend"


@dataclass(frozen=True)
class Finding:
    """What a check found; `mend` says what to do about it."""

    name: str
    state: State
    said: Text
    mend: Text | None = None


@dataclass(frozen=True)
class Installation:
    """What the checks look at."""

    settings: Settings
    sqlite: Path | None
    """The file of the embedded database."""


def examine() -> Iterator[Finding]:
    """Every finding, in the order in which things are mended."""
    try:
        settings = Settings()
        ServerSettings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"PARCOURS_{'_'.join(map(str, first['loc'])).upper()}"
        yield Finding(
            "settings", State.MEND, Text(f"{name} n'est pas accepté", f"{name} is not accepted"),
            Text(f"corrigez {name} (guide des réglages)", f"correct {name} (guide of the settings)"),
        )  # fmt: skip
        return
    yield Finding("settings", State.OK, Text("les réglages se lisent", "the settings can be read"))
    yield law()
    url = make_url(settings.database_url or database_url())
    file = Path(str(url.database)) if url.get_backend_name() == "sqlite" else None
    for check in CHECKS:
        yield from check(Installation(settings, file))


def law() -> Finding:
    """The data of the law are there, and somebody read them again not too long ago."""
    newest = max(one.verified_on for one in load().parameters.values())
    age = (now_utc().date() - newest).days
    said = Text(f"droit vérifié le {newest.isoformat()}", f"law verified on {newest.isoformat()}")
    if age < 0:
        return Finding(
            "law", State.MEND, said, Text("l'horloge est en retard sur le droit", "the clock is behind the law")
        )
    if age > OLD_LAW_DAYS:
        return Finding("law", State.WATCH, said, Text("installez une version plus récente", "install a newer version"))
    return Finding("law", State.OK, said)


def keys(looked_at: Installation) -> Iterator[Finding]:
    """There are keys, and only their owner reads them."""
    del looked_at
    try:
        keyring.keyring()
    except RegistryError as error:
        yield Finding("keys", State.MEND, error.message, KEYS_MEND)
        return
    yield Finding("keys", State.OK, Text("les clés se lisent", "the keys can be read"))


KEYS_MEND = Text(
    "rendez les clés de cette installation : PARCOURS_SECRET_KEYS_FILE, mode 600 ; sans elles rien ne se lit",
    "give back the keys of this installation: PARCOURS_SECRET_KEYS_FILE, mode 600; nothing can be read without them",
)


def database(looked_at: Installation) -> Iterator[Finding]:
    """The database answers, with the tables of this version, under these keys, at the same time of day."""
    file = looked_at.sqlite
    if file is not None and not file.is_file():
        yield Finding(
            "database", State.MEND, Text(f"pas de base en {file}", f"no database at {file}"),
            Text(*(f"parcours registry init, {either} PARCOURS_DATABASE_URL" for either in ("ou", "or"))),
        )  # fmt: skip
        return
    engine = create_engine_from_url(looked_at.settings.database_url, patience=looked_at.settings.patience())
    kind = engine.dialect.name
    try:
        with engine.connect() as connection:
            version = ".".join(str(one) for one in connection.dialect.server_version_info or ())
            theirs = connection.scalar(select(func.now())) if file is None else None
            ours = datetime.now(UTC)
        yield Finding("database", State.OK, same(f"{kind} {version}"))
        yield from shape(engine)
        yield clock(None if theirs is None else abs((ours - theirs).total_seconds()))
    except SQLAlchemyError as error:
        why = type(error).__name__
        yield Finding(
            "database", State.MEND, Text(f"{kind} ne répond pas ({why})", f"{kind} does not answer ({why})"),
            Text("vérifiez PARCOURS_DATABASE_URL, le serveur, son mot de passe",
                 "check PARCOURS_DATABASE_URL, the server, its password"),
        )  # fmt: skip
    finally:
        engine.dispose()


def shape(engine: Engine) -> Iterator[Finding]:
    """Migrations and keys of the database."""
    try:
        schema.require_current(engine)
        yield Finding("migrations", State.OK, same(str(schema.head_revision())))
    except RegistryError as error:
        yield Finding(
            "migrations", State.MEND, error.message,
            Text("parcours registry upgrade, ou la version du logiciel qui a ces tables",
                 "parcours registry upgrade, or the version of the software that has these tables"),
        )  # fmt: skip
        return
    try:
        installation.require_keys(engine)
        yield Finding("database keys", State.OK, Text("la base se lit avec ces clés", "these keys read the database"))
    except RegistryError as error:
        yield Finding("database keys", State.MEND, error.message, KEYS_MEND)


def clock(skew: float | None) -> Finding:
    """The clock of this machine beside that of the database."""
    if skew is None:
        return Finding("clock", State.OK, same(now_utc().isoformat(timespec="seconds")))
    said = Text(f"{skew:.1f} s d'écart avec la base", f"{skew:.1f} s away from the database")
    mend = Text("mettez les deux machines à l'heure (chrony, ntp)", "set both machines to the time (chrony, ntp)")
    state = State.MEND if skew > SKEW_MEND else State.WATCH if skew > SKEW_WATCH else State.OK
    return Finding("clock", state, said, None if state is State.OK else mend)


def permissions(looked_at: Installation) -> Iterator[Finding]:
    """What only the service may read is closed to other users; what it writes, it can write."""
    private = [looked_at.sqlite, keyring.data_directory(), looked_at.settings.outbox]
    there = [path for path in private if path is not None and path.exists()]
    wrong = [path for path in there if stat.S_IMODE(path.stat().st_mode) & OPEN_TO_OTHERS]
    for path in wrong:
        mode = "700" if path.is_dir() else "600"
        yield Finding(
            "permissions", State.MEND, Text(f"{path} est ouvert à d'autres", f"{path} is open to others"),
            same(f"chmod {mode} {path}"),
        )  # fmt: skip
    for path in there:
        if not os.access(path, os.W_OK):
            yield Finding(
                "permissions", State.MEND, Text(f"{path} ne peut être écrit", f"{path} cannot be written"),
                same(f"chown -R $(id -un) {path}"),
            )  # fmt: skip
            wrong.append(path)
    if not wrong:
        yield Finding("permissions", State.OK, Text("fermées aux autres", "closed to others"))


def certificates(looked_at: Installation) -> Iterator[Finding]:
    """The certificate of the public address, and those given for the mail server, are valid and will be for a while."""
    settings = looked_at.settings
    url = urlsplit(settings.public_url)
    if url.scheme == "https":
        yield public_certificate(url.hostname or "", url.port or 443)
    elif url.hostname not in LOOPBACK:
        yield Finding(
            "certificates", State.MEND,
            Text(f"{settings.public_url} n'est pas chiffré", f"{settings.public_url} is not encrypted"),
            Text("un mandataire en HTTPS devant, et PARCOURS_PUBLIC_URL=https://…",
                 "a proxy in HTTPS before it, and PARCOURS_PUBLIC_URL=https://…"),
        )  # fmt: skip
    if settings.smtp_ca_file is not None:
        for one in x509.load_pem_x509_certificates(settings.smtp_ca_file.read_bytes()):
            yield expiry("mail certificates", one.not_valid_after_utc)


def public_certificate(host: str, port: int) -> Finding:
    """What browsers are shown at the public address."""
    context = ssl.create_default_context()
    try:
        with (
            socket.create_connection((host, port), CONNECT_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            shown = secured.getpeercert(binary_form=True) or b""
    except ssl.SSLCertVerificationError as error:
        return Finding(
            "certificates", State.MEND, Text(f"{host} : {error.verify_message}", f"{host}: {error.verify_message}"),
            Text("renouvelez le certificat, avec toute sa chaîne", "renew the certificate, with its whole chain"),
        )  # fmt: skip
    except OSError as error:
        why = type(error).__name__
        return Finding(
            "certificates", State.WATCH,
            Text(f"{host}:{port} ne se joint pas d'ici ({why})", f"{host}:{port} is not reached from here ({why})"),
            Text("vérifiez-le d'un navigateur", "check it from a browser"),
        )  # fmt: skip
    return expiry("certificates", x509.load_der_x509_certificate(shown).not_valid_after_utc)


def expiry(name: str, until: datetime) -> Finding:
    """A certificate, by its last day."""
    left = (until - now_utc()).days
    said = Text(f"valable jusqu'au {until.date()}", f"valid until {until.date()}")
    if left >= RENEW_DAYS:
        return Finding(name, State.OK, said)
    state = State.WATCH if left >= 0 else State.MEND
    return Finding(name, state, said, Text("renouvelez-le", "renew it"))


def disk(looked_at: Installation) -> Iterator[Finding]:
    """There is room where the database and what it needs are."""
    file = looked_at.sqlite
    folder = file.parent if file is not None else keyring.data_directory()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    said = Text(f"{free / GIB:.1f} Gio libres en {folder}", f"{free / GIB:.1f} GiB free at {folder}")
    if free < LEAST_GIB * GIB:
        yield Finding("disk", State.MEND, said, Text("faites de la place", "make room"))
    elif free < ENOUGH_GIB * GIB:
        yield Finding("disk", State.WATCH, said, Text("prévoyez de la place", "plan for room"))
    else:
        yield Finding("disk", State.OK, said)


CHECKS: tuple[Callable[[Installation], Iterator[Finding]], ...] = (keys, database, permissions, certificates, disk)
