// Elements made from text: nothing that a plan says is ever read as markup.

/** Make an element. Attributes that are functions listen; those that are false, null or undefined are left out. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (name === "value" || name === "checked" || name === "disabled" || name === "hidden") made[name] = value;
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** Put other children in the place of those that are there. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
}

/** Read a drawing of the server's; its texts were escaped where it was made. */
export function drawing(text, { hidden = false } = {}) {
  const read = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (read.nodeName !== "svg") throw new Error("no drawing");
  const made = document.adoptNode(read);
  if (hidden) {
    made.removeAttribute("role");
    made.removeAttribute("aria-labelledby");
    made.setAttribute("aria-hidden", "true");
  }
  return made;
}

/** Write a text only where it is another: what does not change is not laid out again, nor spoken again. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Give a file to whoever reads the page. */
export function download(name, content, kind) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type: kind }));
  const link = el("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
