/* The budget slider: moves a marker along the curve that came with the page, and asks for the table on release. */
"use strict";
(() => {
  const text = (element, name, value) => {
    element.querySelector(`[data-figure="${name}"]`).textContent = value;
  };
  for (const slider of document.querySelectorAll(".slider")) {
    const points = JSON.parse(slider.dataset.points);
    const range = slider.querySelector("input[type=range]");
    const show = () => {
      const point = points[Number(range.value)];
      for (const name of ["budget", "spend", "customers", "profit", "more"]) text(slider, name, point[name]);
      range.setAttribute("aria-valuetext", point.budget);
      slider.querySelector("input[name=budget_minor]").value = point.budget_minor;
    };
    range.hidden = false;
    range.addEventListener("input", show);
    range.addEventListener("change", () => {
      show();
      const address = `${slider.dataset.recipients}&budget_minor=${points[Number(range.value)].budget_minor}`;
      htmx.ajax("GET", address, { target: slider.querySelector(".recipients"), select: "#recipients", swap: "innerHTML" });
    });
  }
})();
