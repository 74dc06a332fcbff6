// Asks for a token; the answer stays in this tab's session.
import { byId, setText } from "./dom.mjs";
import { setToken, token } from "./token.mjs";

/** Gives ask(why): resolves to "given", "forgotten", or "" when nothing was changed. One question at a time. */
export function createTokenDialog() {
  const dialog = byId("token");
  const input = byId("token-input");
  let asked = null;

  byId("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    setToken(input.value.trim());
    dialog.close("given");
  });
  byId("token-forget").addEventListener("click", () => {
    setToken("");
    dialog.close("forgotten");
  });
  byId("token-cancel").addEventListener("click", () => dialog.close(""));

  return function ask(why) {
    if (asked) return asked;
    setText(byId("token-why"), why);
    input.value = "";
    byId("token-forget").hidden = token() === "";
    dialog.returnValue = "";
    dialog.showModal();
    input.focus();
    asked = new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        asked = null;
        input.value = "";
        resolve(dialog.returnValue);
      }, { once: true });
    });
    return asked;
  };
}
