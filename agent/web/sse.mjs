// Server-sent events out of a streaming body (WHATWG HTML, 9.2.6). Pure: text in, events out.

/** A function to be fed with text as it comes; `onEvent({type, data, id})` is called at each event's end, `id` is the last one given. */
export function createParser(onEvent) {
  let rest = "";
  let atStart = true;
  let type = "";
  let data = [];
  let id = "";

  function endEvent() {
    if (data.length > 0) onEvent({ type: type || "message", data: data.join("\n"), id });
    type = "";
    data = [];
  }

  function takeLine(line) {
    if (line === "") return endEvent();
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") data.push(value);
    else if (name === "event") type = value;
    else if (name === "id" && !value.includes("\0")) id = value;
  }

  return function feed(text) {
    if (atStart && text !== "") {
      atStart = false;
      if (text.startsWith("\ufeff")) text = text.slice(1);
    }
    rest += text;
    let start = 0;
    for (let at = 0; at < rest.length; at += 1) {
      const c = rest[at];
      if (c !== "\n" && c !== "\r") continue;
      // A CR at the very end may be half of a CRLF: it waits for what comes.
      if (c === "\r" && at + 1 === rest.length) break;
      takeLine(rest.slice(start, at));
      if (c === "\r" && rest[at + 1] === "\n") at += 1;
      start = at + 1;
    }
    rest = rest.slice(start);
  };
}
