// Writes moments in the reader's own time zone; the page has them in UTC.
const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang;
const brief = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
const short = new Intl.DateTimeFormat(language, brief);
const long = new Intl.DateTimeFormat(language, { ...brief, year: "numeric" });
const zone = new Intl.DateTimeFormat("en", { timeZoneName: "short" });
const HALF_A_YEAR = 180 * 24 * 3600 * 1000;

export function localise(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    const moment = new Date(time.dateTime);
    if (!time.title) time.title = time.textContent;
    const isBrief = time.closest("td") && Math.abs(moment - Date.now()) < HALF_A_YEAR;
    const name = zone.formatToParts(moment).find((part) => part.type === "timeZoneName")?.value ?? "";
    time.textContent = `${(isBrief ? short : long).format(moment)} ${name}`.trim();
  }
}

const pad = (number) => String(number).padStart(2, "0");
const field = (moment) =>
  `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}T${pad(moment.getHours())}:${pad(moment.getMinutes())}`;

// Fields for date and time: shown in the reader's zone, sent in UTC.
for (const form of document.querySelectorAll("form[data-zoned]")) {
  const inputs = [...form.querySelectorAll("input[data-utc]")];
  for (const input of inputs) if (input.value) input.value = field(new Date(`${input.value}Z`));
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const said of form.querySelectorAll("[data-zone]")) said.textContent = name;
  form.addEventListener("formdata", (event) => {
    for (const input of inputs) if (input.value) event.formData.set(input.name, new Date(input.value).toISOString());
    for (const [key, value] of [...event.formData]) if (!value) event.formData.delete(key);
  });
}

localise(document);
