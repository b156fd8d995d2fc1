// Code or a table wider than its place scrolls there. Let the keyboard reach it.
{
  const look = (box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  const reach = new ResizeObserver((entries) => { for (const { target } of entries) look(target); });
  const later = window.requestIdleCallback ?? setTimeout;
  // The theme puts each table into such a box once the document is there.
  addEventListener("load", () => {
    const boxes = [...document.querySelectorAll(".md-typeset__scrollwrap, .highlight code")];
    for (const box of boxes) reach.observe(box);
    // Code far from the screen is not laid out, and has no size that could change: look there, too,
    // while nothing else is to be done.
    const next = (idle) => {
      do look(boxes.pop()); while (boxes.length && idle?.timeRemaining() > 5);
      if (boxes.length) later(next);
    };
    if (boxes.length) later(next);
  });
}
