// Connects to the MCP server at the address in the arguments, as the public client with the client ID in the
// arguments. Follows its challenges to the sign-in page, and calls its tools. Prints one JSON value a line.

import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [address, clientId] = process.argv.slice(2);
setTimeout(() => {
  console.error("no result within 60 seconds");
  process.exit(1);
}, 60_000);

const print = (name, value) => console.log(JSON.stringify({ [name]: value }));

// What the SDK stores, and the page that it wants to open.
const stored = {};
const provider = {
  redirectUrl: "http://localhost:33418/callback",
  clientMetadata: { redirect_uris: ["http://localhost:33418/callback"] },
  clientInformation: () => stored.client ?? { client_id: clientId },
  saveClientInformation: (client) => (stored.client = client),
  tokens: () => stored.tokens,
  saveTokens: (tokens) => (stored.tokens = tokens),
  codeVerifier: () => stored.verifier,
  saveCodeVerifier: (verifier) => (stored.verifier = verifier),
  redirectToAuthorization: (page) => (stored.page = page),
};

// What a browser does: opens the page, and comes back with a code.
async function signIn(transport) {
  print("requested", [stored.page.searchParams.get("scope"), stored.page.searchParams.get("resource")]);
  const response = await fetch(stored.page, { redirect: "manual" });
  const location = response.headers.get("location");
  if (!location?.startsWith(provider.redirectUrl)) {
    throw new Error(`sign-in failed: ${response.status} ${location}`);
  }
  await transport.finishAuth(new URL(location).searchParams.get("code"));
}

async function connect() {
  for (;;) {
    const client = new Client({ name: "discover", version: "1.0.0" });
    const transport = new StreamableHTTPClientTransport(new URL(address), { authProvider: provider });
    try {
      await client.connect(transport);
      return [client, transport];
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      await signIn(transport);
    }
  }
}

const [client, transport] = await connect();
const call = async (name, args = {}) => {
  const result = await client.callTool({ name, arguments: args });
  return result.content.map((part) => part.text).join("");
};
const { tools } = await client.listTools();
print("tools", tools.map((tool) => tool.name).sort());
print("who_am_i", await call("who_am_i"));
try {
  await call("add_note", { text: "buy milk" });
} catch (error) {
  if (!(error instanceof UnauthorizedError)) throw error;
  // The challenge of the 403 response asks for one more scope.
  await signIn(transport);
  print("add_note", await call("add_note", { text: "buy milk" }));
}
print("list_notes", await call("list_notes"));
process.exit(0);
