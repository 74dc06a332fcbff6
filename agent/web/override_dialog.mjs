// Setting and ending an override: what, why and for how long; said back in a sentence before it is done.
import { deleteOverride, putOverride } from "./api.mjs";
import { byId, setText } from "./dom.mjs";
import { readTerms, termsWords, USUAL_WEIGHT } from "./override_terms.mjs";
import { token } from "./token.mjs";

const NAME = "signalbox.name";

/** `askToken(why)` opens the dialog for a token, see token_dialog.mjs; `done()` is called when something changed. */
export function createOverrideDialog({ askToken, done }) {
  const dialog = byId("override");
  const form = byId("override-form");
  const fields = form.elements;
  const mistake = byId("override-mistake");
  const confirm = byId("override-confirm");
  const submit = byId("override-submit");
  let target = null;
  let models = 0;
  let ready = null; // what was said back: {send, words}; null: nothing yet

  function say(words, field) {
    setText(mistake, words);
    fields[field]?.focus();
  }

  /** Back to the fields, or on to the sentence. */
  function stage(next) {
    ready = next;
    byId("override-fields").hidden = next !== null;
    byId("override-back").hidden = next === null || target.ending;
    setText(confirm, next?.words ?? "");
    setText(submit, next ? next.verb : "Go on");
    setText(mistake, "");
    if (next) submit.focus();
  }

  async function send() {
    submit.disabled = true;
    try {
      const answer = await ready.send();
      dialog.close();
      done(answer.stored === false ? "It is in force, but could not be stored: a restart would forget it." : "");
    } catch (error) {
      await explain(error);
    } finally {
      submit.disabled = false;
    }
  }

  async function explain(error) {
    // 403 without a token: none is configured that could do it, and the agent says so.
    const had = token() !== "";
    if (error.status === 401 || (error.status === 403 && had)) {
      if (await askToken(had ? `This token may not override: ${error.message}.` : "Overriding needs an operator's token.") === "given") return send();
    }
    say(error.status ? error.message : "The agent cannot be reached; nothing was changed.");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (ready) return send();
    const read = readTerms({ state: fields.state.value, weight: fields.weight.value, reason: fields.reason.value, by: fields.by.value, ttl: fields.ttl.value });
    if (!read.terms) return say(read.mistake, read.field);
    localStorage.setItem(NAME, fields.by.value.trim());
    stage({ verb: "Override", words: termsWords(target.name, models, read.terms), send: () => putOverride(target.name, read.terms) });
  });
  byId("override-back").addEventListener("click", () => stage(null));
  byId("override-cancel").addEventListener("click", () => dialog.close());
  for (const one of form.querySelectorAll("input[name=state]")) {
    one.addEventListener("change", () => { fields.weight.placeholder = String(USUAL_WEIGHT[one.value]); });
  }

  function open(name, count, ending) {
    if (dialog.open) return;
    target = { name, ending };
    models = count;
    setText(byId("override-title"), ending ? `End the override of ${name}` : `Override ${name}`);
    dialog.showModal();
  }

  return {
    set(name, count) {
      form.reset();
      fields.by.value = localStorage.getItem(NAME) ?? "";
      fields.weight.placeholder = String(USUAL_WEIGHT.unhealthy);
      open(name, count, false);
      stage(null);
      fields.reason.focus();
    },
    clear(name) {
      open(name, 0, true);
      stage({ verb: "End it", words: `${name} goes by the evidence again. Where the override had lowered the weight, sessions come back by steps.`, send: () => deleteOverride(name) });
    },
  };
}
