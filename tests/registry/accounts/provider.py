"""A real OpenID Connect provider on this machine: discovery, authorization, token, user information, keys, logout,
over HTTP.

It logs its one user in without asking, checks the client, PKCE (S256), the redirect address and that a code is used
once, and signs with RS256.  ``Provider.behave`` bends one thing at a time, as a hostile or broken provider would.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID, CLIENT_SECRET = "parcours", "a secret between the two"


class Provider:
    def __init__(self):
        self.keys = [RSAKey.generate_key(2048, parameters={"kid": "first", "use": "sig", "alg": "RS256"})]
        self.claims = {"sub": "subject-1"}
        self.acr = "eidas1"
        self.bent = {}
        self.codes = {}
        self.tokens = {}
        self.asked = []
        self.issuer = ""
        self.redirect_uri = ""
        self.post_logout_uri = ""
        self.sessions = set()

    def behave(self, **bent):
        """Bend: any claim of the ID token, or `issuer`, `key`, `userinfo`, `signed_userinfo`, `alg`, `no_logout`."""
        self.bent = bent

    # --- endpoints ---

    def discovery(self):
        base = self.issuer
        end = {} if "no_logout" in self.bent else {"end_session_endpoint": f"{base}/session/end"}
        return {
            **end,
            "issuer": self.bent.get("issuer", base),
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/userinfo",
            "jwks_uri": f"{base}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def jwks(self):
        return KeySet(self.keys).as_dict(private=False)

    def authorize(self, query):
        """The address to send the browser back to."""
        self.asked.append(query)
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["redirect_uri"] == self.redirect_uri
        assert query["code_challenge_method"] == "S256"
        self.sessions.add(self.claims["sub"])
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state'], 'iss': self.issuer})}"

    def end_session(self, query):
        """Log the user of the hint out (FranceConnect: all three parameters are needed), then send the browser back."""
        if set(query) != {"id_token_hint", "post_logout_redirect_uri", "state"}:
            return None
        claims = jwt.decode(query["id_token_hint"], KeySet(self.keys), algorithms=["RS256"]).claims
        if (claims["iss"], claims["aud"]) != (self.issuer, CLIENT_ID):
            return None
        if query["post_logout_redirect_uri"] != self.post_logout_uri:
            return None
        self.sessions.discard(claims["sub"])
        return f"{query['post_logout_redirect_uri']}?{urlencode({'state': query['state']})}"

    def token(self, form):
        query = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            query is None
            or form.get("client_id") != CLIENT_ID
            or form.get("client_secret") != CLIENT_SECRET
            or form.get("redirect_uri") != query["redirect_uri"]
            or base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() != query["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        access_token = secrets.token_urlsafe(16)
        self.tokens[access_token] = dict(self.claims)
        return 200, {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self.id_token(query["nonce"], access_token),
        }

    def id_token(self, nonce, access_token):
        now = int(time.time())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": self.issuer, "aud": CLIENT_ID, "sub": self.claims["sub"], "iat": now, "exp": now + 60,
            "nonce": nonce, "acr": self.acr, "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        }  # fmt: skip
        bent = {name: value for name, value in self.bent.items() if name in {*claims, "azp"}}
        if "alg" in self.bent:
            return unsigned({**claims, **bent})
        return self.sign({**claims, **bent})

    def sign(self, claims):
        key = self.bent.get("key", self.keys[-1])
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)

    def userinfo(self, access_token):
        claims = self.tokens.get(access_token)
        if claims is None:
            return None
        return {**claims, **self.bent.get("userinfo", {})}

    def rotate_keys(self):
        self.keys = [RSAKey.generate_key(2048, parameters={"kid": "second", "use": "sig", "alg": "RS256"})]


def unsigned(claims):
    """A token of algorithm "none"."""
    parts = [json.dumps(one).encode() for one in ({"alg": "none", "kid": "first"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self):
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            self.answer(200, self.provider.discovery())
        elif parts.path == "/jwks":
            self.answer(200, self.provider.jwks())
        elif parts.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.provider.authorize(query))
            self.end_headers()
        elif parts.path == "/session/end":
            self.end_session(query)
        elif parts.path == "/userinfo":
            self.userinfo()
        else:
            self.answer(404, {})

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        self.answer(*self.provider.token(form))

    def end_session(self, query):
        back = self.provider.end_session(query)
        if back is None:
            self.answer(400, {"error": "invalid_request"})
            return
        self.send_response(302)
        self.send_header("Location", back)
        self.end_headers()

    def userinfo(self):
        found = self.provider.userinfo(self.headers.get("Authorization", "").removeprefix("Bearer "))
        if found is None:
            self.answer(401, {"error": "invalid_token"})
        elif "signed_userinfo" in self.provider.bent:
            claims = {**found, "iss": self.provider.issuer, "aud": CLIENT_ID, **self.provider.bent["signed_userinfo"]}
            self.answer(200, self.provider.sign(claims), "application/jwt")
        else:
            self.answer(200, found)

    def answer(self, status, content, kind="application/json"):
        body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def running_provider():
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"provider": provider}))
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
