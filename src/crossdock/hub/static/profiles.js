// Ticks whole areas, counts what is ticked, and narrows the list while the reader types; without it the form does the same.
const form = document.querySelector("form[data-profile]");
const areas = [...form.querySelectorAll("[data-area]")];
const boxes = (area) => [...area.querySelectorAll('input[name="actions"]')];
const said = form.querySelector("[data-count]");
const every = form.querySelector('input[name="which"][value="every"]');
const chosen = form.querySelector('input[name="which"][value="chosen"]');

function count() {
  let some = 0, all = 0;
  for (const area of areas) {
    const ticked = boxes(area).filter((box) => box.checked).length, of = boxes(area).length;
    area.querySelector("[data-area-count]").textContent = `${ticked} / ${of}`;
    const whole = area.querySelector("[data-all]");
    whole.checked = ticked === of;
    whole.indeterminate = ticked > 0 && ticked < of;
    some += ticked; all += of;
  }
  if (!every.checked) said.textContent = said.dataset.text.replace("{some}", some).replace("{all}", all);
}

form.addEventListener("change", (event) => {
  const box = event.target;
  if (box.matches("[data-all]")) {
    for (const one of boxes(box.closest("[data-area]"))) one.checked = box.checked;
  }
  if (box.matches('[data-all], input[name="actions"]')) chosen.checked = true;
  count();
});

const search = form.querySelector("[data-search]");
const none = form.querySelector("[data-none]");
const opened = new Map(areas.map((area) => [area, area.open]));
search.hidden = false;
search.querySelector("input").addEventListener("input", (event) => {
  const words = event.target.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let left = 0;
  for (const area of areas) {
    const items = [...area.querySelectorAll("[data-words]")];
    for (const item of items) item.hidden = !words.every((word) => item.dataset.words.includes(word));
    const shown = items.filter((item) => !item.hidden).length;
    area.hidden = shown === 0;
    area.open = words.length ? shown > 0 : opened.get(area);
    area.querySelector(".pick-all").hidden = words.length > 0;
    left += shown;
  }
  none.hidden = left > 0;
});
search.querySelector("input").addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
count();
