// Runs before the first paint, so that a dark page never flashes white.
(() => {
  const root = document.documentElement;
  const read = () => {
    try {
      return localStorage.getItem("theme") || "auto";
    } catch {
      return "auto";
    }
  };
  const apply = (choice) => {
    if (choice === "auto") root.removeAttribute("data-bs-theme");
    else root.setAttribute("data-bs-theme", choice);
    for (const button of document.querySelectorAll("[data-theme-switch] [data-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.choice === choice));
    }
  };
  root.classList.add("js");
  apply(read());
  document.addEventListener("DOMContentLoaded", () => apply(read()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-switch] [data-choice]");
    if (!button) return;
    try {
      localStorage.setItem("theme", button.dataset.choice);
    } catch {
      // Private windows may refuse storage; the choice then lasts for this page.
    }
    apply(button.dataset.choice);
  });
  window.addEventListener("storage", (event) => event.key === "theme" && apply(read()));
})();
