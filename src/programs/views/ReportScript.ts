/**
 * The script of the report. Without it the report is complete; with it, labels make room for each other, and a box and
 * its row in the table light up together.
 */
export const script = `"use strict";
const overlap = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
const within = (a, b) => a.left >= b.left - 2 && a.right <= b.right + 2 && a.top >= b.top - 2 && a.bottom <= b.bottom + 2;
const spots = ["high", "low", "inside", "crowded"];
const makeRoom = (picture) => {
  const bounds = picture.getBoundingClientRect();
  const taken = [];
  for (const chip of picture.querySelectorAll(".chip")) {
    for (const spot of spots) {
      chip.classList.remove(...spots);
      chip.classList.add(spot);
      const place = chip.getBoundingClientRect();
      if (spot === "crowded" || place.width === 0) break;
      if (within(place, bounds) && !taken.some((other) => overlap(place, other))) {
        taken.push(place);
        break;
      }
    }
  }
};
const resized = new ResizeObserver((entries) => entries.forEach((entry) => makeRoom(entry.target)));
document.querySelectorAll(".picture").forEach((picture) => resized.observe(picture));
document.addEventListener("change", (event) => {
  const card = event.target.closest(".card");
  if (card) card.querySelectorAll(".picture").forEach(makeRoom);
});
const light = (event, on) => {
  const box = event.target.closest && event.target.closest("[data-box]");
  if (!box) return;
  for (const other of box.closest(".card").querySelectorAll("[data-box]")) {
    if (other.dataset.box === box.dataset.box) other.classList.toggle("lit", on);
  }
};
for (const [kind, on] of [["pointerover", true], ["pointerout", false], ["focusin", true], ["focusout", false]]) {
  document.addEventListener(kind, (event) => light(event, on));
}
`

/** Names the script in the Content-Security-Policy: its SHA-256, as the policy spells it. */
export const scriptHash = "sha256-Y4B3KKbi8wENO2VCw4A6XrKrq3/mPoSxVqhCOY/NC6c="
