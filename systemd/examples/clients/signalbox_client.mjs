#!/usr/bin/env node
/* A client of signalbox in one file: asks where a session's request goes, retries and sheds as it is told, and reports what
 * requests met. It needs Node 18 and nothing else. Copy it, and change what does not fit.
 *
 *     import { Signalbox, pieces } from "./signalbox_client.mjs";
 *
 *     const claude = (prompt, timeoutMs) =>    // a provider with a prompt of its own: pieces of its answer
 *       pieces("https://api.anthropic.com/v1/messages", { "x-api-key": KEY, "anthropic-version": "2023-06-01" },
 *         { model: "claude-opus-4-6", max_tokens: 1000, stream: true, messages: prompt }, timeoutMs);
 *
 *     const box = await Signalbox.start("chat", { "claude/claude-opus-4-6": claude, openai: gpt });  // primary first
 *     const answer = await box.ask("user-7", prompt);           // throws Failure when nobody could answer
 *     if (answer.degraded) show(answer.notice);                 // "We are temporarily using a backup model."
 *     for await (const piece of answer.pieces) write(piece);    // to the end: only then is it known how it went
 *
 * With a provider's library: `throw new Failure("status", error.status)`. close() it at the end. In a terminal:
 * `node signalbox_client.mjs --route chat --key user-7`.
 */
import { createHash, randomUUID } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const FULL_BUDGET_MS = 8000; // as for `unknown`: a spike of overload is over by then
const SHED_BUDGET_MS = 4000; // who was shed has waited for 8 s; after 12 s users leave
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 2000;
const MOST_BATCHES = 60; // that wait for an agent that is away; what comes after them is summed up in one
const KNOWN_FOR_MS = 50 * 60_000; // the agent knows a batch_id for an hour; after it a batch might count twice

/** What an attempt met instead of an answer, as reports name it: ("status", 529), ("outcomes", "timeout"), or what the
 * provider says in a stream that began with 200, ("errors", "overloaded_error"). */
export class Failure extends Error {
  constructor(kind, name, retryAfterMs = 0) {
    super(`${kind}: ${name}`);
    Object.assign(this, { kind, name: String(name).slice(0, 64), retryAfterMs });
    // The request's own fault: nothing makes it better. A 429 gets better with time, or elsewhere.
    this.isOurs = this.name === "client_error" || (kind === "status" && /^[34]/.test(this.name) && this.name !== "429");
  }
}

const jitter = (pauseMs) => pauseMs * (0.5 + Math.random() / 2);
const millisOf = (headers) => (/^\d+$/.test(headers.get("Retry-After") ?? "") ? 1000 * headers.get("Retry-After") : 0);

/** The provider's word if this event of a stream is an error, as Anthropic, OpenAI and Gemini write them. */
function errorWord(event) {
  try {
    const lines = event.split(/\r?\n/).filter((line) => line.startsWith("data:"));
    const data = JSON.parse(lines.map((line) => line.slice(5)).join(""));
    const error = data?.error || (data?.type === "error" ? data : null);
    return error && ([error.status, error.code, error.type].find((word) => typeof word === "string") ?? "api_error");
  } catch {
    return event.startsWith("event: error") ? "api_error" : null;
  }
}

/** Posts JSON; yields a stream's events as they come, or a plain body as one piece. `timeoutMs` is for each wait: for the
 * first byte, then for the next. */
export async function* pieces(url, headers, body, timeoutMs) {
  const giveUp = new AbortController();
  const wait = async (what) => {
    const timer = setTimeout(() => giveUp.abort(), timeoutMs);
    return what.finally(() => clearTimeout(timer));
  };
  let cut = "connect_error";
  try {
    const answer = await wait(fetch(url, { method: "POST", body: JSON.stringify(body), signal: giveUp.signal,
      headers: { "Content-Type": "application/json", ...headers } }));
    if (!answer.ok) throw new Failure("status", answer.status, millisOf(answer.headers));
    cut = "server_error";
    if (!answer.headers.get("Content-Type")?.startsWith("text/event-stream")) return yield await wait(answer.text());
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = "", next; !(next = await wait(reader.read())).done; ) {
      const events = (text + next.value).split(/(?<=\n\r?\n)/);
      text = /\n\r?\n$/.test(events.at(-1)) ? "" : events.pop();
      for (const event of events) {
        const word = errorWord(event);
        if (word) throw new Failure("errors", word);
        yield event;
      }
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("outcomes", giveUp.signal.aborted ? "timeout" : cut);
  } finally {
    giveUp.abort(); // whoever reads no further wants no more of it
  }
}

/** What sessions are told, kept until it expires; after that, what holds for `unknown`. */
class Advice {
  constructor(call, route, targets, patienceMs) {
    const places = targets.map((target, index) => ({ target, degraded: index > 0, notice: null }));
    this.unknown = { ...places[0], advice: { retry_budget_ms: FULL_BUDGET_MS }, shed: places[1] };
    Object.assign(this, { call, route, patienceMs, path: `/v1/routes/${encodeURIComponent(route)}` });
    Object.assign(this, { etag: "", common: this.unknown, byNumber: new Map(), holdsUntil: 0, away: false });
  }

  async of(key) {
    const { common, byNumber, etag } = this;
    if (performance.now() > this.holdsUntil) return this.unknown;
    // The session's number, as README has it: who has the same is told the same, so a hundred answers are all.
    const digest = createHash("sha256").update(`${common.split_seed}/${this.route}/${key}`).digest();
    const number = Number(digest.readBigUInt64BE() % 100n);
    if (this.away || byNumber.has(number)) return byNumber.get(number) ?? common;
    try {
      const answer = await this.call(`${this.path}?key=${encodeURIComponent(key)}`, this.patienceMs);
      const told = answer.status === 200 ? JSON.parse(answer.text) : common;
      if (answer.headers.get("ETag") === etag) byNumber.set(number, told); // else it has changed, and renew() starts anew
      return told;
    } catch {
      this.away = true; // nobody else waits for it until renew() has heard from it
      return common;
    }
  }

  /** Each second: is it still so? A 304 says yes, and until when. */
  async renew() {
    const began = performance.now();
    try {
      const { status, headers, text } = await this.call(this.path, 2000,
        { headers: this.etag ? { "If-None-Match": this.etag } : {} });
      if (status !== 200 && status !== 304) throw new Error(`${status} ${text}`);
      const told = status === 200 ? JSON.parse(text) : null;
      const ends = told ? told.expires_at : headers.get("X-Signalbox-Expires-At");
      // By the agent's clock: a wrong one here neither ends an answer nor prolongs it.
      const lasts = Date.parse(ends) - Date.parse(headers.get("Date"));
      if (!(lasts >= 0)) throw new Error("no time until which the answer holds");
      if (told) Object.assign(this, { etag: headers.get("ETag"), common: told, byNumber: new Map() });
      Object.assign(this, { holdsUntil: began + lasts, away: false });
    } catch (error) {
      if (!this.away) console.warn(`signalbox: no advice: ${error.message}; the last one holds until it expires`);
      this.away = true;
    }
  }
}

/** Counts, posted each second until they are stored. */
class Reports {
  constructor(call, reporter, heartbeatMs) {
    Object.assign(this, { call, reporter, heartbeatMs, open: new Map(), since: new Date(), waiting: [] });
    Object.assign(this, { storedAt: performance.now(), notBefore: 0, pauseMs: FIRST_PAUSE_MS });
  }

  count(target, kind, name) {
    if (!this.open.has(target)) this.open.set(target, {});
    const counts = (this.open.get(target)[kind] ??= {});
    // Words are the provider's: one that makes them up must not fill our memory.
    const known = Object.hasOwn(counts, name) || Object.keys(counts).length < 100 ? name : "api_error";
    counts[known] = (Object.hasOwn(counts, known) ? counts[known] : 0) + 1;
  }

  async flush() {
    const now = new Date();
    const silent = this.waiting.length === 0 && performance.now() - this.storedAt >= this.heartbeatMs;
    if ((this.open.size > 0 || silent) && this.waiting.length < MOST_BATCHES) {
      const reports = [...this.open].map(([target, counts]) => {
        const [provider, ...model] = target.split("/");
        return { provider, model: model.join("/") || null, from: this.since, to: now, ...counts };
      });
      this.waiting.push({ madeAt: performance.now(), batch: { reporter: this.reporter, batch_id: randomUUID(), reports } });
      this.open = new Map();
    }
    if (this.open.size === 0) this.since = now;
    while (this.waiting.length > 0 && performance.now() >= this.notBefore) {
      if (!(await this.post(this.waiting[0]))) break;
      this.waiting.shift();
    }
  }

  /** Whether it is done with. One that was not answered may have been counted: the same batch_id counts once. */
  async post({ madeAt, batch }) {
    if (performance.now() - madeAt > KNOWN_FOR_MS) {
      console.error(`signalbox: batch ${batch.batch_id} was not taken for ${KNOWN_FOR_MS / 60_000} min, and is dropped`);
      return true;
    }
    // The time of this try, not of the first: what it is from its arrival the agent takes for the skew of our clock.
    const body = JSON.stringify({ ...batch, sent_at: new Date() });
    const { status, headers, text } = await this.call("/v1/reports", 5000, { method: "POST", body,
      headers: { "Content-Type": "application/json" } }).catch((error) => ({ status: 0, text: error.message }));
    if (status === 200) {
      const { ignored } = JSON.parse(text);
      if (ignored.length > 0) console.warn(`signalbox: parts of batch ${batch.batch_id} count for nothing: ${text}`);
    } else if ([400, 413, 415].includes(status)) {
      console.error(`signalbox: batch ${batch.batch_id} is dropped, for it will not get better: ${status} ${text}`);
    } else {
      this.notBefore = performance.now() + (headers ? millisOf(headers) : 0) + jitter(this.pauseMs);
      this.pauseMs = Math.min(2 * this.pauseMs, 15_000);
      return false;
    }
    Object.assign(this, { storedAt: performance.now(), pauseMs: FIRST_PAUSE_MS });
    return true;
  }
}

/** signalbox's own HTTP: {status, headers, text}; throws when it does not answer in time. */
function caller(url, token) {
  const always = token ? { Authorization: `Bearer ${token}` } : {};
  return async (path, timeoutMs, { headers, ...options } = {}) => {
    const answer = await fetch(url.replace(/\/$/, "") + path, { ...options, headers: { ...always, ...headers },
      signal: AbortSignal.timeout(timeoutMs) });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
}

export class Signalbox {
  /** `targets`: name -> function(request, timeoutMs) that returns an async iterable of pieces, or throws Failure. No attempt
   * begins after the budget is spent; `timeoutMs` is how long one may take, `patienceMs` what a request may lose to an
   * agent that hangs. */
  static async start(route, targets, { url = "http://127.0.0.1:9529", token, reporter = hostname(), timeoutMs = 4000,
    heartbeatMs = 30_000, patienceMs = 250 } = {}) {
    const box = Object.assign(new Signalbox(), { targets, timeoutMs, stopping: new AbortController() });
    const call = caller(url, token);
    box.advice = new Advice(call, route, Object.keys(targets), patienceMs);
    box.reports = new Reports(call, reporter, heartbeatMs);
    await box.advice.renew();
    box.tasks = [box.eachSecond(() => box.advice.renew()), box.eachSecond(() => box.reports.flush())];
    return box;
  }

  async eachSecond(what) {
    const options = { signal: this.stopping.signal, ref: false }; // it keeps no process alive
    while (await sleep(1000, true, options).catch(() => false)) {
      await what().catch((error) => console.error("signalbox:", error)); // the application must not lose the signal to it
    }
  }

  /** Sends what is counted; what is not taken now is lost. */
  async close() {
    this.stopping.abort();
    await Promise.all(this.tasks);
    this.reports.notBefore = 0;
    await this.reports.flush();
  }

  /** {target, degraded, notice, pieces} from whom signalbox names, or from whom it sheds to. Throws the last Failure. */
  async ask(key, request) {
    let told = await this.advice.of(key);
    if (!(told.target in this.targets)) {
      console.error(`signalbox says ${told.target}, which this client does not know`);
      told = this.advice.unknown;
    }
    try {
      return await this.attempt(told, request, told.advice.retry_budget_ms);
    } catch (failure) {
      if (!(failure instanceof Failure) || failure.isOurs || !(told.shed?.target in this.targets)) throw failure;
    }
    return this.attempt(told.shed, request, SHED_BUDGET_MS);
  }

  async attempt({ target, degraded, notice }, request, budgetMs) {
    const ends = performance.now() + budgetMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      let waitMs;
      try {
        const rest = this.targets[target](request, this.timeoutMs)[Symbol.asyncIterator]();
        const first = await rest.next(); // until it is here another try harms nobody
        return { target, degraded, notice, pieces: this.passedOn(target, first, rest) };
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        this.reports.count(target, failure.kind, failure.name);
        waitMs = failure.retryAfterMs + jitter(pauseMs);
        if (failure.isOurs || performance.now() + waitMs > ends) throw failure;
      }
      await sleep(waitMs);
    }
  }

  /** The pieces. What goes wrong once one was passed on is counted and thrown, never retried. */
  async *passedOn(target, first, rest) {
    let met = ["outcomes", "cancelled"]; // unless they come to an end, good or bad
    try {
      for (let next = first; !next.done; next = await rest.next()) yield next.value;
      met = ["outcomes", "ok"];
    } catch (failure) {
      if (failure instanceof Failure) met = [failure.kind, failure.name];
      throw failure;
    } finally {
      this.reports.count(target, ...met);
      await rest.return?.();
    }
  }
}

async function main(words) {
  const given = { url: process.env.SIGNALBOX_URL ?? "http://127.0.0.1:9529" };
  for (let index = 0; index + 1 < words.length; index += 2) given[words[index].replace(/^--/, "")] = words[index + 1];
  if (!given.route) return console.error("usage: signalbox_client.mjs --route ROUTE [--key SESSION] [--url URL]") ?? 64;
  try {
    const file = process.env.SIGNALBOX_TOKEN_FILE;
    const key = given.key ? `?key=${encodeURIComponent(given.key)}` : "";
    const call = caller(given.url, file && readFileSync(file, "utf8").trim());
    const { status, text } = await call(`/v1/routes/${encodeURIComponent(given.route)}${key}`, 10_000);
    (status === 200 ? console.log : console.error)(text);
    return status === 200 ? 0 : 69;
  } catch (error) {
    return console.error(`no answer from ${given.url}: ${error.cause?.message ?? error.message}`) ?? 69;
  }
}

const isProgram = process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) process.exitCode = await main(process.argv.slice(2));
