// Debian's Chromium for a test in another language: a JSON command a line on standard input, a JSON answer a line on
// standard output. Started by chromium.py with the folder of playwright-core and axe-core.
//
//   {"tab": 1, "do": "open", "with": [{"colorScheme": "dark"}]}    a tab of its own, with nothing in common with others
//   {"tab": 1, "do": "click", "with": ["#theme"]}                  any method of playwright's Page, or "keyboard.press"
//   {"tab": 1, "do": "axe"} {"tab": 1, "do": "complaints"}         what axe finds; what the page or its console complained of
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const modules = createRequire(`${process.argv[2]}/`);
const { chromium } = modules("playwright-core");
const AXE = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
  "--no-first-run", "--no-default-browser-check", "--disable-dev-shm-usage"];

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
const tabs = new Map();

async function open(tab, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.stack ?? error}`));
  page.on("console", (message) => {
    // That an answer was 401, or that nobody answered, is what some tests are about: the console says it as "Failed to load".
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) complaints.push(`console: ${message.text()}`);
  });
  await page.addInitScript(() => {
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`));
  });
  tabs.set(tab, { page, context, complaints });
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

/** The trace of `ms` of the page's life: what the browser's main thread did, the frames that it made. */
async function trace({ page, context }, ms) {
  const session = await context.newCDPSession(page);
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await browser.startTracing(page, { categories: ["devtools.timeline", "disabled-by-default-devtools.timeline.frame"] });
  await page.waitForTimeout(ms);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  await session.detach();
  return traceEvents.filter((one) => one.name === "RunTask" || one.name === "DrawFrame" || one.name === "ThreadControllerImpl::RunTask")
    .map(({ name, ts, dur, tid }) => ({ name, ts, dur, tid }));
}

async function perform({ tab, do: what, with: given = [] }) {
  if (what === "open") return open(tab, ...given);
  const one = tabs.get(tab);
  if (what === "axe") return axe(one);
  if (what === "trace") return trace(one, ...given);
  if (what === "complaints") return [...one.complaints, ...await one.page.evaluate(() => window.violations)];
  if (what === "close") return one.context.close();
  const [owner, method] = what.includes(".") ? [one.page[what.split(".")[0]], what.split(".")[1]] : [one.page, what];
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
