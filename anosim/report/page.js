"use strict";
// Sorting: a click on a heading sorts by that column, another one turns the order round.
for (const button of document.querySelectorAll("th button")) {
  button.addEventListener("click", () => {
    const head = button.closest("th"), body = head.closest("table").tBodies[0];
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of head.parentElement.cells)
      if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = row => row.cells[head.cellIndex].dataset.v ?? row.cells[head.cellIndex].textContent;
    const order = (a, b) => {
      const x = key(a), y = key(b), p = parseFloat(x), q = parseFloat(y);
      if (x === "" || y === "") return (x === "") - (y === "");  // what has no value comes last
      const by = isNaN(p) || isNaN(q) ? x.localeCompare(y) : p - q;
      return down ? -by : by;
    };
    body.append(...[...body.rows].sort(order));
  });
}
// The concentration over time: frames below each other in one grey picture, coloured here.
for (const viewer of document.querySelectorAll(".viewer")) {
  const about = JSON.parse(viewer.dataset.about), sheet = viewer.querySelector("img");
  const canvas = viewer.querySelector("canvas"), context = canvas.getContext("2d");
  const slider = viewer.querySelector("input"), play = viewer.querySelector("button");
  const time = viewer.querySelector(".time"), told = viewer.querySelector(".told");
  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const scale = bytes(about.scale), first = about.first;
  let levels = null, timer = null;
  const draw = () => {
    if (!levels) return;
    const size = canvas.width * canvas.height, start = Number(slider.value) * size;
    const picture = context.createImageData(canvas.width, canvas.height);
    for (let i = 0; i < size; i++) {
      const level = levels[4 * (start + i)];
      const from = level < first ? about.phases[level].rgb : null, at = 3 * (level - first);
      for (let k = 0; k < 3; k++) picture.data[4 * i + k] = from ? from[k] : scale[at + k];
      picture.data[4 * i + 3] = 255;
    }
    context.putImageData(picture, 0, 0);
    time.textContent = slider.ariaValueText = about.labels[Number(slider.value)];
  };
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "Play"; };
  const ready = () => {
    const whole = document.createElement("canvas");
    whole.width = sheet.naturalWidth; whole.height = sheet.naturalHeight;
    const drawn = whole.getContext("2d", { willReadFrequently: true });
    drawn.drawImage(sheet, 0, 0);
    levels = drawn.getImageData(0, 0, whole.width, whole.height).data;
    draw();
  };
  slider.addEventListener("input", () => { stop(); draw(); });
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (slider.value === slider.max) slider.value = 0;
    play.textContent = "Stop";
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      draw();
      if (slider.value === slider.max) stop();
    }, 300);
  });
  canvas.addEventListener("pointermove", event => {
    if (!levels) return;
    const box = canvas.getBoundingClientRect();
    const part = (at, start, size, n) => Math.min(n - 1, Math.max(0, Math.floor((at - start) / size * n)));
    const x = part(event.clientX, box.left, box.width, canvas.width);
    const y = part(event.clientY, box.top, box.height, canvas.height);
    const level = levels[4 * ((Number(slider.value) * canvas.height + y) * canvas.width + x)];
    const c = about.low + (about.high - about.low) * (level - first) / (255 - first);
    const place = `x ${((x + .5) / canvas.width * about.width_um).toPrecision(3)} µm, `
      + `y ${((y + .5) / canvas.height * about.height_um).toPrecision(3)} µm: `;
    told.textContent = place + (level < first ? about.phases[level].name : `c = ${c.toPrecision(3)} mol/m³`);
  });
  if (sheet.complete) ready(); else sheet.addEventListener("load", ready);
}
