// Takes the session's token from the app's page around this frame, and opens the flow here or in a window of its own.
const door = document.querySelector("[data-door]");
const go = door.querySelector("[data-go]");
let linked = false;

function say(state) {
  door.querySelector("h1").textContent = door.dataset[`${state}Title`];
  door.querySelector(".lead").textContent = door.dataset[`${state}Text`];
  go.hidden = state !== "window";
}

// A frame may have no cookies in a foreign page; without the session's cookie its first page answers 401.
async function holds(url) {
  const reply = await fetch(url, { redirect: "manual", cache: "no-store" });
  return reply.status !== 401;
}

function leave(token) {
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/link/embed", target: "_blank" });
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "token", value: token });
  form.append(field);
  document.body.append(form);
  form.submit();
  form.remove();
}

async function enter(token, origin) {
  const reply = await fetch("/link/embed", { method: "POST", body: new URLSearchParams({ token, origin }) });
  if (!reply.ok) return say("unknown");
  const { url } = await reply.json();
  if (url && (await holds(url))) return location.replace(url);
  go.addEventListener("click", () => leave(token));
  if (!linked) say("window");
}

addEventListener("message", (event) => {
  if (window.parent === window || event.source !== window.parent) return;
  if (event.data?.type === "crossdock.linked") {
    linked = true;
    say("linked");
  }
  if (event.data?.type === "crossdock.token") enter(String(event.data.token), event.origin);
});
