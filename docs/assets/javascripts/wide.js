// Code or a table wider than its place scrolls there. Let the keyboard reach it.
const reach = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
// The theme puts each table into such a box once the document is there.
addEventListener("load", () => {
  const boxes = ".md-typeset__scrollwrap, .highlight code";
  for (const box of document.querySelectorAll(boxes)) reach.observe(box);
});
