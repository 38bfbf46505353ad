"use strict";
// Two comforts; every page works without them. A right click on a card opens its menu, and a page loads again when what it shows
// has changed.
for (const row of document.querySelectorAll("tr[data-card]")) {
  row.addEventListener("contextmenu", (e) => {
    if (e.target.closest("a, input, details")) return;
    e.preventDefault();
    open(row.querySelector("details.menu"));
  });
}
function open(menu) {
  for (const other of document.querySelectorAll("details.menu[open]")) if (other !== menu) other.open = false;
  if (menu) menu.open = true;
}
document.addEventListener("click", (e) => open(e.target.closest("details.menu")?.open ? e.target.closest("details.menu") : null));
document.addEventListener("keydown", (e) => { if (e.key === "Escape") open(null); });

const shown = document.querySelector("[data-look]");
if (shown) setInterval(async () => {
  if (document.hidden || document.querySelector("details.menu[open], td.mark input:checked")) return; // somebody is at work here
  try {
    const answer = await fetch(shown.dataset.look, { redirect: "error" });
    if (answer.ok && (await answer.text()) !== shown.dataset.stamp) location.reload();
  } catch { /* the next look may succeed */ }
}, "moving" in shown.dataset ? 500 : 1500);
