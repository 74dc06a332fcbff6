// Users of an application that has signalbox's Node client. What it reads and prints is in client_users.py, its twin.
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";

const { Failure, Signalbox, pieces } = await import(pathToFileURL(`${process.argv[2]}/signalbox_client.mjs`));
const options = JSON.parse(process.argv[3]);

const provider = (url) => (request, timeoutMs) => pieces(url, {}, request, timeoutMs);

async function ask(box, key, want) {
  const began = performance.now();
  const seen = { key, target: null, degraded: null, notice: null, text: "", failure: null };
  try {
    const answer = await box.ask(key, { key, want });
    Object.assign(seen, { target: answer.target, degraded: answer.degraded, notice: answer.notice });
    for await (const piece of answer.pieces) {
      seen.text += piece;
      if (want === "abandon") break;
    }
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    seen.failure = `${failure.kind} ${failure.name}`;
  }
  return { ...seen, seconds: (performance.now() - began) / 1000 };
}

const targets = Object.fromEntries(Object.entries(options.targets).map(([name, url]) => [name, provider(url)]));
const box = await Signalbox.start("chat", targets, { url: options.url, reporter: "node", timeoutMs: 1000 * options.timeout_s,
  heartbeatMs: 1000 * options.heartbeat_s, patienceMs: 1000 * options.patience_s });
while (!box.advice.etag) await sleep(10); // the first answer may take longer than it is waited for
for await (const line of createInterface({ input: process.stdin })) {
  const { keys, want } = JSON.parse(line);
  console.log(JSON.stringify(await Promise.all(keys.map((key) => ask(box, key, want)))));
}
await box.close();
