// Everything that can be changed without dragging: numbers with their range, owner and evidence, readings, rules.

import { byId, el, fill, say } from "./dom.js";

const EPOCH = 719_163; // the ordinal of 1 January 1970, as the server counts days
const DAY = 86_400_000;
const STEP = { wd: 5, cd: 5, mo: 1 };

const isoOf = (ordinal) => new Date((ordinal - EPOCH) * DAY).toISOString().slice(0, 10);
const ordinalOf = (iso) => Date.parse(`${iso}T00:00:00Z`) / DAY + EPOCH;

/** Entries of a section that are made at once: a plan of a planner's has ten thousand rules. */
const MOST = 100;

export function controls(desk, place) {
  let sections = [];
  const filter = el("input", { type: "search", id: "filter", autocomplete: "off", input: () => narrow() });
  const count = el("span", { class: "quiet", role: "status" });

  function build() {
    filter.value = "";
    sections = [
      section("Assumptions and unknowns", desk.plan.assumptions, number, (entry) => [entry.title, entry.id, entry.owner], true),
      section("Readings of the source", desk.plan.readings, reading, (entry) => [entry.question, entry.id], false),
      section("Rules", desk.plan.rules, rule, (entry) => [entry.title, entry.id, entry.statement], false),
    ];
    fill(place, el("div", { class: "filter" }, el("label", { for: "filter" }, "Find "), filter, count), sections.map(({ group }) => group));
    narrow();
  }

  /** A group of entries, made as it is opened and as they are looked for. */
  function section(title, entries, make, words, open) {
    const texts = entries.map((entry) => words(entry).join(" ").toLowerCase());
    const body = el("div", { class: "entries" });
    const group = el("details", { class: "group", open, toggle: () => show() }, el("summary", {}, `${title} (${entries.length})`), body);
    let found = entries;
    let made = [];
    function show() {
      const wanted = group.open ? found.slice(0, MOST) : [];
      if (wanted.length === made.length && wanted.every((entry, at) => entry === made[at].entry)) return;
      made = wanted.map((entry) => ({ entry, ...make(entry) }));
      fill(body, made.map((each) => each.made), found.length > MOST && el("p", { class: "about" }, `and ${found.length - MOST} more: Find brings them`));
      update();
    }
    return {
      group,
      find(text) {
        found = text ? entries.filter((_, at) => texts[at].includes(text)) : entries;
        if (text) group.open = true;
        show();
        return found.length;
      },
      update: () => made.forEach((each) => each.update(desk.draft)),
    };
  }

  // -- numbers ------------------------------------------------------------------------------------------------------

  function number(entry) {
    const id = `set-${entry.id}`;
    const range = entry.range;
    const valueOf = (units) => (entry.kind === "date" ? isoOf(units) : entry.unit ? `${units} ${entry.unit}` : `${units}`);
    const set = (text) => (changes) => {
      if (text === entry.value) delete changes.assumptions[entry.id];
      else changes.assumptions[entry.id] = text;
    };
    const field = el("input", { type: entry.kind === "date" ? "date" : "text", id, autocomplete: "off", "aria-describedby": `${id}-about`,
      change: (event) => event.target.value.trim() && desk.commit(set(event.target.value.trim())) });
    const slider = range
      ? el("input", { type: "range", min: range[0], max: range[1], step: 1, "aria-label": `${entry.title}, within its range`,
        input: (event) => {
          const text = valueOf(Number(event.target.value));
          event.target.setAttribute("aria-valuetext", text);
          field.value = text;
          desk.preview(set(text));
          desk.assess(false);
        },
        change: () => desk.release() })
      : null;
    const step = (sign) => () => {
      // What stands in the field, not what the last draft says: presses may come faster than drafts.
      const units = parseInt(field.value, 10);
      if (!Number.isFinite(units)) return;
      field.value = valueOf(units + sign * (STEP[entry.unit] ?? 1));
      desk.commit(set(field.value));
    };
    const steps = entry.kind === "length" || entry.kind === "count"
      ? [[-1, "−", "less"], [1, "+", "more"]].map(([sign, text, word]) =>
        el("button", { type: "button", class: "step", click: step(sign),
          "aria-label": `${entry.title}: ${STEP[entry.unit] ?? 1} ${entry.unit} ${word}` }, text))
      : [];
    const about = [
      range ? `range ${entry.low ?? entry.value} – ${entry.high ?? entry.value}` : null,
      `in the plan ${entry.value}`,
      entry.owner ? `owner ${entry.owner}` : null,
      entry.unknown ? "unknown: no source gives it" : null,
      entry.uncertainty ? `uncertainty ${entry.uncertainty}` : null,
      entry.reference,
    ].filter(Boolean).join(" · ");
    const made = el("div", { class: "entry", "data-name": entry.id },
      el("label", { for: id }, entry.title),
      el("div", { class: "setting" }, steps[0] ?? null, field, steps[1] ?? null, slider),
      el("p", { class: "about", id: `${id}-about` }, about),
      el("details", { class: "evidence" }, el("summary", {}, "Evidence"), el("p", {}, entry.evidence), entry.why ? el("p", {}, entry.why) : null,
        el("p", {}, `name: ${entry.id}`)));
    return { made, update: (draft) => {
      const value = draft.values[entry.id] ?? entry.value;
      if (document.activeElement !== field) field.value = value;
      if (slider && document.activeElement !== slider) {
        slider.value = entry.kind === "date" ? (value === "none" ? slider.min : ordinalOf(value)) : parseInt(value, 10);
        slider.setAttribute("aria-valuetext", value);
      }
      made.classList.toggle("changed", entry.id in desk.current.assumptions || value !== entry.value);
    } };
  }

  // -- readings and rules -------------------------------------------------------------------------------------------

  function reading(entry) {
    const name = `reading-${entry.id}`;
    const choices = entry.options.map((option) => el("input", { type: "radio", name, value: option.id,
      change: () => desk.commit((changes) => {
        if (option.id === entry.chosen) delete changes.readings[entry.id];
        else changes.readings[entry.id] = option.id;
      }) }));
    const made = el("fieldset", { class: "entry", "data-name": entry.id },
      el("legend", {}, entry.question),
      entry.options.map((option, at) => el("label", { class: "choice" }, choices[at], " ", option.title)),
      el("p", { class: "about" }, `${entry.evidence} · name: ${entry.id}`));
    return { made, update: (draft) => {
      for (const choice of choices) choice.checked = choice.value === draft.readings[entry.id];
      made.classList.toggle("changed", entry.id in desk.current.readings);
    } };
  }

  function rule(entry) {
    const id = `rule-${entry.id}`;
    const input = el("input", { type: "checkbox", role: "switch", id, "aria-describedby": `${id}-about`,
      change: (event) => desk.commit((changes) => {
        // Where a reading is answered otherwise, that may be what switches the rule: what is wanted is then said.
        if (event.target.checked === entry.on && !Object.keys(changes.readings).length) delete changes.rules[entry.id];
        else changes.rules[entry.id] = event.target.checked;
      }) });
    const made = el("div", { class: "entry", "data-name": entry.id },
      el("label", { for: id, class: "choice" }, input, " ", entry.title),
      el("p", { class: "about", id: `${id}-about` }, `${entry.statement} · ${entry.authority}${entry.owner ? ` · ${entry.owner}` : ""} · ${entry.evidence}`));
    return { made, update: (draft) => {
      input.checked = !draft.off.includes(entry.id);
      made.classList.toggle("changed", entry.id in desk.current.rules);
    } };
  }

  function update() {
    // What was set since the draft was asked for is not put back.
    if (desk.draft && desk.fresh) for (const each of sections) each.update();
  }

  function narrow() {
    const wanted = filter.value.trim().toLowerCase();
    const left = sections.map((each) => each.find(wanted)).reduce((one, other) => one + other, 0);
    say(count, wanted ? ` ${left} found` : "");
  }

  desk.addEventListener("plan", build);
  desk.addEventListener("draft", update);
}

/** The list of changes in words, each with a way to take it back alone. */
export function changeList(desk, list) {
  const homes = { assumption: "assumptions", value: "values", reading: "readings", rule: "rules", capacity: "rules", duration: "rules", parties: "rules" };

  function back(entry) {
    return (changes) => {
      const floor = Object.keys(changes.floors).find((item) => entry.name === `floor-${item}` || entry.name.startsWith(`floor-${item}-`));
      if (floor) delete changes.floors[floor];
      if (entry.kind === "duration") {
        delete changes.values[`${entry.name.replace("duration:", "")}.duration`];
        delete changes.values[`${entry.name.replace("duration:", "")}.remaining`];
        delete changes.rules[entry.name];
      }
      for (const key of Object.keys(changes.values)) if (key.startsWith(`${entry.name}.`)) delete changes.values[key];
      delete changes[homes[entry.kind] ?? "assumptions"][entry.name];
    };
  }

  function show() {
    const said = desk.draft?.said ?? [];
    byId("unchanged").hidden = said.length > 0;
    fill(list, said.map((entry) => {
      const tried = structuredClone(desk.changes);
      back(entry)(tried);
      const alone = JSON.stringify(tried) !== JSON.stringify(desk.changes);
      return el("li", {}, el("span", {}, entry.text), alone
        ? el("button", { type: "button", class: "small", "aria-label": `Take back: ${entry.text}`, click: () => desk.commit(back(entry)) }, "Take back")
        : el("span", { class: "quiet" }, " with the above"));
    }));
  }
  desk.addEventListener("draft", show);
}
