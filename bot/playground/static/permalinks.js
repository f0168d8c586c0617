/** Links to messages of this workspace are followed here, not in a new tab. */

const PERMALINK = /^\/archives\/([A-Z0-9]+)\/p([0-9]+)([0-9]{6})$/;

export function followPermalinks(onMessage) {
  document.addEventListener("click", (event) => {
    const address = event.target.closest?.("a[href]")?.href;
    if (!address) return;
    const url = new URL(address);
    const found = url.origin === location.origin ? PERMALINK.exec(url.pathname) : null;
    if (found === null) return;
    event.preventDefault();
    onMessage(found[1], `${found[2]}.${found[3]}`);
  });
}
