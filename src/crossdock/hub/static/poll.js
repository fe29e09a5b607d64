// Fetches this page anew while the test runs and puts what changed in its place; without it the page refreshes itself.
const GAPS = [300, 500, 700, 1000, 1500];
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function fetchAnew() {
  const reply = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (reply.redirected || !reply.ok) return location.assign(reply.url);
  return new DOMParser().parseFromString(await reply.text(), "text/html");
}

function show(page) {
  const fresh = page.querySelector("[data-live]");
  if (!fresh) return location.reload();
  const old = document.querySelector("[data-live]");
  if (old.innerHTML !== fresh.innerHTML) old.replaceWith(document.adoptNode(fresh));
  const said = document.querySelector("[data-said]");
  const words = page.querySelector("[data-said]").textContent;
  if (said.textContent !== words) said.textContent = words;
  document.title = page.title;
  document.querySelector(".stepper")?.replaceWith(document.adoptNode(page.querySelector(".stepper")));
  return fresh.dataset.live === "running";
}

let turn = 0;
let running = Boolean(document.querySelector("[data-live=running]"));
while (running) {
  await wait(document.hidden ? 2000 : GAPS[Math.min(turn++, GAPS.length - 1)]);
  try {
    const page = await fetchAnew();
    running = page ? show(page) : false;
  } catch {
    await wait(2000); // the network is away: ask again
  }
}
