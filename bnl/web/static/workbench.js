// Keys for the buttons that are there anyway: nothing needs this file. A verdict needs its pair to have the focus.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, select, textarea")) return;
  const pairs = [...document.querySelectorAll(".pair")];
  const here = event.target.closest(".pair");
  const step = { j: 1, k: -1 }[event.key];
  if (step) {
    const next = pairs[here ? pairs.indexOf(here) + step : 0];
    if (next) next.focus();
    return;
  }
  const button = event.key === "z" ? document.getElementById("undo")
    : here && /^[a-y]$/.test(event.key) && here.querySelector(`button[data-key="${event.key}"]`);
  if (button) button.click();
});
