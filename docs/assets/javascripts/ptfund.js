// A table wider than its place scrolls there. Let the keyboard reach it, as it reaches wide code.
const reach = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
// The theme puts each table into such a box once the document is there.
addEventListener("load", () => {
  for (const box of document.querySelectorAll(".md-typeset__scrollwrap")) reach.observe(box);
});
