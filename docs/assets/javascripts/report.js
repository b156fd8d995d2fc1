// "Report a mistake" says which section the reader is at, and which page, where the build knew none.
{
  const atEnd = document.querySelector("a.report");

  // The section that the address names, or the last one that begins above the middle of the screen.
  const findHeading = () => {
    const headings = [...document.querySelectorAll("article :is(h1, h2, h3, h4, h5, h6)[id]")]
      .filter((heading) => heading.checkVisibility()); // what is folded away is nowhere
    return headings.find((heading) => heading.matches(":target"))
      ?? headings.findLast((heading) => heading.getBoundingClientRect().top < innerHeight / 2);
  };

  const describe = (heading) => {
    const title = heading.cloneNode(true);
    title.querySelector(".headerlink")?.remove();
    return `#${heading.id} ${title.textContent.trim().replace(/\s+/g, " ")}`;
  };

  const fill = ({ currentTarget: link }) => {
    const address = new URL(link.href);
    const fields = address.searchParams;
    const heading = findHeading();
    if (heading) fields.set("section", describe(heading));
    if (!fields.has("page")) fields.set("page", location.href);
    link.href = address;
  };

  // Below the table of contents, where the screen is wide enough for it, the link is at hand in
  // every section.
  const links = atEnd ? [atEnd, atEnd.cloneNode(true)] : [];
  const contents = document.querySelector(".md-sidebar--secondary .md-sidebar__inner");
  contents?.append(...links.slice(1));

  // Before the click, too: another button of the mouse, or a menu, opens the link as well.
  for (const link of links) {
    for (const event of ["pointerdown", "click"]) link.addEventListener(event, fill);
  }
}
