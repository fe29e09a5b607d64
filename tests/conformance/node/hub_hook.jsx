// A customer's page with the hook of @stackone/react-hub, which loads the hub's connect.js.
import { useStackOneHub } from "@stackone/react-hub";
import { createRoot } from "react-dom/client";

const { connectUrl, ...asked } = JSON.parse(document.getElementById("asked").textContent);
window.told = [];
const say = (name) => (account) => window.told.push(account ? [name, account] : [name]);
const listeners = { onSuccess: say("success"), onCancel: say("cancel"), onClose: say("close") };

function Shop() {
  const { startConnect } = useStackOneHub({ connectUrl });
  return <button onClick={() => startConnect({ ...asked, ...listeners })}>Link</button>;
}
createRoot(document.getElementById("place")).render(<Shop />);
