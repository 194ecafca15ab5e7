"use strict";
(function () {
  var root = document.documentElement, button = document.getElementById("theme");
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function stored() { try { return window.localStorage.getItem("theme"); } catch (error) { return null; } }
  function show(theme) {
    root.dataset.theme = theme;
    button.textContent = theme === "dark" ? "Light" : "Dark";
    button.setAttribute("aria-label", theme === "dark" ? "Show in light colours" : "Show in dark colours");
  }
  show(stored() || (dark.matches ? "dark" : "light"));
  document.querySelectorAll(".card .figure a").forEach(function (link) {
    link.addEventListener("click", function (event) { /* without this script the row opens, and stays open */
      var row = document.getElementById(link.hash.slice(1)), box = row.querySelector("input");
      event.preventDefault();
      box.checked = true;
      row.scrollIntoView();
      box.focus({ preventScroll: true });
    });
  });
  button.hidden = false;
  button.addEventListener("click", function () {
    var theme = root.dataset.theme === "dark" ? "light" : "dark";
    show(theme);
    try { window.localStorage.setItem("theme", theme); } catch (error) { /* a page opened from a file may have none */ }
  });
})();
