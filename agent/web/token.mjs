// The token, where the agent asks for one: in this tab's session only, never in an address.

const KEY = "signalbox.token";

export const token = () => sessionStorage.getItem(KEY) ?? "";

export function setToken(value) {
  if (value) sessionStorage.setItem(KEY, value);
  else sessionStorage.removeItem(KEY);
}

/** The headers that a request carries. */
export const authorization = () => (token() ? { Authorization: `Bearer ${token()}` } : {});
