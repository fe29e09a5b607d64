// Counts anew what an agent key would reach while its form is filled in; the button does the same without a script.
const form = document.querySelector("form[data-reach]");
const button = () => document.querySelector("[data-reach-button]");
let timer = null;
let turn = 0;

async function count() {
  const mine = ++turn;
  const body = new URLSearchParams(new FormData(form));
  body.set("deed", "preview");
  const reply = await fetch(form.action, { method: "POST", body });
  if (!reply.ok || reply.redirected || mine !== turn) return;
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const fresh = page.querySelector("[data-reach-shown]");
  const old = document.querySelector("[data-reach-shown]");
  if (fresh && old.innerHTML !== fresh.innerHTML) old.replaceWith(document.adoptNode(fresh));
  button().hidden = true;
}

form.addEventListener("input", (event) => {
  if (!["accounts", "effects", "actions"].includes(event.target.name)) return;
  clearTimeout(timer);
  timer = setTimeout(() => count().catch(() => { button().hidden = false; }), 350);
});
button().hidden = true;
