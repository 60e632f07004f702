// The milestones asked for: before and after, proof, condition, chances, distance to every baseline, and why one stays.

import { el, fill } from "./dom.js";

/** The dates as they stand: as proved where they are, else as drafted. A proof says itself how far it goes. */
export function datesNow(desk) {
  const proofs = desk.stage === "proved" && desk.proof ? desk.proof.milestones : [];
  return desk.draft.dates.map((entry) => {
    const proof = proofs.find((each) => each.id === entry.id);
    return proof ? { ...entry, not_before: false, ...proof } : entry;
  });
}

export const whenOf = (entry) => (entry.after === null ? "none" : `${entry.not_before ? "not before " : ""}${entry.after}`);

/** Which way a date has moved; an empty word where it has not. */
export const wayOf = ({ moved }) => (!moved || moved === "not moved" || moved === "–" ? "" : moved.startsWith("-") ? "earlier" : "later");

export function dates(desk, place, { why }) {
  const columns = () => [
    ["milestone", "Milestone"],
    ["before", "As opened"],
    ["after", "Now"],
    ["moved", "Moved"],
    ["proof", "Proof"],
    ["P50", "P50"],
    ["P80", "P80"],
  ];

  function proofs(entry) {
    if (desk.stage === "proved" && entry.proof) return el("span", { class: `chip ${entry.proof}`, title: entry.proof_words }, entry.proof);
    if (desk.stage === "proved" && desk.proof?.status === "infeasible") return el("span", { class: "chip gap" }, "proved: none");
    if (desk.stage === "proving") return el("span", { class: "chip draft" }, "draft, being proved");
    return el("span", { class: "chip draft" }, "draft");
  }

  function row(entry) {
    const risk = desk.risk?.milestones.find((each) => each.id === entry.id);
    const stale = desk.risk && desk.risk.key !== desk.draft.key;
    const sure = (name) => (risk ? `${stale ? "(was) " : desk.risk.stage === "coarse" ? "≈ " : ""}${risk[name]}` : "…");
    const sign = wayOf(entry);
    const cells = {
      milestone: el("button", { type: "button", class: "link", click: () => why(entry.id), "data-milestone": entry.id },
        el("strong", {}, entry.id)),
      before: entry.before ?? "none",
      after: el("strong", {}, whenOf(entry)),
      moved: el("span", { class: sign }, entry.moved ? `${entry.moved}${sign ? `, ${sign}` : ""}` : "–"),
      proof: proofs(entry),
      P50: sure("P50"),
      P80: sure("P80"),
    };
    const made = el("tr", { role: "row", "data-id": entry.id }, columns().map(([name, label]) => {
      const tag = name === "milestone" ? "th" : "td";
      return el(tag, { role: tag === "th" ? "rowheader" : "cell", scope: tag === "th" ? "row" : null, "data-label": label, class: name },
        cells[name]);
    }));
    const said = [entry.title];
    if (entry.if) said.push(`if ${entry.if}`);
    if (entry.stands_on) said.push(`stands on: ${entry.stands_on}`);
    if (entry.span) said.push(`over the open readings ${entry.span}`);
    const against = Object.entries(entry.baselines ?? {}).map(([name, distance]) => `${name} (${entry.published[name]}) ${distance}`);
    if (against.length) said.push(`against ${against.join(", ")}`);
    if (entry.stays?.length) said.push(`stays: ${entry.stays.join("; ")}`);
    const note = said.length
      ? el("tr", { role: "row", class: "note" }, el("td", { role: "cell", colspan: columns().length },
        said.map((text) => el("span", { class: text.startsWith("stays") ? "stays" : "" }, text))))
      : null;
    return [made, note];
  }

  function show() {
    if (!desk.draft) return;
    const entries = datesNow(desk);
    const active = document.activeElement?.dataset?.milestone;
    fill(place, el("table", { role: "table", class: "dates" },
      el("caption", { class: "unseen" }, "Milestones before and after the changes"),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, columns().map(([name, label]) =>
        el("th", { role: "columnheader", scope: "col", class: name }, label)))),
      el("tbody", { role: "rowgroup" }, entries.map(row))));
    if (active) place.querySelector(`[data-milestone="${CSS.escape(active)}"]`)?.focus();
  }

  for (const event of ["draft", "proof", "stage", "risk"]) desk.addEventListener(event, show);
}

/** What is spoken once dates are there: each milestone in a few words. */
export function spoken(desk) {
  const said = datesNow(desk).map((entry) => (entry.after === null ? `${entry.id} has no date` : `${entry.id} ${whenOf(entry)}, ${entry.moved}`));
  const how = desk.stage === "proved" ? `Proved, ${[...new Set((desk.proof?.milestones ?? []).map((each) => each.proof))].join(" and ")}` : "Draft";
  return `${how}. ${said.join(". ")}.`;
}
