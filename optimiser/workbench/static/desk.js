// What was changed, and what is known of it: a draft while something moves, the proof once it rests.
//
// Every question bears a number. An answer is shown only if no answer with a greater number was shown before it, and a proof only
// if the changes are still those that it was asked for.

import { ask, calledOff, next, plan as readPlan, Refused, scope, stream } from "./wire.js";

const NOTHING = { assumptions: {}, values: {}, readings: {}, rules: {}, floors: {} };
const REST = 200; // milliseconds of quiet before a proof is asked for

const copy = (changes) => structuredClone(changes);
const key = (changes) =>
  JSON.stringify(Object.keys(NOTHING).map((kind) => Object.entries(changes[kind]).sort(([one], [other]) => (one < other ? -1 : 1))));

export const empty = (changes) => Object.values(changes).every((kind) => Object.keys(kind).length === 0);

/**
 * Mark an answer as one of the plan before the last change, once the changes are other than those it was asked with.
 * Returns what is called as it is asked for.
 */
export function stamped(desk, body) {
  let asked = null;
  const now = () => `${scope.update} ${key(desk.changes)}`;
  desk.addEventListener("changes", () => body.classList.toggle("old", asked !== null && asked !== now()));
  return () => {
    asked = now();
    body.classList.remove("old");
  };
}

/** Steps that can be taken back after the page was loaded anew. */
const MOST_KEPT = 50;

/** What this window changed before the page was loaded anew. */
function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(location.pathname)) ?? {};
  } catch {
    return {};
  }
}

export class Desk extends EventTarget {
  plan = null;
  changes = copy(NOTHING);
  draft = null;
  proof = null;
  risk = null;
  look = { folded: [], zoom: "fit", width: 900, baselines: [], chain: null, focus: null, from_row: 0, rows: 100 };
  item = null;
  stage = "loading";
  /** Whether the draft is of the changes as they stand now, and not of those before. */
  fresh = false;
  timings = { draft: [], proof: [] };

  #opening = 0;
  #past = [];
  #future = [];
  #drag = null;
  #preview = null;
  #asking = false;
  #again = false;
  #shown = 0;
  #proving = null;
  #proofNumber = 0;
  #risking = null;
  #riskNumber = 0;
  #resting = 0;

  emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** Open the plan, or an update before it. What is changed on each stays with it, also when the page is loaded anew. */
  async open(update = remembered().update ?? "") {
    const opening = (this.#opening = next());
    const plan = await readPlan(update);
    if (opening !== this.#opening) return;
    this.#moving();
    this.#risking?.abort();
    this.#drag = this.#preview = this.draft = this.risk = null;
    // Whatever was asked of another update comes too late.
    this.#shown = this.#proofNumber = this.#riskNumber = next();
    scope.update = update;
    this.plan = plan;
    const held = remembered().held?.[update];
    this.changes = held?.changes ?? { ...copy(NOTHING), ...plan.first };
    this.#past = held?.past ?? [];
    this.#future = held?.future ?? [];
    const baselines = plan.baselines.map((each) => each.id).filter((each) => this.look.baselines.includes(each));
    this.look = { ...this.look, baselines, chain: null };
    this.#remember();
    this.emit("plan");
    await this.#drafted();
    this.#rest(0);
  }

  #remember() {
    const { held } = remembered();
    const now = { changes: this.changes, past: this.#past.slice(-MOST_KEPT), future: this.#future.slice(-MOST_KEPT) };
    try {
      sessionStorage.setItem(location.pathname, JSON.stringify({ update: scope.update, held: { ...held, [scope.update]: now } }));
    } catch {
      // A window that may keep nothing forgets the changes when it is loaded anew.
    }
    this.emit("changes");
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  get current() {
    return this.#preview ?? this.changes;
  }

  /** Try changes without keeping them: while a slider moves. */
  preview(edit) {
    const tried = copy(this.changes);
    edit(tried);
    this.#preview = tried;
    this.#moving();
    return this.#drafted();
  }

  /** Hold an end of a bar at a day, without keeping it. */
  drag(item, end, to) {
    this.#drag = { item, end, to };
    this.#moving();
    return this.#drafted();
  }

  /** Leave off what was being tried. */
  async drop() {
    this.#preview = this.#drag = null;
    await this.#drafted();
    this.#rest();
  }

  /** Keep what was being tried. */
  async release() {
    await this.#quiet();
    const kept = this.#drag && this.draft ? copy(this.draft.changes) : this.#preview;
    this.#drag = this.#preview = null;
    return kept ? this.#commit(kept) : undefined;
  }

  /** Keep changes. */
  commit(edit) {
    const kept = copy(this.changes);
    edit(kept);
    this.#drag = this.#preview = null;
    return this.#commit(kept);
  }

  async undo() {
    if (!this.#past.length) return;
    this.#future.push(this.changes);
    this.changes = this.#past.pop();
    await this.#settled();
  }

  async redo() {
    if (!this.#future.length) return;
    this.#past.push(this.changes);
    this.changes = this.#future.pop();
    await this.#settled();
  }

  reset() {
    return empty(this.changes) ? undefined : this.#commit(copy(NOTHING));
  }

  /** Look at the schedule otherwise. */
  async see(look) {
    this.look = { ...this.look, ...look };
    this.emit("look");
    await this.#drafted();
  }

  /** Point at an item: its links are drawn, and its reasons asked for where that is wanted. */
  async choose(item, { why = false } = {}) {
    this.item = item;
    this.emit("item", { why });
    await this.see({ focus: item });
  }

  /** Wait until the draft is of an item: only then is it known what can be moved of it. */
  async known(item) {
    if (this.item !== item) await this.choose(item);
    else if (this.draft?.item !== item) await this.#drafted();
  }

  cancelProof() {
    this.#proving?.abort();
    this.#proving = null;
    this.#stage("draft", "the proof was called off");
  }

  /** Ask for the proof again, where it was called off. */
  proveAgain() {
    this.#rest(0);
  }

  async #commit(kept) {
    if (key(this.changes) !== key(kept)) {
      this.#past.push(this.changes);
      this.#future = [];
      this.changes = kept;
    }
    await this.#settled();
  }

  async #settled() {
    this.#moving();
    this.#remember();
    await this.#drafted();
    this.#rest();
  }

  /** Something moves: what is being proved is out of date. */
  #moving() {
    clearTimeout(this.#resting);
    this.#proving?.abort();
    this.#proving = null;
    this.proof = null;
    this.#stage("draft", "");
  }

  #stage(stage, text) {
    this.stage = stage;
    this.emit("stage", text);
  }

  /** Ask for a draft of what is there now; while one is on its way only the latest is asked for next. */
  async #drafted() {
    if (this.#asking) {
      this.#again = true;
      return this.#quiet();
    }
    this.#asking = true;
    try {
      do {
        this.#again = false;
        await this.#draftOnce();
      } while (this.#again);
    } finally {
      this.#asking = false;
      this.emit("quiet");
    }
    return undefined;
  }

  async #draftOnce() {
    const began = performance.now();
    const number = next();
    const question = { number, changes: this.current, look: this.look, drag: this.#drag, trying: Boolean(this.#drag || this.#preview), item: this.item,
      told: this.draft?.rows?.length ?? 0 };
    try {
      const found = await ask("draft", question);
      if (found.number < this.#shown) return;
      this.#shown = found.number;
      if (found.rows && found.rows.length < found.count) {
        // While something is tried only the rows drawn are told: the rest stands as it was, until it is released.
        found.rows = this.draft.rows.toSpliced(found.first_row, found.rows.length, ...found.rows);
      }
      this.draft = { ...found, item: question.item };
      this.fresh = key(question.changes) === key(this.current);
      this.emit("draft");
      requestAnimationFrame(() => this.timings.draft.push(performance.now() - began));
    } catch (error) {
      if (number < this.#shown) return;
      if (!(error instanceof Refused)) this.#stage("lost", "the server does not answer; it may have been stopped");
      else if (key(question.changes) === key(this.current)) this.#refuse(error.faults);
    }
  }

  /** Take back what cannot be: what was being tried, or the last change. */
  #refuse(faults) {
    this.emit("refused", faults);
    const tried = this.#drag || this.#preview;
    this.#drag = this.#preview = null;
    if (!tried && empty(this.changes)) return;
    if (!tried) this.changes = this.#past.pop() ?? copy(NOTHING);
    this.#remember();
    this.#again = true;
  }

  #quiet() {
    return this.#asking
      ? new Promise((done) => this.addEventListener("quiet", done, { once: true }))
      : Promise.resolve();
  }

  /** Prove once nothing has moved for a while. */
  #rest(wait = REST) {
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#prove(), wait);
  }

  async #prove() {
    const began = performance.now();
    const signal = new AbortController();
    this.#proving?.abort();
    this.#proving = signal;
    const changes = copy(this.changes);
    const number = (this.#proofNumber = next());
    this.#stage("proving", "");
    try {
      const found = await stream("proof", { number, changes }, {
        signal: signal.signal,
        progress: (text) => number === this.#proofNumber && this.#stage("proving", text),
      });
      if (number !== this.#proofNumber || key(changes) !== key(this.current)) return;
      if (!found) {
        this.#proving = null;
        this.#stage("draft", "other windows ask too much at once: the proof was called off");
        return;
      }
      this.proof = found;
      this.#proving = null;
      this.timings.proof.push(performance.now() - began);
      this.#stage("proved", "");
      this.emit("proof");
      await this.#drafted();
      this.assess(true);
    } catch (error) {
      if (calledOff(error)) return;
      if (number !== this.#proofNumber) return;
      if (error instanceof Refused) this.emit("unproved", error.faults);
      this.#stage(error instanceof Refused ? "draft" : "lost", error instanceof Refused ? "" : "the server does not answer");
    }
  }

  /** Ask how sure the dates are: coarsely while something moves, in full once it rests. */
  async assess(full) {
    if (!full && this.#risking) return;
    this.#risking?.abort();
    const signal = (this.#risking = new AbortController());
    const changes = copy(this.current);
    const number = (this.#riskNumber = next());
    this.emit("assessing", full);
    try {
      const found = await stream("risk", { number, changes, full }, { signal: signal.signal });
      if (!found || number !== this.#riskNumber || key(changes) !== key(this.current)) return;
      this.risk = found;
      this.emit("risk");
    } catch (error) {
      if (!calledOff(error) && number === this.#riskNumber) {
        this.risk = null;
        this.emit("risk", error.message);
      }
    } finally {
      if (this.#risking === signal) this.#risking = null;
    }
  }
}
