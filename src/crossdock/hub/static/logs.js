// Follows the log: fetches this page anew every few seconds and puts the newer calls in place, until it is switched off.
import { localise } from "./times.js";

const EVERY = 3000;
const button = document.querySelector("[data-follow]");
const rows = () => document.querySelector("[data-rows]");
const calls = (root) => [...root.querySelectorAll("[data-call]")].map((row) => row.dataset.call);
let timer = null;

async function refresh() {
  const reply = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (reply.redirected || !reply.ok) return location.assign(reply.url);
  const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").querySelector("[data-rows]");
  const old = rows();
  const known = new Set(calls(old));
  const added = calls(fresh).filter((one) => !known.has(one));
  if (!added.length || old.contains(document.activeElement)) return undefined;
  const shown = document.adoptNode(fresh);
  old.replaceWith(shown);
  localise(shown);
  for (const row of shown.querySelectorAll("[data-call]")) row.classList.toggle("fresh", added.includes(row.dataset.call));
  const said = added.length === 1 ? shown.dataset.one : `${shown.dataset.many}${added.length}`;
  document.querySelector("[data-said]").textContent = said;
  return undefined;
}

async function turn() {
  if (!document.hidden) {
    try {
      await refresh();
    } catch {
      // The network is away: the next turn asks again.
    }
  }
  if (button.getAttribute("aria-pressed") === "true") timer = setTimeout(turn, EVERY);
}

function follow(on) {
  button.setAttribute("aria-pressed", String(on));
  sessionStorage.setItem("crossdock.follow", on ? "yes" : "");
  clearTimeout(timer);
  if (on) timer = setTimeout(turn, 0);
}

button.hidden = new URLSearchParams(location.search).has("next");
button.addEventListener("click", () => follow(button.getAttribute("aria-pressed") !== "true"));
if (!button.hidden && sessionStorage.getItem("crossdock.follow")) follow(true);
