// Elements of the page. Text goes in as text, never as HTML: names are anybody's.

/** element("a", {href: "#x", onclick: f}, "text", child ...) */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  for (const child of children) if (child !== null) made.append(child);
  return made;
}

const byId = (id) => document.getElementById(id);

function fill(id, ...children) {
  byId(id).replaceChildren();
  for (const child of children) if (child !== null) byId(id).append(child);
}

function showIf(id, condition) {
  byId(id).hidden = !condition;
}
