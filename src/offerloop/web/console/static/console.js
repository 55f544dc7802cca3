/* Pages that follow a job, forms that are sent once, the budget slider, which moves along the points that came with the
   page, and uploads with their progress. */
"use strict";
(() => {
  /* A page that is asked for again changes those of its parts that differ, so that focus and what was typed stay. Once
     the job is over, all of it is loaded. */
  const content = document.getElementById("content");
  const written = new Map([...content.children].map((part) => [part, part.outerHTML]));
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt !== content || !detail.successful) return;
    const page = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
    if (!page.querySelector("#content[hx-get]")) { location.reload(); return; }
    const parts = [...page.querySelectorAll("#content > *")];
    const texts = new Set(parts.map((part) => part.outerHTML));
    for (const [part, text] of written) if (!texts.has(text)) { part.remove(); written.delete(part); }
    let next = content.firstElementChild;
    for (const part of parts) {
      if (next && written.get(next) === part.outerHTML) { next = next.nextElementSibling; continue; }
      written.set(part, part.outerHTML);
      content.insertBefore(part, next);
    }
    while (next) { const left = next; next = next.nextElementSibling; written.delete(left); left.remove(); }
  });
  /* A second click before the answer is there changes nothing twice. */
  const sent = new Set();
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (sent.has(event.target)) event.preventDefault();
    sent.add(event.target);
  });
  addEventListener("pageshow", () => sent.clear());
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
  const upload = (field, file) => {
    const [progress, said] = [field.querySelector("progress"), field.querySelector("[role=status]")];
    const request = new XMLHttpRequest();
    if (file.size > Number(field.dataset.most)) { said.textContent = field.dataset.tooLarge; return; }
    progress.hidden = false;
    request.upload.onprogress = (event) => {
      progress.value = event.loaded / event.total;
      said.textContent = `${Math.floor(100 * progress.value)} % / ${Math.ceil(event.total / 1e6)} MB`;
    };
    request.onerror = () => { said.textContent = field.dataset.failed; };
    request.onload = () => {
      if (request.status === 201) location.reload();
      else said.textContent = JSON.parse(request.responseText).detail || JSON.parse(request.responseText).title;
    };
    request.open("PUT", `/console/upload/${field.dataset.source}`);
    request.setRequestHeader("Content-Type", "text/csv");
    request.send(file);
  };
  for (const field of document.querySelectorAll(".drop")) {
    field.querySelector("input").addEventListener("change", (event) => { if (event.target.files.length) upload(field, event.target.files[0]); });
    field.addEventListener("dragover", (event) => event.preventDefault());
    field.addEventListener("drop", (event) => { event.preventDefault(); upload(field, event.dataTransfer.files[0]); });
  }
})();
