// Debian's Chromium for a test in another language: a JSON command a line on standard input, a JSON answer a line on
// standard output. Started by chromium.py with the folder of playwright-core and axe-core.
//
//   {"tab": 1, "do": "open", "with": [{"colorScheme": "dark"}]}    a tab of its own, with nothing in common with others
//   {"tab": 1, "do": "click", "with": ["#theme"]}                  any method of playwright's Page, or "keyboard.press"
//   {"tab": 1, "do": "until", "with": ["expression", ms]}          waits until it is true: in here, for in the page its content
//                                                                  policy would not let playwright's own waiting evaluate text
//   {"tab": 1, "do": "axe"}                                        what axe finds
//   {"tab": 1, "do": "complaints"}                                 errors of the page, of its console, of its content policy
//   {"tab": 1, "do": "refusals"}                                   what could not be loaded, or was answered 4xx or 5xx
//   {"tab": 1, "do": "traffic"}                                    each request: where to, with what, how many bytes came back
//   {"tab": 1, "do": "answer", "with": ["**/v1/x*", "{}"]}         such requests have this JSON from now on
//   {"tab": 1, "do": "forget"}                                     the complaints so far
//   {"tab": 1, "do": "trace", "with": ["expression"]}              what the main thread did while that was under way
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const modules = createRequire(`${process.argv[2]}/`);
const { chromium } = modules("playwright-core");
const AXE = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");
// Nothing but loopback has a name: what would leave the host fails, and stands in the traffic all the same.
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--no-first-run", "--no-default-browser-check", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"];

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
const tabs = new Map();

/** The console says "Failed to load" of each answer that is an error: some tests are about those. */
function listenToConsole(page, tab) {
  page.on("pageerror", (error) => tab.complaints.push(`error: ${error.stack ?? error}`));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    const list = message.text().startsWith("Failed to load resource") ? tab.refusals : tab.complaints;
    list.push(`${message.type()}: ${message.text()} ${message.location().url}`);
  });
  page.on("dialog", (dialog) => {
    tab.complaints.push(`a dialog was opened: ${dialog.message()}`);
    dialog.dismiss();
  });
}

function listenToTraffic(page, tab) {
  const rows = new Map();
  page.on("request", (request) => {
    const row = { method: request.method(), url: request.url(), authorization: request.headers().authorization ?? null, body: request.postData(), headBytes: 0, bodyBytes: 0 };
    rows.set(request, row);
    tab.traffic.push(row);
  });
  page.on("requestfinished", (request) => {
    tab.measuring.push(request.sizes().then((sizes) => {
      Object.assign(rows.get(request), { headBytes: sizes.responseHeadersSize, bodyBytes: sizes.responseBodySize });
    }).catch(() => {}));
  });
}

async function open(number, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const tab = { page, context, complaints: [], refusals: [], traffic: [], measuring: [] };
  listenToConsole(page, tab);
  listenToTraffic(page, tab);
  await page.exposeFunction("tellViolation", (words) => tab.complaints.push(`content policy: ${words}`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => window.tellViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
  });
  tabs.set(number, tab);
}

/** axe runs in the page's own world: over the debugger, which no content policy concerns. */
async function axe({ page, context }) {
  const session = await context.newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: AXE });
  const answer = await session.send("Runtime.evaluate", {
    expression: "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations.map((one) => ({id: one.id, impact: one.impact, help: one.help, " +
      "where: one.nodes.slice(0, 5).map((node) => node.target.join(' ') + ': ' + (node.any[0]?.message ?? ''))})))",
    awaitPromise: true, returnByValue: true });
  await session.detach();
  if (answer.exceptionDetails) throw new Error(answer.exceptionDetails.exception?.description ?? "axe failed");
  return answer.result.value;
}

/** [{ms, cpuMs}] of each task of the page's main thread while `expression`, a promise, is under way; and what that gave. */
async function trace({ page }, expression) {
  await browser.startTracing(page, { categories: ["disabled-by-default-devtools.timeline", "devtools.timeline", "toplevel"] });
  const value = await page.evaluate(expression);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const main = new Set(traceEvents.filter((one) => one.name === "thread_name" && one.args?.name === "CrRendererMain").map((one) => `${one.pid} ${one.tid}`));
  const tasks = traceEvents.filter((one) => (one.name === "RunTask" || one.name === "ThreadControllerImpl::RunTask") && main.has(`${one.pid} ${one.tid}`))
    .map((one) => ({ ms: one.dur / 1000, cpuMs: (one.tdur ?? 0) / 1000 }));
  return { value, tasks };
}

async function until({ page }, expression, ms) {
  const deadline = Date.now() + ms;
  while (!await page.evaluate(expression).catch(unlessGone)) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await new Promise((done) => setTimeout(done, 15));
  }
}

/** A page that is being loaded anew is asked again. */
function unlessGone(error) {
  if (!/context was destroyed|navigat/i.test(error.message)) throw error;
  return false;
}

async function traffic(tab) {
  await Promise.all(tab.measuring);
  return tab.traffic;
}

async function perform({ tab: number, do: what, with: given = [] }) {
  if (what === "open") return open(number, ...given);
  const tab = tabs.get(number);
  if (what === "until") return until(tab, ...given);
  if (what === "axe") return axe(tab);
  if (what === "trace") return trace(tab, ...given);
  if (what === "traffic") return traffic(tab);
  if (what === "complaints" || what === "refusals") return tab[what];
  if (what === "forget") return tab.complaints.splice(0).length;
  if (what === "answer") return tab.page.route(given[0], (route) => route.fulfill({ contentType: "application/json", body: given[1] }));
  if (what === "close") return tab.context.close();
  const [owner, method] = what.includes(".") ? [tab.page[what.split(".")[0]], what.split(".")[1]] : [tab.page, what];
  const answer = await owner[method](...given);
  return answer === undefined || ["string", "number", "boolean"].includes(typeof answer) || what === "evaluate" ? answer : null;
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = { value: (await perform(JSON.parse(line))) ?? null };
  } catch (error) {
    answer = { error: String(error.message ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
