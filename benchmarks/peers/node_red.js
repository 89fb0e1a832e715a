// The peer Node-RED (npm), as its settings file: a flow `mqtt in` -> `function`, where the function is the relay.
//
// Given by the environment: PEER_PORT, PEER_TOPIC, PEER_CA (or nothing), PEER_FOLDER, and PEER_OFFSET_NS, what
// CLOCK_BOOTTIME is ahead of CLOCK_MONOTONIC, by which Node.js counts. The function takes the instant itself: Node-RED's
// own GPIO node would hand it to a second process first.
const fs = require("fs");
const { PEER_PORT: port, PEER_TOPIC: topic, PEER_CA: ca, PEER_FOLDER: folder, PEER_OFFSET_NS: offset } = process.env;

const tls = ca ? [{ id: "peer.tls", type: "tls-config", name: "", cert: "", key: "", ca, verifyservercert: true }] : [];
const flow = [
    { id: "peer.flow", type: "tab", label: "relay", disabled: false },
    ...tls,
    {
        id: "peer.broker", type: "mqtt-broker", name: "", broker: ca ? "localhost" : "127.0.0.1", port, tls: ca ? "peer.tls" : "",
        usetls: Boolean(ca), clientid: "node-red", autoConnect: true, protocolVersion: "5", keepalive: "60",
        cleansession: true, birthTopic: "", closeTopic: "", willTopic: "",
    },
    {
        id: "peer.in", type: "mqtt in", z: "peer.flow", name: "", topic, qos: "1", datatype: "buffer", broker: "peer.broker",
        nl: false, rap: true, rh: 0, inputs: 0, wires: [["peer.relay"]],
    },
    { id: "peer.relay", type: "function", z: "peer.flow", func: "global.get('relay')();", outputs: 0, wires: [] },
    { id: "peer.status", type: "status", z: "peer.flow", scope: ["peer.in"], wires: [["peer.linked"]] },
    { id: "peer.linked", type: "function", z: "peer.flow", func: "global.get('linked')(msg);", outputs: 0, wires: [] },
];
fs.writeFileSync(`${folder}/flows.json`, JSON.stringify(flow));

let told = false;
module.exports = {
    flowFile: "flows.json", userDir: folder, credentialSecret: false, uiHost: "127.0.0.1", uiPort: 0,
    httpAdminRoot: false, httpNodeRoot: false, disableEditor: true, telemetry: { enabled: false },
    logging: { console: { level: "off", metrics: false, audit: false } },
    functionGlobalContext: {
        relay: () => {
            const at = process.hrtime.bigint() + BigInt(offset);
            process.stdout.write(`${at / 1000000000n}.${String(at % 1000000000n).padStart(9, "0")}\n`);
        },
        linked: (msg) => {
            if (!told && msg.status && msg.status.fill === "green") {
                told = true;
                setTimeout(() => process.stdout.write("ready\n"), 20); // the subscription is on its way
            }
        },
    },
};
