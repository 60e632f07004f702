// What holds an item or a milestone, what it would gain, and whether it could be by a day: each way there is one press.

import { stamped } from "./desk.js";
import { el, fill } from "./dom.js";
import { calledOff, next, stream } from "./wire.js";

export function why(desk, place) {
  let asking = null;
  const head = el("div", {});
  const body = el("div", { class: "answer" });
  const byBody = el("div", { class: "answer", role: "status" });
  const stamp = stamped(desk, body);
  const stampBy = stamped(desk, byBody);
  const day = el("input", { type: "date", id: "by-day" });
  const which = el("select", { id: "by-milestone" });
  const form = el("form", { class: "by", submit: (event) => { event.preventDefault(); askBy(); } },
    el("h3", {}, "By when could it be?"),
    el("label", { for: "by-milestone" }, "Milestone "), which,
    el("label", { for: "by-day" }, " by "), day, " ",
    el("button", { type: "submit" }, "Ask"));

  desk.addEventListener("plan", () => {
    fill(which, desk.plan.milestones.map((each) => el("option", { value: each.id }, `${each.id} ${each.title}`)));
    fill(head, el("p", { class: "quiet" }, "Choose a row or a milestone to see what holds it; Enter asks from the keyboard."));
    fill(place, head, form, byBody, body);
  });

  desk.addEventListener("item", () => showItem());
  desk.addEventListener("draft", () => showItem());
  desk.addEventListener("proof", () => {
    // Whoever reads the reasons reads those of the plan as it stands.
    if (body.classList.contains("old") && place.checkVisibility() && desk.item) askWhy(desk.item);
  });

  // -- the item itself, and its handles for keys -----------------------------------------------------------------------

  function showItem() {
    const id = desk.item;
    const row = desk.draft?.rows?.find((each) => each.id === id) ?? desk.draft?.pinned?.find((each) => each.id === id);
    if (!row) return;
    if (head.contains(document.activeElement) && document.activeElement.matches("input")) return;
    const active = head.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const can = desk.draft.can;
    const parts = [el("h3", {}, row.title), el("p", { class: "about" },
      [row.id, row.kind, row.start === row.finish ? row.start : `${row.start} – ${row.finish}`, row.length,
        row.work === "done" ? null : row.drives.length ? `drives ${row.drives.join(", ")}` : row.float ? `float ${row.float}` : "moves no milestone asked for",
        row.work, row.was ? `was ${row.was[0]} – ${row.was[1]}` : null].filter(Boolean).join(" · "))];
    if (can?.length) {
      const { kind, name, value, unit, amount } = can.length;
      const set = (text) => desk.commit((changes) => (changes[kind][name] = text));
      const held = parseInt(desk.current[kind][name], 10);
      const now = Number.isFinite(held) ? held : amount;
      parts.push(el("p", { class: "setting" }, el("label", { for: "item-length" }, row.work === "in progress" ? "Left " : "Length "),
        el("button", { type: "button", class: "step", "data-key": "less", "aria-label": `One ${unit} shorter`, click: () => set(`${Math.max(0, now - 1)} ${unit}`) }, "−"),
        el("input", { type: "text", id: "item-length", value, "data-key": "length", change: (event) => set(event.target.value) }),
        el("button", { type: "button", class: "step", "data-key": "more", "aria-label": `One ${unit} longer`, click: () => set(`${now + 1} ${unit}`) }, "+")));
    }
    if (can?.fixed) parts.push(el("p", { class: "about", id: "item-fixed" }, can.fixed));
    else if (can) {
      parts.push(el("p", { class: "setting" }, el("label", { for: "item-floor" }, "Not before "),
        el("input", { type: "date", id: "item-floor", "data-key": "floor", value: desk.changes.floors[id] ?? "",
          change: (event) => event.target.value && desk.drag(id, "start", event.target.value).then(() => desk.release()) }),
        el("span", { class: "quiet" }, can.floor ? ` held by: ${can.floor}` : "")));
    }
    if (desk.draft.links?.length) {
      const other = (link) => (link.before === id ? `then ${titleOf(link.after)}` : `after ${titleOf(link.before)}`);
      parts.push(el("details", {}, el("summary", {}, `Links (${desk.draft.links.length})`),
        el("ul", {}, desk.draft.links.map((link) => el("li", {}, `${other(link)} (${link.words})`)))));
    }
    fill(head, parts);
    if (active) head.querySelector(`[data-key="${active}"]`)?.focus();
  }

  const titleOf = (id) => desk.draft.rows.find((each) => each.id === id)?.title ?? id;

  // -- reasons ---------------------------------------------------------------------------------------------------------

  async function askWhy(item) {
    asking?.abort();
    stamp();
    asking = new AbortController();
    fill(body, el("p", { class: "busy" }, "Working out what holds it …"));
    try {
      const found = await stream("why", { number: next(), changes: desk.changes, item, milestone: null }, { signal: asking.signal });
      if (found) showWhy(found);
    } catch (error) {
      if (!calledOff(error)) fill(body, el("p", { class: "alert" }, error.message));
    }
  }

  function lines(title, found) {
    if (!found.length) return null;
    return [el("h4", {}, title), el("ul", { class: "lines" }, found.map((line) => el("li", {},
      el("strong", {}, line.title), el("br"), line.statement,
      el("dl", {}, pair("gain if removed", line.gain), pair("one unit less", line.unit_gain), pair("headroom", line.headroom),
        line.takes_over.length ? pair("then held by", line.takes_over.join("; ")) : null),
      el("p", { class: "about" }, [line.authority, line.basis, line.owner, line.words.join(", ")].filter(Boolean).join(" · ")),
      line.rule.startsWith("duration:") ? null : el("button", { type: "button", class: "small",
        "aria-label": `Switch off: ${line.title}`, click: () => desk.commit((changes) => (changes.rules[line.rule] = false)) }, "Switch off"))))];
  }

  const pair = (name, value) => [el("dt", {}, name), el("dd", {}, value)];

  function showWhy(found) {
    which.value = found.milestone;
    fill(body,
      el("h3", {}, `What holds ${found.item === found.milestone ? found.item : found.title}`),
      found.held_by.length ? el("ul", {}, found.held_by.map((step) => el("li", {}, step.title,
        step.item_title && step.item !== found.item ? ` (after ${step.item_title})` : "", el("br"), el("span", { class: "about" }, step.statement)))) : null,
      found.margin ? el("p", {}, `For ${found.milestone} (${found.date}): float ${found.margin.float ?? "none: it never moves it"}`,
        found.margin.latest ? `; may finish by ${found.margin.latest}` : "") : null,
      lines(`Its own rules and length, for ${found.milestone}`, found.own),
      lines(`What holds ${found.milestone} at ${found.date}`, found.lines),
      found.more ? el("p", { class: "quiet" }, `and ${found.more} more; explain lists them`) : null,
      found.conflict ? conflictOf(desk, found.conflict, "Why not a day earlier") : null,
      found.near.length ? [el("h4", {}, "Nearly as critical"), el("ul", {}, found.near.map((chain) => el("li", {}, `${chain.slack}: ${chain.items.join(" → ")}`)))] : null,
      found.notes.map((note) => el("p", { class: "about" }, note)));
  }

  // -- by when ---------------------------------------------------------------------------------------------------------

  let byAsking = null;
  async function askBy() {
    if (!day.value) return day.focus();
    byAsking?.abort();
    stampBy();
    byAsking = new AbortController();
    fill(byBody, el("p", { class: "busy" }, "Looking for ways …"));
    try {
      const found = await stream("by-when", { number: next(), changes: desk.changes, milestone: which.value, by: day.value },
        { signal: byAsking.signal });
      if (found) showBy(found);
    } catch (error) {
      if (!calledOff(error)) fill(byBody, el("p", { class: "alert" }, error.message));
    }
  }

  function showBy(found) {
    fill(byBody,
      el("p", {}, el("strong", {}, found.said), `; ${found.now}${found.missing ? `, ${found.missing}` : ""}`),
      found.nearest ? el("p", {}, `With everything moved as far as it may: ${found.nearest}`) : null,
      found.routes.map((route) => el("div", { class: "route" },
        el("h4", {}, `${route.name}: ${route.date}`),
        el("ul", {}, route.steps.map((step) => el("li", {}, `${step.title}: ${step.from} → ${step.to}`,
          el("span", { class: "about" }, ` cost ${step.cost}, ${step.authority}${step.by_right_of ? `, by right of ${step.by_right_of}` : ""}`)))),
        el("p", { class: "about" }, `cost ${route.cost}, ${route.cheapest}; ${route.proof}`),
        el("button", { type: "button", class: "primary", click: () => desk.commit((changes) => Object.assign(changes, structuredClone(route.apply))) }, "Apply this way"))),
      found.conflict ? conflictOf(desk, found.conflict, "What keeps it from it") : null,
      found.may_move.length ? el("p", { class: "about" }, `may move: ${found.may_move.join(", ")}`) : null,
      found.notes.map((note) => el("p", { class: "about" }, note)));
  }

  return { ask: askWhy };
}

/** Rules that cannot all hold, each with a switch. */
export function conflictOf(desk, conflict, title) {
  return [el("h4", {}, title), el("p", { class: "about" }, conflict.confirmed_by),
    el("ul", { class: "lines" }, conflict.members.map((member) => el("li", {}, member.title, el("br"),
      el("span", { class: "about" }, `${member.statement} · ${member.authority}, ${member.basis}`),
      member.id.startsWith("duration:") ? null : el("button", { type: "button", class: "small", "aria-label": `Switch off: ${member.title}`,
        click: () => desk.commit((changes) => (changes.rules[member.id] = false)) }, "Switch off"))))];
}
