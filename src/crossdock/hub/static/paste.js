// Says at once what was pasted, from the rules that the connector gave; the server says the same without this script.
const TIDY = /^[\s"'`]+|[\s"'`,;]+$/g;
const SCHEME = /^(?:authorization:\s*)?(?:bearer|token)\s+/i;

function claimsOf(text) {
  if (!text.startsWith("eyJ") || /\s/.test(text)) return null;
  const parts = text.split(".");
  try {
    if (parts.length !== 3 || !parts[2]) return "broken";
    return JSON.parse(atob(parts[1].replace(/-/g, "+").replace(/_/g, "/")));
  } catch {
    return "broken";
  }
}

function fitsJwt(rule, claims) {
  if (rule.jwt === "none") return claims === null;
  if (rule.jwt === "broken") return claims === "broken";
  if (!claims || claims === "broken") return false;
  if (rule.jwt === "expired") return typeof claims.exp === "number" && claims.exp * 1000 < Date.now();
  if (rule.jwt === "audience") return ![claims.aud].flat().includes(rule.audience);
  return true;
}

function fits(rule, text, claims) {
  if (rule.jwt && !fitsJwt(rule, claims)) return false;
  if (rule.also && !new RegExp(rule.also).test(text)) return false;
  if (rule.inside) return /[\s"'{]/.test(text) && new RegExp(rule.pattern, rule.flags).test(text);
  return rule.pattern === undefined ? Boolean(rule.jwt) : new RegExp(rule.pattern, rule.flags ?? "").test(text);
}

function judge(text, rules) {
  const claims = claimsOf(text);
  return rules.find((rule) => fits(rule, text, claims)) ?? null;
}

function say(place, verdict) {
  if (!verdict) return place.replaceChildren();
  const line = document.createElement("p");
  line.className = `verdict ${verdict.verdict}`;
  const words = document.createElement("span");
  words.append(verdict.text);
  if (verdict.step) {
    const way = document.createElement("a");
    way.href = `#step-${verdict.step}`;
    way.textContent = verdict.button;
    words.append(" ", way);
  }
  line.append(words);
  place.replaceChildren(line);
}

for (const field of document.querySelectorAll("input[data-rules]")) {
  const rules = JSON.parse(field.dataset.rules);
  const place = document.getElementById(`${field.id}-said`);
  const look = () => {
    const text = field.value.trim() && field.value.replace(TIDY, "").replace(SCHEME, "").replace(TIDY, "");
    const verdict = text ? judge(text, rules) : null;
    field.setAttribute("aria-invalid", String(verdict?.verdict === "bad"));
    field.closest(".field").classList.toggle("wrong", verdict?.verdict === "bad");
    say(place, verdict);
  };
  if (rules.length) field.addEventListener("input", look);
  if (rules.length && field.value) look();
}

for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.firstChild.data = shown ? button.dataset.hide : button.dataset.show;
    button.setAttribute("aria-pressed", String(shown));
  });
}
