// Passkeys: the one part of logging in that a browser offers to scripts only. The server's options go to the browser as they are.
(() => {
  "use strict";
  const trouble = document.getElementById("passkey-trouble");
  const tell = (text) => { trouble.textContent = text; trouble.hidden = !text; };

  const post = async (path, body, token) => {
    const headers = { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };
    if (token) headers["X-CSRF-Token"] = token;
    const answer = await fetch(`/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.detail);
    return said;
  };

  const open = async (button) => {
    const { options } = await post("/session/passkey/options", {});
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    const credential = await navigator.credentials.get({ publicKey });
    await post("/session/passkey", { credential: credential.toJSON() });
    location.assign(button.dataset.to);
  };

  const make = async (form) => {
    const said = Object.fromEntries(new FormData(form));
    const { options } = await post("/account/passkeys/options", { password: said.password, totp: said.totp || null }, said.csrf_token);
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    const credential = await navigator.credentials.create({ publicKey });
    await post("/account/passkeys", { name: said.name, credential: credential.toJSON() }, said.csrf_token);
    location.reload();
  };

  const attempt = async (work, given) => {
    tell("");
    if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) { tell(trouble.dataset.none); return; }
    try {
      await work(given);
    } catch (error) {
      tell(error instanceof DOMException ? trouble.dataset.stopped : error.message);
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-passkey=open]");
    if (button) attempt(open, button);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-passkey=make]")) return;
    event.preventDefault();
    attempt(make, event.target);
  });
})();
