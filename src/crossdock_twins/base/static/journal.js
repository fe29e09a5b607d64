// Adds new entries of the journal to the page, once a second while somebody looks at it.
(() => {
  const list = document.getElementById("entries");
  const pause = document.getElementById("pause");
  const shape = document.getElementById("entry");
  const MOST = 500;
  let last = Number(list.dataset.last);
  let paused = false;

  const put = (row, name, text) => { row.querySelector(name).textContent = text; };

  const show = (entry) => {
    const row = shape.content.firstElementChild.cloneNode(true);
    put(row, ".when", entry.at.slice(0, 19).replace("T", " "));
    put(row, ".method", entry.method);
    put(row, ".path", entry.path + (entry.query ? `?${entry.query}` : ""));
    put(row, ".status", entry.status);
    row.querySelector(".status").classList.add(`status-${Math.floor(entry.status / 100)}`);
    put(row, ".took", `${entry.duration_ms.toFixed(1)} ms`);
    if (entry.fault) {
      put(row, ".state", entry.fault);
      row.querySelector(".state").hidden = false;
    }
    const headers = Object.entries(entry.headers).map(([name, value]) => `${name}: ${value}`);
    put(row, "pre", `${headers.join("\n")}\n\n${entry.body}`);
    list.prepend(row);
  };

  const look = async () => {
    if (paused || document.hidden) return;
    const wanted = new URLSearchParams({ after: last, limit: 200, path: list.dataset.path });
    const reply = await fetch(`/_twin/journal?${wanted}`);
    if (!reply.ok) return;
    for (const entry of (await reply.json()).entries) {
      show(entry);
      last = entry.id;
      document.getElementById("quiet").hidden = true;
    }
    while (list.childElementCount > MOST) list.lastElementChild.remove();
  };

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? "Go on" : "Pause";
    pause.setAttribute("aria-pressed", String(paused));
  });
  const again = () => look().catch(() => {}).finally(() => setTimeout(again, 1000));
  again();
})();
