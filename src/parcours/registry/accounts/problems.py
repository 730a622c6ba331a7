"""What may be wrong in this context: one entry a problem, in French and in English."""

from parcours.errors import Problem
from parcours.registry.errors import Busy, Conflict, Forbidden, Invalid, ProviderFailure, Unauthenticated
from parcours.text import Text, same

no_scope = Problem(
    Invalid,
    "no_scope",
    Text("aucun droit demandé", "no scope given"),
    field="scopes",
    allowed=Text("un droit au moins, comme facts:read", "one scope at least, like facts:read"),
)

scope_without_read = Problem(
    Invalid,
    "scope_without_read",
    Text(
        "un droit d'écriture répond le dossier entier : il demande le droit de le lire",
        "a scope to write answers the whole record: it needs the scope to read it",
    ),
    field="scopes",
    allowed=Text("{scope} avec {read}", "{scope} with {read}"),
)

too_many_logins = Problem(
    Busy,
    "too_many_logins",
    Text(
        "trop de connexions à la fois : recommencez dans quelques secondes",
        "too many logins at once: try again in some seconds",
    ),
)

bad_login = Problem(
    Invalid,
    "bad_login",
    Text("l'identifiant doit être une adresse électronique", "the login must be an e-mail address"),
    field="login",
    allowed=Text("nom@domaine, 254 caractères au plus", "name@domain, 254 characters at most"),
)

account_disabled = Problem(
    Unauthenticated, "account_disabled", Text("ce compte est désactivé", "this account is disabled")
)

login_refused = Problem(
    Unauthenticated,
    "login_refused",
    Text(
        "identifiant, mot de passe ou code incorrect, ou compte verrouillé pour quelques minutes",
        "wrong login, password or code, or the account is locked for some minutes",
    ),
    field="password",
)

totp_required = Problem(
    Unauthenticated,
    "totp_required",
    Text("le code de la double authentification est nécessaire", "the code of the second factor is needed"),
    field="totp",
    allowed=Text(
        "les six chiffres de l'application d'authentification, ou un code de secours",
        "the six digits of the authenticator application, or a recovery code",
    ),
)

oidc_refused = Problem(
    Unauthenticated,
    "oidc_refused",
    Text(
        "la réponse du fournisseur d'identité n'a pas pu être vérifiée ; recommencez la connexion",
        "the answer of the identity provider could not be verified; start the login again",
    ),
)

oidc_unavailable = Problem(
    ProviderFailure,
    "oidc_unavailable",
    Text(
        "le fournisseur d'identité ne répond pas correctement ; réessayez plus tard",
        "the identity provider does not answer correctly; try again later",
    ),
    field="provider",
)

bad_reset_token = Problem(
    Unauthenticated,
    "bad_reset_token",
    Text("ce lien de réinitialisation n'est plus valable", "this reset link is no longer valid"),
    field="token",
    allowed=Text(
        "le code du dernier message reçu, ni utilisé ni expiré", "the code of the last message, unused, not expired"
    ),
)

bad_totp = Problem(
    Invalid,
    "bad_totp",
    Text("code incorrect ou déjà utilisé", "wrong or already used code"),
    field="totp",
    allowed=Text(
        "les six chiffres affichés maintenant, chaque code une fois", "the six digits shown now, each code once"
    ),
)

bad_passkey = Problem(
    Invalid,
    "bad_passkey",
    Text("cette clé d'accès ne répond pas à la demande", "this passkey does not answer what was asked"),
    field="credential",
    allowed=Text(
        "la réponse du navigateur à /account/passkeys/options, dans les cinq minutes, avec doigt ou code",
        "the browser's answer to /account/passkeys/options, within five minutes, with finger or PIN",
    ),
)

passkey_kept = Problem(
    Conflict,
    "passkey_kept",
    Text(
        "cette clé d'accès est déjà connue, ou il y en a trop", "this passkey is known already, or there are too many"
    ),
    field="credential",
    allowed=Text("{most} clés par compte", "{most} passkeys an account"),
)

nobody_waits = Problem(
    Conflict,
    "nobody_waits",
    Text("personne n'attend de prouver qu'il est cette personne", "nobody waits to prove to be this person"),
    field="patient_id",
)

bad_identity_code = Problem(
    Unauthenticated,
    "bad_identity_code",
    Text("ce code n'est pas celui que votre caisse a donné, ou ne vaut plus", "not the code of your fund, or too old"),
    field="code",
)

totp_in_use = Problem(
    Conflict,
    "totp_in_use",
    Text("une double authentification est déjà active", "a second factor is active already"),
    field="totp",
    allowed=Text("retirez d'abord celle qui existe", "remove the present one first"),
)

no_totp = Problem(
    Conflict,
    "no_totp",
    Text("aucune double authentification n'est active", "no second factor is active"),
    field="totp",
    allowed=Text("un compte à double authentification", "an account with a second factor"),
)

login_taken = Problem(
    Conflict,
    "login_taken",
    Text("un compte a déjà cet identifiant", "an account has this login already"),
    field="login",
    allowed=Text("un identifiant qu'aucun compte n'a", "a login that no account has"),
)

bad_role = Problem(
    Invalid,
    "bad_role",
    Text("ce rôle ne se donne pas à un compte", "an account cannot have this role"),
    field="role",
    allowed=same("{choices}"),
)

weak_password = Problem(
    Invalid,
    "weak_password",
    Text("mot de passe refusé : {why}", "password refused: {why}"),
    field="password",
    allowed=same("{why}"),
)

password_length = Text("entre {least} et {most} caractères", "{least} to {most} characters")

password_words = Text("pas de mot courant, ni votre identifiant", "no common word, nor your login")

bad_subject = Problem(
    Invalid,
    "bad_subject",
    Text(
        "le rôle doit désigner exactement la personne, le professionnel ou la caisse qu'il concerne",
        "the role must name exactly the person, professional or fund it is for",
    ),
    allowed=Text("{needed} pour le rôle {role}", "{needed} for the role {role}"),
)

no_subject = Text("rien", "no subject")

a_value = Text("une valeur", "a value")

nothing = Text("rien", "nothing")

own_role = Problem(
    Forbidden,
    "own_role",
    Text("on ne se donne pas un rôle à soi-même", "nobody gives themselves a role"),
    field="account_id",
    allowed=Text("un autre compte", "another account"),
)

second_administrator = Problem(
    Forbidden,
    "second_administrator",
    Text(
        "un autre administrateur que celui qui a donné le rôle, et que son titulaire, le confirme",
        "another administrator than who gave the role, and than who gets it, confirms it",
    ),
    field="grant_id",
)

own_second_factor = Problem(
    Forbidden,
    "own_second_factor",
    Text("on ne retire pas ainsi sa propre double authentification", "one's own second factor is not removed this way"),
    field="account_id",
    allowed=Text(
        "un autre compte, ou POST /api/v1/account/totp/removal", "another account, or POST /api/v1/account/totp/removal"
    ),
)

no_match = Problem(
    Forbidden,
    "no_match",
    Text(
        "aucune personne, ou plusieurs, ne correspondent à cette identité ; adressez-vous à votre caisse",
        "nobody, or more than one person, fits this identity; ask your fund",
    ),
    field="identity",
)

bad_redirect = Problem(
    Invalid,
    "bad_redirect",
    Text("adresse de retour refusée", "address to come back to refused"),
    field="redirects",
    allowed=Text(
        "https://…, http://127.0.0.1 ou localhost, ou un schéma à soi (org.exemple.app:/retour), sans fragment",
        "https://…, http://127.0.0.1 or localhost, or one's own scheme (org.example.app:/back), no fragment",
    ),
)
bad_smart_scope = Problem(
    Invalid,
    "bad_scope",
    Text("droit SMART inconnu", "unknown SMART scope"),
    field="scopes",
    allowed=Text("{scopes}", "{scopes}"),
)
