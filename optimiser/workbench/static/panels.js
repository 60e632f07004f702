// How sure it is, scenarios side by side, parties; and the tabs between these and the rest.

import { stamped } from "./desk.js";
import { byId, drawing, el, fill } from "./dom.js";
import { calledOff, next, stream } from "./wire.js";

/** Tabs as readers of pages expect them: arrows go from one to the next. */
export function tabs(list, panels, entries) {
  const made = entries.map(([name, label, panel]) => ({
    name, panel,
    tab: el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, "aria-selected": "false", tabindex: "-1",
      click: () => show(name) }, label),
  }));
  for (const { name, panel } of made) {
    panel.id = `panel-${name}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${name}`);
    panel.tabIndex = 0;
    panel.hidden = true;
  }
  fill(list, made.map((each) => each.tab));
  fill(panels, made.map((each) => each.panel));
  function show(name, focus = false) {
    for (const each of made) {
      const on = each.name === name;
      each.tab.setAttribute("aria-selected", String(on));
      each.tab.tabIndex = on ? 0 : -1;
      each.panel.hidden = !on;
      if (on && focus) each.tab.focus();
      if (on) each.panel.dispatchEvent(new Event("shown"));
    }
  }
  list.addEventListener("keydown", (event) => {
    const at = made.findIndex((each) => each.tab === document.activeElement);
    const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: made.length - 1 };
    if (at < 0 || !(event.key in steps)) return;
    event.preventDefault();
    show(made[(steps[event.key] + made.length) % made.length].name, true);
  });
  show(made[0].name);
  return show;
}

export function risk(desk, place) {
  function show(error) {
    const found = desk.risk;
    if (!found) {
      fill(place, el("p", { class: error ? "alert" : "busy" }, error ?? "Drawing samples …"));
      return;
    }
    fill(place,
      el("p", { class: "about" }, `${found.stage === "coarse" ? "Coarse while something moves: " : ""}${found.samples}${found.register ? `; ${found.register}` : ""}`),
      found.milestones.map((entry) => el("section", {},
        el("h3", {}, entry.id),
        el("p", {}, `P50 ${entry.P50}; P80 ${entry.P80}${entry.chance ? `; the earliest date is met in ${entry.chance} of cases` : ""}`),
        entry.curve ? el("div", { class: "drawing" }, drawing(entry.curve)) : null,
        entry.drivers?.length ? [el("h4", {}, "What moves P80 first"), el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `What moves ${entry.id}` },
          el("table", {}, el("thead", {}, el("tr", {}, ["what", "gained were it certain", "lowest to highest tenth"].map((text) => el("th", { scope: "col" }, text)))),
            el("tbody", {}, entry.drivers.map((driver) => el("tr", {}, el("th", { scope: "row" }, driver.title, el("span", { class: "about" }, ` ${driver.kind}, ${driver.basis}`)),
              el("td", {}, driver.bought), el("td", {}, driver.swing))))))] : null)),
      found.notes?.map((note) => el("p", { class: "about" }, note)));
  }
  desk.addEventListener("risk", (event) => show(event.detail));
  desk.addEventListener("assessing", () => desk.risk || show());
  show();
}

export function beside(desk, place) {
  const kept = [];
  const chosen = { updates: new Set(), scenarios: new Set() };
  const body = el("div", { class: "answer" });
  const stamp = stamped(desk, body);
  let asking = null;

  const choices = (title, kind, entries, words) => entries.length
    ? el("fieldset", { class: "entry" }, el("legend", {}, title), entries.map((entry) => el("label", { class: "choice" },
      el("input", { type: "checkbox", value: entry.name, checked: chosen[kind].has(entry.name),
        change: (event) => (event.target.checked ? chosen[kind].add(entry.name) : chosen[kind].delete(entry.name)) }), ` ${words(entry)}`)))
    : null;

  function build() {
    fill(place,
      el("p", { class: "quiet" }, "Dates of scenarios, updates and variants set aside, each proved, on one axis."),
      choices("Updates of this plan", "updates", desk.plan.updates.filter((entry) => entry.name !== desk.plan.update), (entry) => entry.title),
      choices("Scenarios of this plan, on top of what is open", "scenarios", desk.plan.available, (entry) => `${entry.title} (${entry.name})`),
      el("p", { class: "setting" }, el("label", { for: "aside" }, "Set the changes aside as "), el("input", { type: "text", id: "aside", maxlength: 60 }), " ",
        el("button", { type: "button", click: () => {
          const title = byId("aside").value.trim() || `Variant ${kept.length + 1}`;
          kept.push({ title, changes: structuredClone(desk.changes) });
          build();
          compare();
        } }, "Set aside")),
      kept.length ? el("ul", {}, kept.map((entry, at) => el("li", {}, entry.title, " ",
        el("button", { type: "button", class: "small", click: () => desk.commit((changes) => Object.assign(changes, structuredClone(entry.changes))) }, `Take up ${entry.title}`), " ",
        el("button", { type: "button", class: "small", click: () => { kept.splice(at, 1); build(); } }, `Forget ${entry.title}`)))) : null,
      el("p", {}, el("button", { type: "button", class: "primary", click: compare }, "Compare")),
      body);
  }

  /** What is chosen of what there is: another update may have other scenarios. */
  const taken = (kind, entries) => entries.map((entry) => entry.name).filter((name) => chosen[kind].has(name) && (kind !== "updates" || name !== desk.plan.update));

  async function compare() {
    asking?.abort();
    stamp();
    asking = new AbortController();
    const told = el("p", { class: "busy", role: "status" }, "Proving each …");
    fill(body, told);
    try {
      const found = await stream("beside", { number: next(), changes: desk.changes, kept,
        scenarios: taken("scenarios", desk.plan.available), updates: taken("updates", desk.plan.updates) },
        { signal: asking.signal, progress: (text) => (told.textContent = text) });
      if (found) show(found);
    } catch (error) {
      if (!calledOff(error)) fill(body, el("p", { class: "alert" }, error.message));
    }
  }

  function show(found) {
    const milestones = Object.keys(found.columns[0].cells);
    fill(body,
      found.faults.map((fault) => el("p", { class: "alert" }, fault)),
      el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Scenarios side by side" }, el("table", {},
        el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Scenario"), milestones.map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, found.columns.map((column) => el("tr", {}, el("th", { scope: "row" }, column.name), milestones.map((name) => {
          const cell = column.cells[name];
          return el("td", { class: cell.differs ? "differs" : null }, cell.date, el("br"), el("span", { class: "about" }, [cell.moved, cell.proof].filter(Boolean).join(", ")));
        })))))),
      found.chart ? el("div", { class: "drawing" }, drawing(found.chart)) : null);
  }
  desk.addEventListener("plan", build);
}

export function parties(desk, place) {
  const body = el("div", { class: "answer" });
  const stamp = stamped(desk, body);
  let asking = null;
  function build() {
    const held = desk.plan.qualification;
    if (!held) {
      fill(place, el("p", {}, "This plan has no Qualification party by party."));
      return;
    }
    const on = desk.changes.rules[held.id] ?? held.on;
    fill(place,
      el("p", { class: "quiet" }, on ? "Qualification is party by party: the queue for slots decides." : "Qualification is one bar in the dates above. Here it is worked out party by party beside them."),
      el("p", {}, el("button", { type: "button", class: "primary", click: askParties }, "Show queue and slots"), " ",
        held.on ? null : el("label", { class: "choice" }, el("input", { type: "checkbox", role: "switch", checked: on,
          change: (event) => desk.commit((changes) => {
            if (event.target.checked) changes.rules[held.id] = true;
            else delete changes.rules[held.id];
          }) }), " let the dates follow from the parties")),
      body);
  }
  async function askParties() {
    asking?.abort();
    stamp();
    asking = new AbortController();
    fill(body, el("p", { class: "busy", role: "status" }, "Placing the parties …"));
    try {
      const found = await stream("parties", { number: next(), changes: desk.changes }, { signal: asking.signal });
      if (found) show(found);
    } catch (error) {
      if (!calledOff(error)) fill(body, el("p", { class: "alert" }, error.message));
    }
  }
  function show(found) {
    const heads = [["title", "party"], ["role", "role"], ["ready", "ready"], ["start", "tested from"], ["finish", "to"], ["waits", "waits"], ["approved", "approved"]];
    fill(body, el("p", {}, found.said), el("div", { class: "drawing" }, drawing(found.chart)),
      el("h3", {}, "The queue, who waits longest first"),
      el("div", { class: "scroll tall", tabindex: "0", role: "region", "aria-label": "The queue" }, el("table", {},
        el("thead", {}, el("tr", {}, heads.map(([, label]) => el("th", { scope: "col" }, label)))),
        el("tbody", {}, found.parties.map((party) => el("tr", {}, heads.map(([name], at) =>
          el(at ? "td" : "th", { scope: at ? null : "row" }, party[name]))))))),
      found.notes.map((note) => el("p", { class: "about" }, note)));
  }
  desk.addEventListener("plan", build);
  desk.addEventListener("changes", build);
}
