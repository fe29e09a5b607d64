// The same page with the custom element <stackone-hub>.
import "@stackone/hub/webcomponent";

const asked = JSON.parse(document.getElementById("asked").textContent);
const element = document.createElement("stackone-hub");
window.told = [];
const names = { token: "token", baseUrl: "base-url", appUrl: "app-url", theme: "theme", onCloseLabel: "on-close-label" };
for (const [name, attribute] of Object.entries(names)) if (asked[name]) element.setAttribute(attribute, asked[name]);
element.setAttribute("mode", "integration-picker");
element.setAttribute("show-footer-links", "false");
element.addEventListener("success", (event) => window.told.push(["success", event.detail]));
element.addEventListener("close", () => window.told.push(["close"]));
document.getElementById("place").append(element);
