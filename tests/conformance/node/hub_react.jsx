// A customer's page with @stackone/hub as a React component; #asked holds its settings, window.told what it says.
import { StackOneHub } from "@stackone/hub";
import { createRoot } from "react-dom/client";

const asked = JSON.parse(document.getElementById("asked").textContent);
window.told = [];
addEventListener("message", (event) => {
  if (event.data?.type === "AccountConnected") window.told.push(["message", event.data.account]);
});
createRoot(document.getElementById("place")).render(
  <StackOneHub
    mode="integration-picker"
    height="600px"
    showFooterLinks={false}
    {...asked}
    onSuccess={(account) => window.told.push(["success", account])}
    onClose={() => window.told.push(["close"])}
  />,
);
