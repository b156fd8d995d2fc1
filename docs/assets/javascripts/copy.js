// "Copy page as Markdown" fetches the page's twin and puts it on the clipboard.
{
  const button = document.querySelector(".copy-page");
  const told = document.querySelector(".copy-told");
  const twin = document.querySelector('.page-tools a[type="text/markdown"]');
  let forgetting;

  const fetchTwin = async () => {
    const response = await fetch(twin.href);
    if (!response.ok) throw new Error(`${twin.href}: ${response.status}`);
    return new Blob([await response.text()], { type: "text/plain" });
  };

  // A browser that gets the text as a promise still counts the writing as the reader's own act.
  const copy = async () => {
    try {
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": fetchTwin() })]);
      return "Copied";
    } catch {
      return "Could not copy. Use the link beside the button to open the Markdown.";
    }
  };

  button?.addEventListener("click", async () => {
    clearTimeout(forgetting);
    told.textContent = ""; // so that the same words are read out again
    told.textContent = await copy();
    forgetting = setTimeout(() => { told.textContent = ""; }, 6000);
  });
}
