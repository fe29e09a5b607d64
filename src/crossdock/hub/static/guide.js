// Keeps the ticks of the guide while the tab lives, and sends a form once.
const list = document.querySelector("[data-guide]");
if (list) {
  const key = `guide:${list.dataset.guide}`;
  const read = () => JSON.parse(sessionStorage.getItem(key) ?? "[]");
  const boxes = [...list.querySelectorAll("[data-step]")];
  try {
    const done = new Set(read());
    for (const box of boxes) box.checked = done.has(box.dataset.step) && `#step-${box.dataset.step}` !== location.hash;
    list.addEventListener("change", () =>
      sessionStorage.setItem(key, JSON.stringify(boxes.filter((box) => box.checked).map((box) => box.dataset.step))));
  } catch {
    // Storage is closed in some frames: the ticks then live as long as the page.
  }
  const open = () => {
    const step = location.hash && list.querySelector(location.hash.replace(/[^#\w-]/g, ""));
    if (!step) return;
    step.querySelector("[data-step]").checked = false;
    step.focus({ preventScroll: true });
    step.scrollIntoView({ block: "start" });
  };
  addEventListener("hashchange", open);
  open();
}

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    if (form.target !== "_blank") form.dataset.sent = "yes";
    event.submitter?.setAttribute("aria-disabled", "true");
    if (form.dataset.leaves) setTimeout(() => location.assign(form.dataset.leaves), 1500);
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  }
});
