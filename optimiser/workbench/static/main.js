// The page put together.

import { board, lookControls } from "./board.js";
import { changeList, controls } from "./controls.js";
import { dates, datesNow, spoken, wayOf, whenOf } from "./dates.js";
import { Desk, empty } from "./desk.js";
import { byId, el, fill, say } from "./dom.js";
import { keep } from "./keep.js";
import { beside, parties, risk, tabs } from "./panels.js";
import { conflictOf, why } from "./why.js";

const desk = new Desk();
const panels = Object.fromEntries(["change", "why", "risk", "beside", "parties"].map((name) => [name, el("div", { class: "panel" })]));
const show = tabs(byId("tabs"), byId("panels"), [
  ["change", "Change", panels.change],
  ["why", "Why", panels.why],
  ["risk", "How sure", panels.risk],
  ["beside", "Side by side", panels.beside],
  ["parties", "Parties", panels.parties],
]);

controls(desk, panels.change);
changeList(desk, byId("changes"));
const reasons = why(desk, panels.why);
risk(desk, panels.risk);
beside(desk, panels.beside);
parties(desk, panels.parties);
dates(desk, byId("dates"), { why: (id) => desk.choose(id, { why: true }) });
lookControls(desk, byId("look"));
board(desk, byId("board"));
keep(desk, byId("keep-body"));

desk.addEventListener("plan", () => {
  const { plan } = desk;
  document.title = `${plan.title} · workbench`;
  say(byId("title"), plan.title);
  const under = plan.scenarios.length ? `under ${plan.scenarios.map((entry) => entry.title).join("; ")}` : "no scenario";
  const status = plan.status_date ? `status date ${plan.status_date}; ` : "";
  say(byId("about"), `${plan.plan}; ${under}; ${status}as of ${plan.as_of}; calendar ${plan.calendar}`);
  byId("tab-parties").hidden = !plan.qualification;
  byId("updates").hidden = plan.updates.length < 2;
  byId("updates").classList.toggle("of-old", plan.update !== "");
  if (plan.updates.length !== byId("update").length) {
    fill(byId("update"), plan.updates.map(({ name, title }) => el("option", { value: name }, name ? title : `${title} (newest)`)));
  }
  byId("update").value = plan.update;
});
byId("update").addEventListener("change", (event) => desk.open(event.target.value).catch((error) => {
  event.target.value = desk.plan.update;
  complain("Not opened.", error.faults ?? [{ message: error.message }]);
}));

desk.addEventListener("item", (event) => {
  if (!event.detail.why) return;
  show("why");
  reasons.ask(desk.item);
});

// -- where it stands ----------------------------------------------------------------------------------------------------

const STAGES = { loading: "loading", draft: "draft", proving: "proving", proved: "proved", lost: "no answer" };

desk.addEventListener("stage", (event) => {
  say(byId("stage"), STAGES[desk.stage]);
  document.body.dataset.stage = desk.stage;
  byId("stage").className = `chip ${desk.stage}`;
  say(byId("progress"), event.detail || "");
  byId("cancel").hidden = desk.stage !== "proving";
  if (desk.stage === "draft" && event.detail) {
    fill(byId("progress"), `${event.detail} `, el("button", { type: "button", class: "small", click: () => desk.proveAgain() }, "Prove again"));
  }
});
byId("cancel").addEventListener("click", () => desk.cancelProof());

let speaking = 0;
function speak() {
  clearTimeout(speaking);
  speaking = setTimeout(() => desk.draft && say(byId("spoken"), spoken(desk)), 400);
}
desk.addEventListener("draft", () => {
  speak();
  const { contradiction } = desk.draft;
  byId("schedule-title").classList.toggle("stale", Boolean(contradiction));
  if (!proofless()) alertWith(contradiction ? el("p", {}, "The changes leave no schedule: ", contradiction) : null);
  buttons();
});
desk.addEventListener("proof", () => {
  speak();
  proofless();
});

/** Tell that no schedule is possible, where that is proved. */
function proofless() {
  if (!desk.proof?.conflict) return false;
  if (byId("alert").dataset.key === desk.proof.key) return true;
  alertWith(el("p", {}, el("strong", {}, "Proved: no schedule meets every rule. "), desk.proof.conflict.statement),
    conflictOf(desk, desk.proof.conflict, "Leave out any one, and the rest can"));
  byId("alert").dataset.key = desk.proof.key;
  return true;
}
let refused = 0;
function complain(what, faults) {
  refused = performance.now();
  alertWith(el("p", {}, el("strong", {}, `${what} `)), el("ul", {}, faults.map((fault) =>
    el("li", {}, fault.path ? `${fault.path}: ` : "", fault.message))));
}
desk.addEventListener("refused", (event) => complain("Not changed.", event.detail));
desk.addEventListener("unproved", (event) => complain("There is no proof of these dates.", event.detail));

function alertWith(...children) {
  if (!children[0] && performance.now() - refused < 6000) return;
  byId("alert").hidden = !children[0];
  delete byId("alert").dataset.key;
  fill(byId("alert"), children);
}

// -- room ---------------------------------------------------------------------------------------------------------------

byId("widen").addEventListener("click", () => {
  const wide = document.body.classList.toggle("wide");
  byId("widen").setAttribute("aria-pressed", String(wide));
});

new ResizeObserver(([{ target }]) => {
  const fixed = getComputedStyle(target).position === "sticky";
  document.documentElement.style.setProperty("--head", fixed ? `${target.offsetHeight}px` : "0px");
}).observe(document.querySelector("header"));

// Once the table of dates is scrolled away, the dates stand under the header.
new IntersectionObserver(([seen]) => {
  byId("answer").hidden = seen.isIntersecting;
  document.body.classList.toggle("away", !seen.isIntersecting);
}, { rootMargin: "-80px 0px 0px" }).observe(byId("dates"));
const strip = () => desk.draft && fill(byId("answer"), datesNow(desk).map((entry) => el("span", {}, el("strong", {}, entry.id), ` ${whenOf(entry)} `,
  el("span", { class: wayOf(entry) }, wayOf(entry) ? entry.moved : ""))));
for (const event of ["draft", "proof", "stage"]) desk.addEventListener(event, strip);

// -- changes ------------------------------------------------------------------------------------------------------------

function buttons() {
  byId("undo").disabled = !desk.canUndo;
  byId("redo").disabled = !desk.canRedo;
  byId("reset").disabled = empty(desk.changes);
}
byId("undo").addEventListener("click", () => desk.undo());
byId("redo").addEventListener("click", () => desk.redo());
byId("reset").addEventListener("click", () => desk.reset());
document.addEventListener("keydown", (event) => {
  const writing = event.target.matches("input[type=text], input[type=search]");
  if (!(event.ctrlKey || event.metaKey) || writing) return;
  const pressed = event.key.toLowerCase();
  if (pressed === "z" && !event.shiftKey) desk.undo();
  else if (pressed === "y" || (pressed === "z" && event.shiftKey)) desk.redo();
  else return;
  event.preventDefault();
});
document.addEventListener("click", (event) => {
  // A file is given by a press that nobody made: it closes nothing.
  if (event.isTrusted && !byId("keep").contains(event.target)) byId("keep").open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && byId("keep").open) {
    byId("keep").open = false;
    byId("keep").querySelector("summary").focus();
  }
});

window.desk = desk; // for whoever measures or tests the page
await desk.open();
