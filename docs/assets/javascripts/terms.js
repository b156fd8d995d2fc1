// A term of the glossary says what it means while the pointer or the focus is on it, or the pointer
// on what it says; Escape ends that. A finger follows the link instead, to the term's entry.
const meaning = Object.assign(document.createElement("div"), { id: "pt-meaning", hidden: true });
meaning.setAttribute("role", "tooltip");
document.body.append(meaning);
let term, leaving;

function hide() {
  term?.removeAttribute("aria-describedby");
  term = undefined;
  meaning.hidden = true;
}

function show(target) {
  hide();
  stay();
  term = target;
  term.setAttribute("aria-describedby", meaning.id);
  meaning.textContent = term.dataset.meaning;
  meaning.hidden = false;
  const { left, top, bottom } = term.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = meaning;
  const under = bottom + height <= innerHeight;
  const room = document.documentElement.clientWidth - width;
  meaning.style.left = `${scrollX + Math.max(0, Math.min(left, room))}px`;
  meaning.style.top = `${scrollY + (under ? bottom : top - height)}px`;
}

const stay = () => clearTimeout(leaving);
const leave = () => { leaving = setTimeout(hide, 200); };

for (const each of document.querySelectorAll("a.term")) {
  each.dataset.meaning = each.title; // the browser's own box neither stays nor heeds the keyboard
  each.removeAttribute("title");
  each.addEventListener("focus", () => show(each));
  each.addEventListener("blur", hide);
  each.addEventListener("pointerenter", ({ pointerType }) => {
    if (pointerType !== "touch") show(each);
  });
  each.addEventListener("pointerleave", leave);
}
meaning.addEventListener("pointerenter", stay);
meaning.addEventListener("pointerleave", leave);
addEventListener("keydown", ({ key }) => { if (key === "Escape") hide(); });
