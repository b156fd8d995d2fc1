// Which chapters and exercises the reader has marked as done. The marks never leave this browser.
//
// A mark is an address as seen from the site's root: "tutorials/autograd/" stands for a chapter,
// "tutorials/autograd/#4-a-rule-of-your-own" for an exercise. All are stored in one list, whose
// name begins with the site's path, so that sites on the same host do not meet.
{
  const root = __md_scope.pathname; // the theme knows it
  const name = `${root}.progress`;

  // Where controls go, and what can be marked: each chapter's address, and its exercises' ids.
  const end = document.querySelector(".page-end");
  const chapters = Object.entries(JSON.parse(end?.dataset.chapters ?? "{}"));
  const isHome = end?.matches(".page-end--home");

  const isAllowed = () => {
    try { localStorage.getItem(name); } catch { return false; }
    return true;
  };

  const read = () => {
    try {
      const marks = JSON.parse(localStorage.getItem(name));
      return new Set(Array.isArray(marks) ? marks : []);
    } catch {
      return new Set(); // somebody else has written there: begin anew
    }
  };

  // Change what is stored now: another tab may have changed it since this one looked.
  const change = (edit) => {
    const marks = read();
    edit(marks);
    try {
      if (marks.size) localStorage.setItem(name, JSON.stringify([...marks]));
      else localStorage.removeItem(name);
    } catch { /* There is no room: what is shown stays as it was. */ }
    show();
  };

  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  const toggle = (mark, words, heading) => {
    const title = heading.textContent.replace(/#$/, ""); // without the link to itself
    const button = make("button", { type: "button", className: "mark" }, words);
    button.ariaLabel = `${words}: ${title}`;
    button.dataset.mark = mark;
    button.addEventListener("click", () => change((marks) => marks.delete(mark) || marks.add(mark)));
    return button;
  };

  const addToggles = () => {
    const [[chapter]] = chapters;
    for (const place of document.querySelectorAll("h3 + .pt-progress")) {
      const heading = place.previousElementSibling;
      place.append(toggle(`${chapter}#${heading.id}`, "Done", heading));
    }
    const done = toggle(chapter, "Chapter done", document.querySelector("article h1"));
    end.prepend(make("div", { className: "pt-progress" }, done));
  };

  // The home page's sum, and a button that forgets it all.
  const sum = make("span", { tabIndex: -1 });
  const forget = make("button", { type: "button", className: "forget" }, "Forget all marks");
  const summary = make("div", { className: "pt-progress", hidden: true }, sum, " ", forget);
  forget.addEventListener("click", () => {
    if (!confirm("Forget which chapters and exercises are marked as done?")) return;
    change((marks) => marks.clear());
    sum.textContent = "All marks are forgotten.";
    summary.hidden = false;
    forget.hidden = true;
    sum.focus(); // the button that had the focus is gone
  });

  const showSum = (marks) => {
    const exercises = chapters.flatMap(([chapter, ids]) => ids.map((id) => `${chapter}#${id}`));
    const done = [chapters.map(([chapter]) => chapter), exercises].map(
      (all) => all.filter((mark) => marks.has(mark)).length,
    );
    summary.hidden = done[0] + done[1] === 0;
    forget.hidden = false;
    sum.textContent = `${done[0]} of ${chapters.length} chapters, `
      + `${done[1]} of ${exercises.length} exercises marked done.`;
  };

  // A tick at the links to chapters: in the list of pages, and on the home page.
  const showTicks = (marks) => {
    for (const tick of document.querySelectorAll(".tick")) tick.remove();
    const lists = `.md-nav--primary a.md-nav__link${isHome ? ", article a:not(.md-button)" : ""}`;
    for (const link of document.querySelectorAll(lists)) {
      if (link.hash || !marks.has(link.pathname.slice(root.length))) continue;
      // On a narrow screen the theme shows the page itself as the label of its contents.
      const labels = link.parentElement.querySelectorAll(":scope > label.md-nav__link");
      for (const place of [link, ...labels]) {
        const words = make("span", {}, ", marked done");
        place.append(make("span", { className: "pt-progress tick" }, words));
      }
    }
  };

  const show = () => {
    const marks = read();
    for (const button of document.querySelectorAll(".mark")) {
      button.ariaPressed = marks.has(button.dataset.mark);
    }
    showTicks(marks);
    if (isHome) showSum(marks);
  };

  if (isAllowed()) {
    if (isHome) end.prepend(summary);
    else if (chapters.length) addToggles();
    show();
    addEventListener("storage", show); // another tab has changed the marks
    addEventListener("pageshow", show); // the reader has gone back to a page as it was left
  }
}
