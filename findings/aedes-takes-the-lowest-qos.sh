#!/bin/bash
# aedes: of two overlapping subscriptions the one with the lower QoS wins, in any order.
#
# Expected: MQTT 3.1.1 and 5 let a client have overlapping filters, and oblige the broker to deliver one copy
#   with the maximum QoS of those that match (MQTT-3.3.5-1), or one copy per subscription. To add a broad
#   QoS 0 subscription for a log to a narrow QoS 1 subscription for alarms is therefore harmless.
# Happens: aedes delivers one copy, with the lowest of the granted QoS, whichever filter is the broader and
#   whichever came first. SUBACK had granted QoS 1. Mosquitto 2.0.11 sends, as a 3.1.1 broker should, QoS 1.
# Versions: aedes 1.2.0 (also the broker inside Node-RED's node-red-contrib-aedes), MQTT.js 5.16.0, Node.js 20.
# Consequence for an alarm: a `log/#`-like debug subscription at QoS 0, added in another corner of the program,
#   takes the acknowledgement away from every alarm of that client: what is on the way when the link breaks is
#   lost and never sent again. No value that the client can see at subscribing shows it. Subscribe everything of
#   one client at one QoS, or use a second client.
# Seen on 2026-11-28 (publish of QoS 1 to desa/alarm):
#   desa/# QoS 0, then desa/alarm QoS 1: granted 0, 1; delivered with QoS 0
#   desa/alarm QoS 1, then desa/# QoS 0: granted 1, 0; delivered with QoS 0
#   desa/# QoS 1, then desa/alarm QoS 0: granted 1, 0; delivered with QoS 0
#   desa/alarm QoS 0, then desa/# QoS 1: granted 0, 1; delivered with QoS 0
#   desa/alarm QoS 1 alone:              granted 1; delivered with QoS 1
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried (needs Node.js 20 with npm).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
timeout 300 npm install --silent --no-audit --no-fund --prefix "$work" aedes@1.2.0 mqtt@5.16.0 >npm.log 2>&1 ||
    { cat npm.log; exit 2; }

cat >try.js <<'JS'
const net = require("net");
const { Aedes } = require("aedes");
const mqtt = require("mqtt");

const cases = [
  [["desa/#", 0], ["desa/alarm", 1]],
  [["desa/alarm", 1], ["desa/#", 0]],
  [["desa/#", 1], ["desa/alarm", 0]],
  [["desa/alarm", 0], ["desa/#", 1]],
  [["desa/alarm", 1]],
];

async function delivered(url, filters) {
  const client = await mqtt.connectAsync(url, { protocolVersion: 4 });
  const got = [];
  const closed = new Promise((resolve) => {
    client.on("message", (topic, _payload, packet) => (topic === "end" ? resolve() : got.push(packet.qos)));
  });
  const granted = [];
  for (const [filter, qos] of filters) granted.push((await client.subscribeAsync(filter, { qos }))[0].qos);
  await client.subscribeAsync("end", { qos: 1 });
  const publisher = await mqtt.connectAsync(url, { protocolVersion: 4 });
  await publisher.publishAsync("desa/alarm", "", { qos: 1 });
  await publisher.publishAsync("end", "", { qos: 1 });
  await closed;
  await publisher.endAsync();
  await client.endAsync();
  return [granted.join(", "), got.join(", ")];
}

async function main() {
  const broker = await Aedes.createBroker();
  const server = net.createServer(broker.handle);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `mqtt://127.0.0.1:${server.address().port}`;
  const seen = [];
  for (const filters of cases) {
    const [granted, got] = await delivered(url, filters);
    const name = filters.map(([filter, qos]) => `${filter} QoS ${qos}`).join(", then ") + (filters[1] ? ":" : " alone:");
    console.log(`${name.padEnd(36)} granted ${granted}; delivered with QoS ${got}`);
    seen.push(got);
  }
  if (seen.join(" ") === "0 0 0 0 1") process.exit(0);
  console.log("CHANGED: not what the head of this file records");
  process.exit(1);
}
main();
JS
timeout 60 node try.js
