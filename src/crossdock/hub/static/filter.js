// Narrows a list while the reader types; the form around the box does the same on the server.
for (const box of document.querySelectorAll("[data-filter]")) {
  const items = [...document.querySelectorAll(`${box.dataset.filter} [data-words]`)];
  const none = document.querySelector("[data-none]");
  box.form.querySelector("button")?.setAttribute("hidden", "");
  box.addEventListener("input", () => {
    const wanted = box.value.trim().toLowerCase();
    for (const item of items) item.hidden = !item.dataset.words.includes(wanted);
    if (none) none.hidden = items.some((item) => !item.hidden);
  });
}
