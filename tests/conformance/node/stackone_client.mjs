// Uses a running hub through the unmodified @stackone/stackone-client-ts; run by test_stackone_client_ts.py.
import { StackOne } from "@stackone/stackone-client-ts";

const { HUB_URL, API_KEY, ACCOUNT, DOOMED, DEAD, PAUSED, TWIN } = process.env;
const once = { retries: { strategy: "none" } };
const hub = (username) => new StackOne({ serverURL: HUB_URL, security: { username, password: "" } });
const client = hub(API_KEY);
const stranger = hub("v1.local.nobody");
const onAccount = { headers: { "x-account-id": ACCOUNT } };

async function refused(asked) {
  try {
    await asked;
    return null;
  } catch (error) {
    return { name: error.name, status: error.statusCode };
  }
}

async function refusedByTheProvider() {
  const fault = { kind: "forbidden", status: 400, paths: "/2024-09/shipments", times: 1 };
  await fetch(`${TWIN}/_twin/faults`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(fault) });
  const asked = client.actions.rpcAction({ action: "easyship_list_shipments" }, { ...once, fetchOptions: onAccount });
  const error = await asked.then(() => ({}), (one) => one);
  return { name: error.name, answers: error.providerErrors?.map((one) => one.status) };
}

async function sessions() {
  const asked = { originOwnerId: "ts", originOwnerName: "TS Shop", provider: "easyship", expiresIn: 900, metadata: { plan: "gold" } };
  const made = await client.connectSessions.createConnectSession({ ...asked, multiple: true }, once);
  const { token, authLinkUrl, id, provider } = made.connectSessionTokenAuthLink;
  const known = await client.connectSessions.authenticateConnectSession({ token }, once);
  return { statuses: [made.statusCode, known.statusCode], authLinkUrl, ids: [id, known.connectSession.id], provider };
}

async function accounts() {
  const { classes: mine } = await client.accounts.listLinkedAccounts({ accountIds: [ACCOUNT, DOOMED] }, once);
  const { classes: none } = await client.accounts.listLinkedAccounts({ originOwnerId: "nobody" }, once);
  const { linkedAccount: one } = await client.accounts.getAccount({ id: ACCOUNT }, once);
  const changed = await client.accounts.updateAccount({ id: ACCOUNT, patchAccountExternalDto: { originUsername: "ts@example.com" } }, once);
  const { linkedAccountMeta: meta } = await client.accounts.getAccountMetaInfo({ id: ACCOUNT }, once);
  const { linkedAccount: gone } = await client.accounts.deleteAccount({ id: DOOMED }, once);
  return {
    mine: mine.map((account) => account.id).sort(),
    none: none.length,
    one: { provider: one.provider, status: one.status, dated: one.createdAt instanceof Date },
    changed: changed.linkedAccount.originUsername,
    meta: meta.provider,
    gone: gone.id,
    afterwards: await refused(client.accounts.getAccount({ id: DOOMED }, once)),
  };
}

async function catalogue() {
  const { classes } = await client.connectors.listConnectorsMeta({}, once);
  const { connectorsMeta } = await client.connectors.getConnectorMeta({ provider: "shiphero" }, once);
  const pages = await client.actions.listActionsMeta({ filter: { connectors: "easyship,shiphero" }, pageSize: "1" }, once);
  const actions = {};
  for await (const { actionsMetaPaginated: page } of pages)
    for (const connector of page.data) actions[connector.key] = connector.actions.map((action) => action.id);
  return { connectors: classes.map((one) => one.provider).sort(), one: connectorsMeta.provider, actions };
}

async function calls() {
  const action = "easyship_list_shipments";
  const inBody = await client.actions.rpcAction({ action, headers: { "x-account-id": ACCOUNT }, query: { page_size: 1 } }, once);
  const inHeader = await client.actions.rpcAction({ action }, { ...once, fetchOptions: onAccount });
  const proxied = await client.proxy.proxyRequest(
    { xAccountId: ACCOUNT, proxyRequestBody: { method: "get", path: "/2024-09/account" } }, once);
  return {
    rows: [inBody, inHeader].map((reply) => Array.isArray(reply.actionsRpcResponse.data)),
    proxied: proxied.statusCode,
    refusals: {
      account: await refused(client.actions.rpcAction({ action }, once)),
      action: await refused(client.actions.rpcAction({ action: "easyship_fly" }, { ...once, fetchOptions: onAccount })),
      write: await refused(client.actions.rpcAction(
        { action: "easyship_cancel_shipment", path: { easyship_shipment_id: "ESUS1" } }, { ...once, fetchOptions: onAccount })),
      provider: await refusedByTheProvider(),
      key: await refused(stranger.accounts.listLinkedAccounts({}, once)),
    },
  };
}

async function logs() {
  const listed = await client.requestLogs.listLogs(
    { pageSize: 10, orderBy: "eventDatetime", orderDirection: "desc", filter: { accountIds: ACCOUNT } }, once);
  const { requestId } = listed.unifiedLogsPaginated.data[0];
  const one = await client.requestLogs.getLog({ id: requestId, include: "step_logs" }, once);
  const steps = await client.requestLogs.listStepLogs({ pageSize: 5 }, once);
  const platform = await client.requestLogs.listPlatformLogs({ pageSize: 5 }, once);
  return {
    rows: listed.unifiedLogsPaginated.data.length,
    same: one.unifiedLogResult.data.requestId === requestId,
    statuses: [listed, one, steps, platform].map((reply) => reply.statusCode),
  };
}

async function errors() {
  const parsed = async (asked) => {
    try {
      await asked;
      return null;
    } catch (error) {
      const { errorCode = null, errors = null, code } = JSON.parse(error.body);
      return { name: error.name, status: error.statusCode, errorCode, errors, code };
    }
  };
  const through = (account) => client.proxy.proxyRequest(
    { xAccountId: account, proxyRequestBody: { method: "get", path: "/2024-09/account" } }, once);
  const on = (account) => ({ ...once, fetchOptions: { headers: { "x-account-id": account } } });
  return {
    body: await parsed(client.connectSessions.createConnectSession({ originOwnerId: "", originOwnerName: "x" }, once)),
    field: await parsed(client.actions.rpcAction({ action: "easyship_get_shipment" }, on(ACCOUNT))),
    account: await parsed(client.actions.rpcAction({ action: "easyship_list_shipments" }, once)),
    dead: await parsed(client.actions.rpcAction({ action: "easyship_list_shipments" }, on(DEAD))),
    paused: await parsed(through(PAUSED)),
    key: await parsed(stranger.accounts.listLinkedAccounts({}, once)),
    nothing: await parsed(client.accounts.getAccount({ id: "acc_none" }, once)),
  };
}

console.log(JSON.stringify({
  sessions: await sessions(), accounts: await accounts(), catalogue: await catalogue(), calls: await calls(), logs: await logs(),
  errors: await errors(),
}));
