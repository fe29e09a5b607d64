// What an integration does with graphql-request; prints what it met as JSON.
import { GraphQLClient, ClientError, gql } from "graphql-request";

const { API_URL, ACCESS_TOKEN } = process.env;
const endpoint = `${API_URL}/graphql`;
const withToken = (token) => new GraphQLClient(endpoint, { headers: { authorization: `Bearer ${token}` } });
const client = withToken(ACCESS_TOKEN);

const PAGE = gql`
  query Page($after: String) {
    orders {
      data(first: 50, after: $after, sort: "order_date") {
        edges { node { id order_number line_items(first: 5) { edges { node { sku quantity } } } } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`;
const CREATE = gql`
  mutation Create($data: CreateOrderInput!) {
    order_create(data: $data) { request_id complexity order { id order_number total_price } }
  }
`;

async function failure(call) {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return { status: error.response.status, errors: error.response.errors ?? null, data: error.response.data ?? null };
  }
  throw new Error("Nothing was refused.");
}

const numbers = [];
let after = null;
do {
  const { orders } = await client.request(PAGE, { after });
  numbers.push(...orders.data.edges.map(({ node }) => node.order_number));
  after = orders.data.pageInfo.hasNextPage ? orders.data.pageInfo.endCursor : null;
} while (after);

const created = await client.request(CREATE, { data: JSON.parse(process.env.ORDER) });
const raw = await client.rawRequest("{ user_quota { credits_remaining max_available increment_rate } }");
const account = await client.rawRequest("{ account { data { id username } } }");
const missing = gql`mutation { order_cancel(data: { order_id: "T3JkZXI6MQ==", reason: "x" }) { order { id } } }`;

console.log(
  JSON.stringify({
    numbers,
    created: created.order_create.order,
    quota: raw.data.user_quota,
    cost: account.extensions.throttling.cost,
    notFound: await failure(() => client.request(missing)),
    notValid: await failure(() => client.request("{ orders { nothing } }")),
    notSignedIn: await failure(() => withToken("none").request("{ account { data { id } } }")),
  }),
);
