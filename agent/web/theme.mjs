// Dark, light, or as the system says; kept for this browser.

const KEY = "signalbox.theme";
const NEXT = { system: "dark", dark: "light", light: "system" };

export const theme = () => (NEXT[localStorage.getItem(KEY)] ? localStorage.getItem(KEY) : "system");

export function applyTheme() {
  document.documentElement.dataset.theme = theme();
}

/** The next of the three; gives its name. */
export function nextTheme() {
  localStorage.setItem(KEY, NEXT[theme()]);
  applyTheme();
  return theme();
}
