// Tells the page that opened the hub; only the origins that the session names can hear it.
const { message, origins } = document.querySelector("[data-message]").dataset;
const listeners = [window.opener, window.parent === window ? null : window.parent].filter(Boolean);
const known = location.ancestorOrigins ? [...location.ancestorOrigins] : null;
for (const origin of JSON.parse(origins)) {
  for (const listener of listeners) {
    if (listener === window.parent && known && !known.includes(origin)) continue;
    listener.postMessage(JSON.parse(message), origin);
  }
}
