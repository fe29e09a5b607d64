// Goes on when an account is chosen, says that a request is on its way, and leads to its answer.
for (const select of document.querySelectorAll("select[data-go]")) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    if (!["run", "sure"].includes(button?.value)) return;
    form.dataset.sent = "yes";
    for (const one of form.querySelectorAll(".button.primary, .button.danger")) {
      one.setAttribute("aria-disabled", "true");
      (one.querySelector("span") ?? one).textContent = `${form.dataset.busy} …`;
    }
  });
}
addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-busy]")) delete form.dataset.sent; });
document.querySelector("[data-result]")?.focus({ preventScroll: true });
