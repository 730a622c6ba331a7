"""The roles that one may enter with one click: those of the demonstration, invented people, on this machine."""

from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from parcours.edge.services import Services
from parcours.registry.access.model import Role
from parcours.registry.accounts.find import find_account
from parcours.registry.accounts.models import Account
from parcours.registry.demo.accounts import LOGINS
from parcours.registry.demo.fictitious import DEMO_DOMAIN, LOCAL_HOSTS, is_demonstration
from parcours.registry.errors import not_found

METHOD = "demonstration"


def logins(services: Services) -> dict[str, Role]:
    """Whom one may be, by name; nobody outside the demonstration."""
    settings = services.settings
    here = settings.demonstration and urlsplit(settings.public_url).hostname in LOCAL_HOSTS
    return dict(LOGINS) if here else {}


def account_of(services: Services, session: Session, name: str) -> Account:
    """The account of a role of the demonstration. Raises NotFound: none of that name, or no demonstration."""
    if name not in logins(services) or not is_demonstration(name + DEMO_DOMAIN, services.settings.public_url):
        raise not_found("as")
    account = find_account(session, name + DEMO_DOMAIN)
    if account is None or account.disabled_at is not None:
        raise not_found("as")
    return account
