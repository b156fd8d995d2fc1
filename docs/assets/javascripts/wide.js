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
    const boxes = ".md-typeset__scrollwrap, .highlight code";
    for (const box of document.querySelectorAll(boxes)) reach.observe(box);
    // Code far from the screen is not laid out, and has no size that could change: look there, too,
    // while nothing else is to be done. What is folded away is seen when it is opened.
    const far = [...document.querySelectorAll("article > .highlight code")];
    const next = (idle) => {
      do look(far.pop()); while (far.length && idle?.timeRemaining() > 5);
      if (far.length) later(next);
    };
    if (far.length) later(next);
  });
}
