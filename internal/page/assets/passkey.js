// Passkeys are the one thing that needs a script. Elements are hidden until it runs.
"use strict";

const post = async (url, body) => {
  const response = await fetch(url, { method: "POST", body, headers: body ? { "Content-Type": "application/json" } : {} });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error("refused"), { next: answer.next });
  return answer;
};

const attempt = (box, button, act) => {
  const notice = box.querySelector("[role=alert]");
  return async (event) => {
    event.preventDefault();
    notice.hidden = true;
    button.disabled = true;
    try {
      await act();
    } catch (error) {
      if (error.next) location.href = error.next;
      else notice.hidden = false;
    } finally {
      button.disabled = false;
    }
  };
};

if (window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON) {
  const show = document.querySelector("[data-passkey-show]");
  if (show) {
    const button = show.querySelector("button");
    show.hidden = false;
    button.addEventListener("click", attempt(show, button, async () => {
      const options = await post("/dashboard/login/second-factor/passkey/begin/");
      const key = await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      const path = "/dashboard/login/second-factor/passkey/finish/?" + new URLSearchParams({ next: button.dataset.next });
      location.href = (await post(path, JSON.stringify(key))).next;
    }));
  }
  const make = document.querySelector("[data-passkey-new]");
  if (make) {
    make.hidden = false;
    make.addEventListener("submit", attempt(make, make.querySelector("button"), async () => {
      const options = await post("/dashboard/account/security/passkeys/begin/");
      const key = await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
      make.elements.answer.value = JSON.stringify(key);
      make.submit();
    }));
  }
}
