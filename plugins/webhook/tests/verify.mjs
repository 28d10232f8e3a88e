// Verify what record_requests.py prints with the npm package standardwebhooks, installed in the present folder.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Webhook } = createRequire(`${process.cwd()}/`)("standardwebhooks");
const STRANGER = `whsec_${Buffer.from("somebody else's secret").toString("base64")}`;

let verified = 0;
let refused = 0;

const mustFail = (secret, body, headers) => {
  assert.throws(() => new Webhook(secret).verify(body, headers), { message: /No matching signature found/ });
  refused += 1;
};

for (const { secrets, headers, body: encoded } of JSON.parse(readFileSync(0, "utf8"))) {
  const body = Buffer.from(encoded, "base64").toString("utf8");
  for (const secret of secrets) {
    const event = new Webhook(secret).verify(body, headers);
    assert.equal(event.type, "seat.added");
    verified += 1;
    mustFail(secret, body.replace("seat.added", "seat.stolen"), headers);
    mustFail(secret, body, { ...headers, "webhook-id": "dlv_another" });
    mustFail(secret, body, { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) - 1) });
  }
  mustFail(STRANGER, body, headers);
}
assert.ok(verified > 0, "nothing was recorded");
console.log(`${verified} verified, ${refused} forgeries refused`);
