// Says at once what was pasted, from the rules that the connector gave; the server says the same without this script.
const TIDY = /^[\s"'`]+|[\s"'`,;]+$/g;
const SCHEME = /^(?:authorization:\s*)?(?:bearer|token)\s+/i;

function expiry(text) {
  const parts = text.split(".");
  if (parts.length !== 3) return null;
  try {
    const claims = JSON.parse(atob(parts[1].replace(/-/g, "+").replace(/_/g, "/")));
    return typeof claims.exp === "number" ? new Date(claims.exp * 1000) : null;
  } catch {
    return null;
  }
}

function judge(text, rules) {
  for (const rule of rules) {
    if (!new RegExp(rule.pattern, rule.flags ?? "").test(text)) continue;
    const until = expiry(text);
    if (rule.expired && until) {
      if (until >= new Date()) continue;
      return { ...rule, text: rule.text.replace("{day}", until.toLocaleDateString()) };
    }
    if (rule.expired) continue;
    return rule;
  }
  return null;
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
