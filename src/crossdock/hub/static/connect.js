// Opens the linking pages inside an app's own page: Connect.start({ sessionToken, onSuccess, onCancel, onClose }).
(() => {
  const home = new URL(document.currentScript.src).origin;
  const EVERY = 2000;
  const LAST_LOOK = 3000;
  const LOOK = `
    dialog { width: min(980px, 100vw - 32px); height: min(820px, 100dvh - 16px); max-width: none; max-height: none;
      box-sizing: border-box; padding: 48px 0 0; border: 0; overflow: visible; background: transparent; }
    dialog::backdrop { background: rgb(10 14 20 / 62%); }
    iframe { display: block; width: 100%; height: 100%; border: 0; border-radius: 14px; background: Canvas; }
    button { position: absolute; top: 2px; inset-inline-end: 0; width: 40px; height: 40px; padding: 0 0 3px; border: 0;
      border-radius: 50%; background: rgb(255 255 255 / 92%); color: #11161d; font: 26px/1 system-ui, sans-serif; cursor: pointer; }
    button:hover { background: #fff; }
    button:focus-visible { outline: 3px solid #86aeff; outline-offset: 2px; }
    @media (max-width: 640px) { dialog { width: 100vw; height: 100dvh; } iframe { border-radius: 14px 14px 0 0; }
      button { inset-inline-end: 8px; } }`;
  let running;

  // A style sheet that is made here passes a page's content policy, where a style element would not.
  function inShadow(host) {
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(LOOK);
    root.adoptedStyleSheets = [sheet];
    return root;
  }

  function inline(frame, { containerId, width = "100%", height = "600px" }) {
    const container = document.getElementById(containerId);
    if (!container) throw new Error(`Connect.start: there is no element with the id ${containerId}.`);
    const host = document.createElement("div");
    Object.assign(host.style, { width, height });
    inShadow(host).append(frame);
    container.append(host);
    return host;
  }

  function dialog(frame, { close: button = true, bgColor } = {}, close) {
    const host = document.createElement("div");
    const box = document.createElement("dialog");
    box.setAttribute("aria-label", frame.title);
    if (bgColor) frame.style.background = bgColor;
    box.append(frame);
    if (button) {
      const cross = document.createElement("button");
      Object.assign(cross, { type: "button", textContent: "×" });
      cross.setAttribute("aria-label", "Close");
      cross.addEventListener("click", close);
      box.prepend(cross);
    }
    box.addEventListener("cancel", (event) => {
      event.preventDefault();
      close();
    });
    inShadow(host).append(box);
    document.body.append(host);
    box.showModal();
    return host;
  }

  function start({ sessionToken, apiUrl, styles = {}, onSuccess, onCancel, onClose }) {
    running?.();
    const base = apiUrl ? new URL(apiUrl, location.href).origin : home;
    const frame = document.createElement("iframe");
    Object.assign(frame, { title: "Link an account", src: `${base}/link/embed` });
    const send = (type, more) => frame.contentWindow?.postMessage({ type, ...more }, base);
    let linked = false;
    let loaded = false;

    function succeed(account) {
      if (linked) return;
      linked = true;
      clearInterval(timer);
      if (loaded) send("crossdock.linked");
      onSuccess?.({ id: account.id, provider: account.provider });
      if (!styles.inline && styles.options?.close === false) close();
    }

    // What the server says is what happened, whichever frame or window it happened in.
    async function look(signal) {
      try {
        const headers = { "x-hub-session-token": sessionToken };
        const reply = await fetch(`${base}/hub/outcome`, { headers, cache: "no-store", signal });
        const { account } = reply.ok ? await reply.json() : {};
        if (account) succeed(account);
      } catch {
        // The network is away, or the page's policy allows frames alone: the frame tells as well.
      }
    }

    function hear(event) {
      if (event.source !== frame.contentWindow || event.origin !== base) return;
      if (event.data?.type === "AccountConnected") succeed(event.data.account);
    }

    function seen() {
      if (!linked && !document.hidden) look();
    }

    async function close() {
      if (running !== close) return;
      running = undefined;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", seen);
      place.remove();
      if (!linked) await look(AbortSignal.timeout(LAST_LOOK));
      removeEventListener("message", hear);
      if (!linked) onCancel?.();
      onClose?.();
    }

    function handOver() {
      loaded = true;
      send("crossdock.token", { token: sessionToken });
      if (linked) send("crossdock.linked");
    }

    frame.addEventListener("load", handOver, { once: true });
    const place = styles.inline ? inline(frame, styles.inline) : dialog(frame, styles.options, close);
    addEventListener("message", hear);
    document.addEventListener("visibilitychange", seen);
    const timer = setInterval(seen, EVERY);
    running = close;
    look();
  }

  window.Connect = { start };
})();
