// The schedule: a list of rows that keys walk through, beside drawings that share its heights; ends of bars are dragged.

import { drawing, el, fill, say } from "./dom.js";

const ROW = 24;
const DAY = 86_400_000;

const dayOf = (text) => Date.parse(`${text}T00:00:00Z`);
const textOf = (day) => new Date(day).toISOString().slice(0, 10);

export function board(desk, place) {
  const axis = el("div", { class: "axis" });
  const pinnedNames = el("ul", { class: "names pinned", "aria-label": "Milestones asked for" });
  const pinnedBars = el("div", { class: "bars pinned" });
  const names = el("ul", { class: "names", "aria-label": "Schedule, by phase" });
  const bars = el("div", { class: "bars" });
  const tip = el("div", { class: "tip", hidden: true, "aria-hidden": "true" });
  const corner = el("div", { class: "corner" }, el("span", { class: "name" }, "Item"), el("span", { class: "when" }, "Start"), el("span", { class: "when" }, "Finish"));
  fill(place, el("div", { class: "grid" }, corner, axis, pinnedNames, pinnedBars, names, bars), tip);

  const rows = new Map();
  let first = null;
  let held = null;

  function words(row) {
    const parts = [row.start === row.finish ? row.start : `${row.start} to ${row.finish}`];
    if (row.length) parts.push(row.length);
    if (row.kind === "hammock") parts.push("tied at both ends");
    if (row.buffer) parts.push("contingency");
    if (row.work) parts.push(row.work);
    if (row.drives?.length) parts.push(`drives ${row.drives.join(", ")}`);
    else if (row.float) parts.push(`float ${row.float}`);
    if (row.was) parts.push(`was ${row.was[0]}${row.was[1] === row.was[0] ? "" : ` to ${row.was[1]}`}`);
    if (row.ghosts?.length) parts.push(`published: ${row.ghosts.join(", ")}`);
    if (row.kind === "phase") parts.push(`${row.count} items`);
    return parts.join("; ");
  }

  function make(row, list) {
    const name = el("span", { class: "name" });
    const start = el("span", { class: "when", "aria-hidden": "true" });
    const finish = el("span", { class: "when", "aria-hidden": "true" });
    const more = el("span", { class: "unseen" });
    const mark = el("span", { class: "mark", "aria-hidden": "true" });
    const button = el("button", { type: "button", class: "row", "data-id": row.id, tabindex: "-1" }, mark, name, more, start, finish);
    const made = { item: el("li", {}, button), button, name, start, finish, more, mark, list };
    rows.set(`${list} ${row.id}`, made);
    return made;
  }

  function update(made, row) {
    const chosen = desk.item === row.id;
    if (made.row === row && made.chosen === chosen) return;
    made.row = row;
    made.chosen = chosen;
    const title = row.kind === "milestone" ? `${row.id} ${row.title}` : row.title;
    say(made.name, title);
    made.button.title = title;
    say(made.more, `; ${words(row)}`);
    say(made.start, row.start);
    say(made.finish, row.finish);
    say(made.mark, row.kind === "phase" ? (row.folded ? "▸" : "▾") : row.kind === "milestone" && row.work !== "done" ? "◆" : row.work === "done" ? "✓" : row.driving ? "▮" : row.was ? "↔" : "");
    made.button.className = `row ${row.kind}${row.driving ? " driving" : ""}${row.was ? " moved" : ""}${chosen ? " chosen" : ""}`;
    if (row.kind === "phase") made.button.setAttribute("aria-expanded", String(!row.folded));
    if (chosen) made.button.setAttribute("aria-current", "true");
    else made.button.removeAttribute("aria-current");
  }

  function fillList(list, label, entries) {
    const wanted = entries.map((row) => {
      const made = rows.get(`${label} ${row.id}`) ?? make(row, label);
      update(made, row);
      return made.item;
    });
    const there = [...list.children];
    if (wanted.length !== there.length || wanted.some((item, place) => item !== there[place])) {
      const active = document.activeElement;
      list.replaceChildren(...wanted);
      if (list.contains(active)) active.focus({ preventScroll: true });
    }
    const buttons = [...list.querySelectorAll("button")];
    if (!buttons.some((button) => button.tabIndex === 0) && buttons.length) buttons[0].tabIndex = 0;
  }

  function show() {
    const draft = desk.draft;
    if (!draft?.body) return;
    // At another zoom the day in the middle stays there.
    const across = place.clientWidth - names.getBoundingClientRect().width;
    const zoomed = first && first.pixels_a_day !== draft.pixels_a_day && !held;
    const middle = zoomed && dayOf(first.first_day) + ((place.scrollLeft + across / 2) / first.pixels_a_day) * DAY;
    first = draft;
    fill(axis, drawing(draft.axis, { hidden: true }));
    fill(pinnedBars, drawing(draft.milestones, { hidden: true }));
    fill(bars, drawing(draft.body, { hidden: true }));
    for (const part of [axis, pinnedBars, bars]) {
      const svg = part.firstElementChild;
      svg.setAttribute("width", draft.width);
      svg.setAttribute("height", svg.viewBox.baseVal.height);
    }
    fillList(pinnedNames, "pinned", draft.pinned);
    fillList(names, "rows", draft.rows);
    for (const [id, made] of rows) if (!made.item.isConnected) rows.delete(id);
    if (zoomed) {
      place.scrollLeft = ((middle - dayOf(draft.first_day)) / DAY) * draft.pixels_a_day - across / 2;
      if (desk.item) reveal(desk.item);
    }
  }
  desk.addEventListener("draft", () => {
    show();
    if (held?.moved) say(tip, tipWords());
  });
  desk.addEventListener("item", () => first && show());

  /** Bring the bar of what was chosen into sight, where the zoom has it elsewhere. */
  function reveal(id) {
    const bar = bars.querySelector(`[data-item="${CSS.escape(id)}"][data-part="body"]`);
    if (!bar) return;
    const { left, right } = bar.getBoundingClientRect();
    const around = place.getBoundingClientRect();
    const edge = around.left + names.getBoundingClientRect().width;
    if (right < edge + 20 || left > around.right - 20) place.scrollLeft += left - edge - 60;
  }

  // -- keys ---------------------------------------------------------------------------------------------------------

  function buttonsOf(list) {
    return [...list.querySelectorAll("button")];
  }

  function focusRow(list, place) {
    const all = buttonsOf(list);
    const button = all[Math.max(0, Math.min(all.length - 1, place))];
    if (!button) return;
    for (const each of all) each.tabIndex = each === button ? 0 : -1;
    button.focus();
    button.scrollIntoView({ block: "nearest" });
  }

  let walking = 0;
  for (const list of [pinnedNames, names]) {
    list.addEventListener("keydown", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const all = buttonsOf(list);
      const at = all.indexOf(button);
      const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1, PageDown: at + 12, PageUp: at - 12 };
      const id = button.dataset.id;
      if (event.key in steps && !event.altKey) {
        event.preventDefault();
        focusRow(list, steps[event.key]);
      } else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && id.startsWith("phase:")) {
        event.preventDefault();
        fold(id, event.key === "ArrowLeft");
      } else if (["+", "=", "-", "−"].includes(event.key)) {
        event.preventDefault();
        const sign = event.key === "-" || event.key === "−" ? -1 : 1;
        nudge(id, sign * (event.shiftKey && event.key !== "+" ? 10 : event.ctrlKey ? 10 : 1));
      }
    });
    list.addEventListener("focusin", (event) => {
      const id = event.target.closest("button")?.dataset.id;
      if (!id || id.startsWith("phase:") || id === desk.item) return;
      clearTimeout(walking);
      walking = setTimeout(() => desk.choose(id).then(() => reveal(id)), 80);
    });
    list.addEventListener("click", (event) => {
      const id = event.target.closest("button")?.dataset.id;
      if (!id) return;
      if (id.startsWith("phase:")) fold(id, !desk.look.folded.includes(id.slice(6)));
      else {
        clearTimeout(walking);
        desk.choose(id, { why: true }).then(() => reveal(id));
      }
    });
  }

  function fold(id, folded) {
    const name = id.slice(6);
    const others = desk.look.folded.filter((each) => each !== name);
    return desk.see({ folded: folded ? [...others, name] : others });
  }

  /** Make work a unit longer or shorter, or a milestone a day later or earlier: one press after the other, none is lost. */
  let nudging = Promise.resolve();
  const nudge = (id, steps) => (nudging = nudging.then(() => nudged(id, steps)).catch(() => {}));

  async function nudged(id, steps) {
    await desk.known(id);
    const can = desk.draft?.can;
    if (can?.length) {
      const { kind, name, amount, unit } = can.length;
      const wanted = Math.max(0, amount + steps);
      if (wanted !== amount) await desk.commit((changes) => (changes[kind][name] = `${wanted} ${unit}`));
    } else if (can && !can.fixed) {
      const row = [...(desk.draft.pinned ?? []), ...(desk.draft.rows ?? [])].find((each) => each.id === id);
      if (!row) return;
      await desk.drag(id, "start", textOf(dayOf(row.day) + steps * DAY));
      await desk.release();
    }
  }

  // -- pointers -----------------------------------------------------------------------------------------------------

  function dayAt(event, area) {
    const x = event.clientX - area.getBoundingClientRect().left;
    return textOf(dayOf(held.first) + Math.round(x / held.scale - held.off) * DAY);
  }

  for (const area of [pinnedBars, bars]) {
    area.addEventListener("pointerdown", (event) => {
      const part = event.target.dataset?.part;
      const item = event.target.dataset?.item;
      if (!item || event.button !== 0) return;
      if (part === "body") {
        held = null;
        return;
      }
      event.preventDefault();
      area.setPointerCapture(event.pointerId);
      held = { item, end: part, first: first.first_day, scale: first.pixels_a_day, from: event.clientX, moved: false,
        // The finish of work is its last day: its end is drawn behind that day.
        off: part === "finish" ? 1 : 0 };
    });
    area.addEventListener("pointermove", (event) => {
      if (!held || !area.hasPointerCapture(event.pointerId)) return;
      if (!held.moved && Math.abs(event.clientX - held.from) < 3) return;
      if (!held.moved) desk.look = { ...desk.look, since: first.first_day, until: first.last_day };
      held.moved = true;
      const to = dayAt(event, area);
      if (to !== held.to) {
        held.to = to;
        desk.drag(held.item, held.end, to);
        desk.assess(false);
      }
      const around = place.getBoundingClientRect();
      tip.hidden = false;
      tip.style.left = `${event.clientX - around.left + place.scrollLeft + 12}px`;
      tip.style.top = `${event.clientY - around.top + place.scrollTop + 14}px`;
      say(tip, tipWords());
    });
    const end = async (event, keep) => {
      if (!held || !area.hasPointerCapture(event.pointerId)) return;
      const moved = held.moved;
      held = null;
      tip.hidden = true;
      area.releasePointerCapture(event.pointerId);
      desk.look = { ...desk.look, since: null, until: null };
      if (!moved) return;
      if (keep) await desk.release();
      else await desk.drop();
    };
    area.addEventListener("pointerup", (event) => end(event, true));
    area.addEventListener("pointercancel", (event) => end(event, false));
    area.addEventListener("click", (event) => {
      const item = event.target.dataset?.item;
      if (!item) return;
      if (item.startsWith("phase:")) fold(item, !desk.look.folded.includes(item.slice(6)));
      else desk.choose(item, { why: true });
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && held?.moved) {
      held = null;
      tip.hidden = true;
      desk.look = { ...desk.look, since: null, until: null };
      desk.drop();
    }
  });

  function tipWords() {
    const said = desk.draft?.said ?? [];
    const last = said[said.length - 1]?.text ?? "";
    return `${last}${last ? " · " : ""}${desk.draft.dates.map((each) => `${each.id} ${each.moved}`).join(", ")}`;
  }

  // -- room ---------------------------------------------------------------------------------------------------------

  let scrolled = 0;
  place.addEventListener("scroll", () => {
    if (!first || first.rows.length <= desk.look.rows) return;
    clearTimeout(scrolled);
    scrolled = setTimeout(() => {
      const top = Math.floor(place.scrollTop / ROW);
      const end = Math.min(top + place.clientHeight / ROW, first.rows.length);
      const { from_row: from, rows: drawn } = desk.look;
      if (top < from || end > from + drawn) desk.see({ from_row: Math.max(0, top - 25) });
    }, 40);
  });

  const room = () => Math.max(240, Math.floor(place.clientWidth - names.getBoundingClientRect().width - 4));
  let width = 0;
  new ResizeObserver(() => {
    const now = room();
    if (Math.abs(now - width) > 8) {
      width = now;
      if (desk.draft) desk.see({ width: now });
      else desk.look = { ...desk.look, width: now };
    }
  }).observe(place);
  desk.addEventListener("plan", () => {
    width = room();
    desk.look = { ...desk.look, width };
  });
}

/** How the schedule is looked at: zoom, baselines, chain, folds. */
export function lookControls(desk, place) {
  function show() {
    const zooms = [["fit", "Fit"], ["years", "Years"], ["months", "Months"], ["weeks", "Weeks"], ["days", "Days"]];
    const all = () => desk.draft.rows.filter((row) => row.kind === "phase").map((row) => row.id.slice(6));
    fill(place,
      el("fieldset", { class: "segments" }, el("legend", {}, "Zoom"), zooms.map(([value, label]) =>
        el("label", {}, el("input", { type: "radio", name: "zoom", value, checked: desk.look.zoom === value,
          change: () => desk.see({ zoom: value }) }), el("span", {}, label)))),
      desk.plan.baselines.length
        ? el("fieldset", { class: "segments" }, el("legend", {}, "Published"), desk.plan.baselines.map((baseline) =>
          el("label", { title: baseline.title }, el("input", { type: "checkbox", checked: desk.look.baselines.includes(baseline.id),
            change: (event) => desk.see({ baselines: event.target.checked
              ? [...desk.look.baselines, baseline.id] : desk.look.baselines.filter((each) => each !== baseline.id) }) }),
          el("span", {}, `${baseline.letter} ${baseline.id}`))))
        : null,
      el("label", { class: "inline" }, "Driving chain ", el("select", { change: (event) => desk.see({ chain: event.target.value || null }) },
        el("option", { value: "" }, "of all"), desk.plan.milestones.filter((each) => each.asked).map((each) =>
          el("option", { value: each.id }, `to ${each.id}`)))),
      el("button", { type: "button", click: () => desk.see({ folded: all() }) }, "Fold all"),
      el("button", { type: "button", click: () => desk.see({ folded: [] }) }, "Unfold all"),
      el("details", { class: "key" }, el("summary", {}, "Key"), el("ul", {},
        el("li", {}, el("span", { class: "swatch driving" }), "drives a milestone (hatched)"),
        el("li", {}, el("span", { class: "swatch calm" }), "does not drive; the thin line behind it is its float"),
        el("li", {}, el("span", { class: "swatch buffer" }), "contingency (dashed)"),
        el("li", {}, el("span", { class: "swatch done" }), "done by the status date (a dark strip, ✓)"),
        el("li", {}, el("span", { class: "swatch was" }), "under a bar: where it was before the changes"),
        el("li", {}, "◆ milestone; an empty diamond with a letter is what a baseline published"),
        el("li", {}, "Keys in the list: arrows walk, Enter asks why, + and − make work a unit longer or shorter (Ctrl: ten), or a milestone a day later or earlier; Ctrl Z undoes"))));
  }
  desk.addEventListener("plan", show);
}
