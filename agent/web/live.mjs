// The stream of changes, kept open: resumes by Last-Event-ID, comes back with growing pauses, and says how it is.
//
// A browser gives a host six connections, and a stream takes one: a tab that nobody looks at lets go of it.
import { openStream, Refusal } from "./api.mjs";
import { retryDelay } from "./backoff.mjs";
import { createParser } from "./sse.mjs";

/** The agent says something every 15 s: after this much silence the connection is dead, though nobody said so. */
const SILENCE_MS = 35_000;

/**
 * `listener.event({type, data})` for each event, `listener.state({word, retryAt})` when it changes: word is "connecting", "live",
 * "lost" (`retryAt` is when it tries again, in performance.now()), "denied" (a token is needed) or "paused".
 */
export function createLive(listener) {
  let lastEventId = "";
  let failures = 0;
  let attempt = null; // the AbortController of what is under way
  let timer = 0;
  let silence = 0;

  const say = (word, retryAt = 0) => listener.state({ word, retryAt });

  function heard() {
    clearTimeout(silence);
    const mine = attempt;
    silence = setTimeout(() => mine?.abort(), SILENCE_MS);
  }

  async function read(response) {
    const feed = createParser((event) => {
      lastEventId = event.id;
      listener.event(event);
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard();
      feed(value);
    }
  }

  async function run() {
    attempt = new AbortController();
    const mine = attempt;
    try {
      heard();
      const response = await openStream(lastEventId, mine.signal);
      if (mine !== attempt) return;
      failures = 0;
      say("live");
      await read(response);
    } catch (error) {
      if (mine === attempt && error instanceof Refusal && error.status === 401) {
        stop();
        return say("denied");
      }
    }
    if (mine === attempt) comeBack();
  }

  function comeBack() {
    failures += 1;
    const delay = retryDelay(failures, Math.random());
    clearTimeout(silence);
    clearTimeout(timer);
    timer = setTimeout(run, delay);
    say("lost", performance.now() + delay);
  }

  function stop() {
    clearTimeout(timer);
    clearTimeout(silence);
    const ending = attempt;
    attempt = null;
    ending?.abort();
  }

  return {
    /** Now, whatever pause was on. */
    start() {
      stop();
      say("connecting");
      run();
    },
    pause() {
      stop();
      say("paused");
    },
  };
}
