// What is taken home: the scenario, the drawing, the workbook, the pack, the page on paper.

import { drawing, download, el, fill } from "./dom.js";
import { Refused, next, stream, text } from "./wire.js";

export function keep(desk, place) {
  const title = el("input", { type: "text", id: "keep-title", maxlength: 120, value: "" });
  const told = el("p", { role: "status", class: "about" });
  const look = () => ({ ...desk.look, since: null, until: null, focus: null });

  async function tried(work) {
    try {
      told.textContent = "";
      await work();
    } catch (error) {
      told.textContent = error instanceof Refused ? error.message : `not done: ${error.message}`;
    }
  }

  const scenario = () => tried(async () => {
    const found = await text("save", { changes: desk.changes, title: title.value });
    download(found.name, found.content, "application/yaml");
    told.textContent = `saved as ${found.name}; solve ${desk.plan.name}${desk.plan.scenarios.map((each) => ` -s ${each.name}`).join("")} -s ${found.name} comes to the same dates`;
  });

  const chart = async () => (await text("chart", { changes: desk.changes, look: { ...look(), zoom: desk.look.zoom === "days" ? "weeks" : desk.look.zoom } })).content;

  const svg = () => tried(async () => download(`${desk.plan.plan}.svg`, await chart(), "image/svg+xml"));

  const png = () => tried(async () => {
    const made = await chart();
    const { width, height } = drawing(made).viewBox.baseVal;
    const scale = Math.min(2, 16_000 / Math.max(width, height));
    const image = new Image(width, height);
    const address = URL.createObjectURL(new Blob([made], { type: "image/svg+xml" }));
    try {
      image.src = address;
      await image.decode();
      const canvas = el("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      const content = await new Promise((done) => canvas.toBlob(done, "image/png"));
      if (!content) throw new Error("the drawing is too large for a picture; maybe save it as SVG");
      download(`${desk.plan.plan}.png`, content, "image/png");
    } finally {
      URL.revokeObjectURL(address);
    }
  });

  const long = (kind, words) => tried(async () => {
    told.textContent = `${words}: begun`;
    const found = await stream(kind, { number: next(), changes: desk.changes, title: title.value },
      { progress: (said) => (told.textContent = `${words}: ${said}`) });
    if (!found) return;
    const bytes = Uint8Array.from(atob(found.content), (letter) => letter.charCodeAt(0));
    download(found.name, new Blob([bytes], { type: found.kind }));
    told.textContent = `${found.name} is saved`;
  });

  /** On paper the whole plan stands across the page, whatever is in sight. */
  const print = () => tried(async () => {
    const look = desk.look;
    await desk.see({ zoom: "fit", width: 900, focus: null, from_row: 0, rows: 4000 });
    window.print();
    await desk.see(look);
  });

  fill(place,
    el("label", { for: "keep-title" }, "Title of the scenario"), title,
    el("button", { type: "button", id: "save", click: scenario }, "Scenario file"),
    el("button", { type: "button", id: "save-svg", click: svg }, "Schedule as SVG"),
    el("button", { type: "button", id: "save-png", click: png }, "Schedule as PNG"),
    el("button", { type: "button", id: "save-workbook", click: () => long("workbook", "workbook") }, "Workbook"),
    el("button", { type: "button", id: "save-pack", click: () => long("pack", "evidence pack") }, "Evidence pack"),
    el("button", { type: "button", id: "print", click: print }, "Print as a brief"),
    told);
}
