// Light and dark by a switch. A classic script in the head, so that the first paint already has the chosen colours.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  const saved = () => {
    try {
      return localStorage.getItem("frontdesk:theme");
    } catch {
      return null;
    }
  };

  const apply = (theme) => {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  };

  apply(saved());
  addEventListener("storage", (event) => event.key === "frontdesk:theme" && apply(event.newValue));

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.querySelector("[data-theme-switch]");
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = root.dataset.theme ?? (dark.matches ? "dark" : "light");
      const theme = shown === "dark" ? "light" : "dark";
      apply(theme);
      try {
        localStorage.setItem("frontdesk:theme", theme);
      } catch {
        // Private windows may refuse; the choice then lasts as long as the page.
      }
    });
  });
})();
