// Questions to the server. Paths are relative: they keep the token of the page's own address.

/** What the server refuses, each fault with its place. */
export class Refused extends Error {
  constructor(faults) {
    super(faults.map((fault) => fault.message).join("\n"));
    this.faults = faults;
  }
}

/** This page among those that are open on the same plan. */
export const page = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Which update of the plan is asked about: the one opened, where the name is empty. */
export const scope = { update: "" };

let counted = 0;

/** A number greater than every one before. */
export const next = () => (counted += 1);

async function post(kind, question, signal) {
  const answer = await fetch(`api/${kind}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ page, ...scope, ...question }),
    signal,
  });
  return sound(answer);
}

async function sound(answer) {
  if (answer.ok) return answer;
  let faults = [{ message: `the server answers ${answer.status}` }];
  try {
    faults = (await answer.json()).faults ?? faults;
  } catch {
    // What it says is no document: its status is all there is.
  }
  throw new Refused(faults);
}

export const plan = async (update) => (await sound(await fetch(`api/plan?update=${encodeURIComponent(update)}`))).json();

/** Ask what is answered at once. */
export const ask = async (kind, question, signal) => (await post(kind, question, signal)).json();

/** Ask for a text. */
export async function text(kind, question) {
  const answer = await post(kind, question);
  const named = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "");
  return { name: named?.[1] ?? kind, content: await answer.text() };
}

/**
 * Ask what takes long. Progress is told as it comes; null is returned where the question was called off.
 * Whoever aborts the signal calls the work off too.
 */
export async function stream(kind, question, { signal, progress = () => {} } = {}) {
  const answer = await post(kind, question, signal);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let held = "";
  let found = null;
  for (;;) {
    const { value, done } = await reader.read();
    held += value ?? "";
    const lines = held.split("\n");
    held = lines.pop();
    for (const line of lines) {
      const said = JSON.parse(line);
      if (said.progress) progress(said.progress);
      if (said.faults) throw new Refused(said.faults);
      if (said.answer) found = said.answer;
    }
    if (done) return found;
  }
}

/** Whether an error is only that a question was called off. */
export const calledOff = (error) => error?.name === "AbortError";
