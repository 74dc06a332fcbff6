// Before the first paint, so that a dark room stays dark. The same keys as theme.mjs.
document.documentElement.dataset.theme = localStorage.getItem("signalbox.theme") ?? "system";
