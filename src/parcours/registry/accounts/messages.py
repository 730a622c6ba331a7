"""Messages to the holder of an account: by a mail server, or into a folder when there is none."""

import os
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol

from parcours.registry.store.ids import new_id
from parcours.text import Text

SMTP_SECONDS = 10


class Courier(Protocol):
    """Takes a message to somebody."""

    def send(self, to: str, subject: str, text: str) -> None: ...


@dataclass(frozen=True)
class Outbox:
    """Writes each message to a file that only its owner can read; whoever lists the folder finds whole messages."""

    folder: Path
    sender: str

    def send(self, to: str, subject: str, text: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{new_id()}.eml"
        unfinished = path.with_suffix(".partial")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(bytes(_message(self.sender, to, subject, text)))
        unfinished.replace(path)


@dataclass(frozen=True)
class MailServer:
    """Sends by SMTP with STARTTLS, to a server whose certificate is valid for its name, and to no other."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = None
    ca_file: Path | None = None
    """Certificates of the authority that signed the server's, when it is a private one."""

    def send(self, to: str, subject: str, text: str) -> None:
        with smtplib.SMTP(self.host, self.port, timeout=SMTP_SECONDS) as server:
            server.starttls(context=ssl.create_default_context(cafile=self.ca_file))
            if self.user is not None:
                server.login(self.user, self.password or "")
            server.send_message(_message(self.sender, to, subject, text))


def reset_message(lang: str, link: str, code: str, minutes: int) -> tuple[str, str]:
    """Subject and text of the message that carries a reset link."""
    if lang == "fr":
        text = (
            f"Pour choisir un nouveau mot de passe, ouvrez ce lien dans les {minutes} minutes :\n\n{link}\n\n"
            f"Si la page demande un code, c'est celui-ci :\n\n{code}\n\n"
            "Si vous n'avez rien demandé, ne faites rien : votre mot de passe ne change pas.\n"
        )
        return "Votre mot de passe parcours", text
    text = (
        f"To choose a new password, open this link within {minutes} minutes:\n\n{link}\n\n"
        f"If the page asks for a code, it is this one:\n\n{code}\n\n"
        "If you did not ask for this, do nothing: your password stays as it is.\n"
    )
    return "Your parcours password", text


def doubt_message(lang: str, person: str) -> tuple[str, str]:
    """Subject and text of the message to the officers of a fund: somebody says to be a person and has not proved it."""
    if lang == "fr":
        return "Une identité à vérifier", (
            f"Quelqu'un s'est connecté par un fournisseur d'identité et dit être l'assuré {person}.\n"
            "Rien n'est ouvert. Après vérification, envoyez un code par courrier ou remettez-le à l'accueil.\n"
        )
    return "An identity to check", (
        f"Somebody logged in at an identity provider and says to be the insured {person}.\n"
        "Nothing is open. After a check, send a code by post or give it at the desk.\n"
    )


_DEPARTURES = {
    "proposed": (
        Text("Un départ de médecin à décider", "A doctor's departure to decide"),
        Text(
            "Le départ d'un médecin est proposé ; il mettrait fin à des déclarations.\n"
            "Rien ne change avant la décision d'un agent de chaque caisse concernée.\n",
            "The departure of a doctor is proposed; it would end declarations.\n"
            "Nothing changes before an officer of each fund concerned decides.\n",
        ),
    ),
    "confirmed": (
        Text("Votre médecin traitant part", "Your médecin traitant leaves"),
        Text(
            "Votre caisse a enregistré le départ de votre médecin traitant.\n"
            "Si c'est une erreur, dites-le-lui : ce départ peut être annulé.\n",
            "Your fund has recorded the departure of your médecin traitant.\n"
            "If this is a mistake, tell it: the departure can be undone.\n",
        ),
    ),
    "undone": (
        Text("Votre médecin traitant reste", "Your médecin traitant stays"),
        Text(
            "Le départ de votre médecin traitant, enregistré par erreur, est annulé.\n",
            "The departure of your médecin traitant, recorded by mistake, is undone.\n",
        ),
    ),
}


def departure_message(lang: str, what: str) -> tuple[str, str]:
    """Subject and text about the departure of a doctor: proposed to a fund, confirmed to a patient, or undone."""
    subject, text = _DEPARTURES[what]
    return subject[lang], text[lang]


def code_letter(lang: str, name: str, address: str, code: str, days: int) -> str:
    """The letter that carries a code to the address the fund knows."""
    if lang == "fr":
        return (
            f"{name}\n{address}\n\nVotre code, à saisir après vous être connecté : {code}\n"
            f"Il sert une fois, dans les {days} jours. Si vous n'avez rien demandé, prévenez votre caisse.\n"
        )
    return (
        f"{name}\n{address}\n\nYour code, to enter once you have logged in: {code}\n"
        f"It works once, within {days} days. If you asked for nothing, tell your fund.\n"
    )


def lock_message(lang: str, minutes: int) -> tuple[str, str]:
    """Subject and text of the message to whom somebody locks out of new browsers."""
    if lang == "fr":
        return "Des essais de connexion à votre compte", (
            "Plusieurs mots de passe faux ont été essayés pour votre compte parcours. Pendant "
            f"{minutes} minutes, on ne peut s'y\nconnecter que depuis un navigateur où vous vous êtes déjà connecté. "
            "Si ce n'était pas vous, ne faites rien : votre mot\nde passe n'a pas été trouvé. Ce message n'est envoyé "
            "qu'une fois par jour.\n"
        )
    return "Attempts to log in to your account", (
        "Several wrong passwords were tried for your parcours account. For "
        f"{minutes} minutes one can log in to it only from a\nbrowser in which you have logged in before. If it was "
        "not you, do nothing: your password was not found. This message\nis sent once a day at most.\n"
    )


def new_device_message(lang: str) -> tuple[str, str]:
    """Subject and text of the message after a login in a browser that was not known."""
    if lang == "fr":
        return "Connexion depuis un nouveau navigateur", (
            "Votre compte parcours vient d'être ouvert depuis un navigateur où il ne l'avait jamais été. Si ce n'était "
            "pas vous,\nchangez votre mot de passe : toutes les sessions se ferment.\n"
        )
    return "A login from a new browser", (
        "Your parcours account was just opened in a browser in which it had never been. If it was not you, change\n"
        "your password: every session ends.\n"
    )


def factors_message(lang: str) -> tuple[str, str]:
    """Subject and text of the message after a second factor or a passkey was added or removed."""
    if lang == "fr":
        return "La façon de se connecter à votre compte a changé", (
            "Une application d'authentification, des codes de secours ou une clé d'accès viennent d'être ajoutés à\n"
            "votre compte parcours, ou retirés. Si ce n'était pas vous, changez votre mot de passe et prévenez un\n"
            "administrateur.\n"
        )
    return "How to log in to your account has changed", (
        "An authenticator application, recovery codes or a passkey were just added to your parcours account, or\n"
        "removed. If it was not you, change your password and tell an administrator.\n"
    )


def role_message(lang: str) -> tuple[str, str]:
    """Subject and text of the message to whom a role concerns, when another account is given it."""
    if lang == "fr":
        return "Un autre compte agit pour vous", (
            "Un autre compte peut désormais agir en votre nom dans parcours. Si vous ne l'attendiez pas, écrivez à un\n"
            "administrateur : il retire ce rôle.\n"
        )
    return "Another account acts for you", (
        "Another account may now act in your name in parcours. If you did not expect it, write to an administrator,\n"
        "who takes this role away.\n"
    )


def _message(sender: str, to: str, subject: str, text: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message.set_content(text)
    return message
