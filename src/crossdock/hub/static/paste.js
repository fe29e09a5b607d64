// Says at once what was pasted, from the rules that the connector gave; the server says the same without this script.
const TIDY = /^[\s"'`\u201c\u201d\u2018\u2019]+|[\s"'`,;\u201c\u201d\u2018\u2019]+$/g;
const INVISIBLE = /[\u200b-\u200f\u2060\ufeff\u00ad]/g;
const SCHEME = /^(?:authorization\s*[:=]\s*)?["']?bearer\s+/i;
const RUN = /[A-Za-z0-9+/=_-]/;
const TOKEN_LINE = /^[\w+/=.-]+$/;

function bare(text) {
  const core = text.replace(INVISIBLE, "").replace(TIDY, "").replace(SCHEME, "").replace(TIDY, "");
  const half = core.slice(0, core.length / 2);
  return half.length >= 16 && half + half === core ? half : core;
}

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

// What stands alone inside a longer text: one token is used, of several the person must choose, a damaged one is named.
function inside(rule, text, rules) {
  const alone = [...text.matchAll(new RegExp(rule.pattern, `g${rule.flags}`))].filter((match) =>
    match[0] !== text && !RUN.test(text.charAt(match.index - 1)) && !RUN.test(text.charAt(match.index + match[0].length)));
  const verdicts = [...new Set(alone.map((match) => match[0]))].map((one) => judge(one, rules));
  const good = verdicts.filter((verdict) => verdict?.verdict === "ok").length;
  if (good) return good === 1 ? rule : null;
  return /\s/.test(text) ? verdicts.find((verdict) => verdict?.verdict === "bad") : undefined;
}

function fits(rule, text, claims) {
  if (rule.jwt && !fitsJwt(rule, claims)) return false;
  if (rule.also && !new RegExp(rule.also).test(text)) return false;
  return rule.pattern === undefined ? Boolean(rule.jwt) : new RegExp(rule.pattern, rule.flags ?? "").test(text);
}

function judge(text, rules) {
  const claims = claimsOf(text);
  for (const rule of rules) {
    const found = rule.inside ? inside(rule, text, rules) : fits(rule, text, claims) ? rule : undefined;
    if (found !== undefined) return found;
  }
  return null;
}

// A field of one line drops line breaks: a token that a mail has wrapped is joined, other text keeps its words apart.
function inOneLine(text, rules) {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim()).filter(Boolean);
  const wrapped = lines.every((line) => TOKEN_LINE.test(line)) && !lines.some((line) => judge(line, rules)?.verdict === "ok");
  return lines.join(wrapped ? "" : " ");
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
    const text = bare(field.value);
    const verdict = text ? judge(text, rules) : null;
    field.setAttribute("aria-invalid", String(verdict?.verdict === "bad"));
    field.closest(".field").classList.toggle("wrong", verdict?.verdict === "bad");
    say(place, verdict);
  };
  if (rules.length) field.addEventListener("input", look);
  field.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!/[\r\n]/.test(text.trim())) return;
    event.preventDefault();
    field.setRangeText(inOneLine(text, rules), field.selectionStart, field.selectionEnd, "end");
    look();
  });
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
