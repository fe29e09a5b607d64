// What an integration does with Apollo Client: a normalized cache, relay-style pages, a token renewed on the way.
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, ServerError, gql } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { ErrorLink } from "@apollo/client/link/error";
import { relayStylePagination } from "@apollo/client/utilities";
import { from as observe, switchMap } from "rxjs";

const { API_URL, ACCESS_TOKEN, REFRESH_TOKEN } = process.env;
let token = ACCESS_TOKEN;
let renewals = 0;

async function renew() {
  const answer = await fetch(`${API_URL}/auth/refresh`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ refresh_token: REFRESH_TOKEN }),
  });
  token = (await answer.json()).access_token;
  renewals += 1;
}

const signed = new SetContextLink(({ headers }) => ({ headers: { ...headers, authorization: `Bearer ${token}` } }));
const renewing = new ErrorLink(({ error, operation, forward }) => {
  if (ServerError.is(error) && error.statusCode === 401 && renewals === 0) {
    return observe(renew()).pipe(switchMap(() => forward(operation)));
  }
  return undefined;
});
const client = new ApolloClient({
  link: ApolloLink.from([renewing, signed, new HttpLink({ uri: `${API_URL}/graphql` })]),
  cache: new InMemoryCache({
    typePolicies: {
      Query: { fields: { orders: { merge: true } } },
      OrdersQueryResult: { fields: { data: relayStylePagination(["sort"]) } },
    },
  }),
});

const PAGE = gql`
  query Page($after: String) {
    orders {
      data(first: 20, after: $after, sort: "order_date") {
        edges { cursor node { id order_number } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }
  }
`;
const UPDATE = gql`
  mutation Update($data: UpdateOrderInput!) {
    order_update(data: $data) { order { id order_number packing_note } }
  }
`;
const ONE = gql`
  query One($id: String!) {
    order(id: $id) { data { id packing_note } }
  }
`;

const first = await client.query({ query: PAGE });
const page = client.watchQuery({ query: PAGE });
const stop = page.subscribe({});
await page.fetchMore({ variables: { after: first.data.orders.data.pageInfo.endCursor } });
const merged = client.readQuery({ query: PAGE }).orders.data.edges.map(({ node }) => node);
stop.unsubscribe();

const id = merged[0].id;
await client.query({ query: ONE, variables: { id } });
await client.mutate({ mutation: UPDATE, variables: { data: { order_id: id, packing_note: "Fragile" } } });
const cached = client.readQuery({ query: ONE, variables: { id } });

async function failure(call) {
  try {
    await call();
  } catch (error) {
    if (!CombinedGraphQLErrors.is(error)) throw error;
    return { errors: error.errors, data: error.data ?? null };
  }
  throw new Error("Nothing was refused.");
}

console.log(
  JSON.stringify({
    renewals,
    merged: merged.map((node) => node.order_number),
    note: cached.order.data.packing_note,
    notFound: await failure(() => client.query({ query: ONE, variables: { id: "T3JkZXI6MQ==" } })),
  }),
);
