"""What every face may refuse before it asks the registry: one entry a problem, in French and in English."""

from parcours.edge.problems import STALE, Refusal
from parcours.errors import Problem
from parcours.registry.errors import Unauthenticated
from parcours.text import Text

unauthenticated = Problem(
    Unauthenticated,
    "unauthenticated",
    Text("connectez-vous, ou envoyez le jeton d'un client", "log in, or send the token of a client"),
)
no_role = Refusal(403, "no_role", Text("ce compte n'a encore aucun rôle", "this account has no role yet"), "role")
second_factor_needed = Refusal(
    403,
    "second_factor_needed",
    Text(
        "ce rôle demande un second facteur : activez-le (PUT /api/v1/account/totp) ou une clé d'accès "
        "(POST /api/v1/account/passkeys), puis connectez-vous avec lui",
        "this role needs a second factor: set one up (PUT /api/v1/account/totp) or a passkey "
        "(POST /api/v1/account/passkeys), then log in with it",
    ),
)
no_session = Refusal(403, "no_session", Text("un client de l'API n'a pas de session", "an API client has no session"))
other_site = Refusal(403, "csrf", Text("requête venue d'un autre site", "request from another site"))
no_csrf_token = Refusal(
    403,
    "csrf",
    Text(
        "l'en-tête {header} doit porter le jeton de la session",
        "the header {header} must hold the token of the session",
    ),
)
key_reused = Refusal(
    422,
    "idempotency_key_reused",
    Text("cette clé a servi à une autre requête", "this key was used for another request"),
    "Idempotency-Key",
)
version_needed = Refusal(
    428,
    "version_needed",
    Text(
        "l'en-tête If-Match doit porter l'ETag de la version lue",
        "the header If-Match must hold the ETag of the version that was read",
    ),
    "If-Match",
)
stale_version = Refusal(412, "stale_version", STALE, "If-Match")
bad_cursor = Refusal(
    422,
    "bad_cursor",
    Text("curseur inconnu : reprenez celui de la page précédente", "unknown cursor: take the one of the page before"),
    "cursor",
)
