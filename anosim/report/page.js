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
for (const viewer of document.querySelectorAll(".viewer:not(.block)")) {
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
// A volume as a block without its nearest corner: six faces, each an affine picture of a slice.
for (const block of document.querySelectorAll(".block")) {
  const about = JSON.parse(block.dataset.about), canvas = block.querySelector("canvas");
  const context = canvas.getContext("2d"), time = block.querySelector(".when");
  const cuts = [...block.querySelectorAll(".cut")], n = about.shape, first = about.first;
  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const scale = bytes(about.scale), inPlane = [[2, 1], [0, 2], [0, 1]];
  const [left, top, width] = about.window, zoom = canvas.width / width;
  const step = n.map((count, k) => about.sizes[k] / count);
  let levels = null;
  const place = at => [about.right, about.down].map((way, side) =>
    zoom * (at.reduce((sum, x, k) => sum + x * step[k] * way[k], 0) - (side ? top : left)));
  const face = (axis, index, level, from, to, hole) => {
    const [c, r] = inPlane[axis], size = [to[c] - from[c], to[r] - from[r]];
    if (size[0] < 1 || size[1] < 1) return;
    const picture = new ImageData(...size), at = [0, 0, 0], stride = [1, n[0], n[0] * n[1]];
    const start = Number(time.value) * n[0] * n[1] * n[2];
    at[axis] = index;
    for (let i = 0; i < size[1]; i++) for (let j = 0; j < size[0]; j++) {
      at[c] = from[c] + j; at[r] = from[r] + i;
      if (hole && hole(at, c) && hole(at, r)) continue;
      const value = levels[start + at[0] * stride[0] + at[1] * stride[1] + at[2] * stride[2]];
      const dim = value < first ? about.shades[axis] : 1, pixel = 4 * (i * size[0] + j);
      for (let k = 0; k < 3; k++)
        picture.data[pixel + k] = dim * (value < first ? about.phases[value][k] : scale[3 * (value - first) + k]);
      picture.data[pixel + 3] = 255;
    }
    const drawn = document.createElement("canvas");
    [drawn.width, drawn.height] = size;
    drawn.getContext("2d").putImageData(picture, 0, 0);
    const corner = [0, 0, 0];
    corner[axis] = level; corner[c] = from[c]; corner[r] = from[r];
    const way = k => [about.right[k] * step[k] * zoom, about.down[k] * step[k] * zoom];
    context.setTransform(...way(c), ...way(r), ...place(corner));
    context.drawImage(drawn, 0, 0);
  };
  const line = (...corners) => {
    context.beginPath();
    for (const at of corners) context.lineTo(...place(at));
    context.stroke();
  };
  const edges = (x, y, z, X, Y, Z) => {
    line([0, 0, 0], [0, Y, 0], [X, Y, 0], [X, Y, Z], [X, 0, Z], [0, 0, Z], [0, 0, 0], [x, 0, 0], [x, y, 0], [X, y, 0], [X, Y, 0]);
    line([x, 0, 0], [x, 0, z], [X, 0, z], [X, y, z], [X, y, 0]);
    line([x, y, 0], [x, y, z]); line([x, 0, z], [x, y, z], [X, y, z]); line([X, 0, z], [X, 0, Z]);
  };
  const draw = () => {
    if (!levels) return;
    const [x, y, z] = cuts.map(slider => Number(slider.value)), [X, Y, Z] = n;
    const hole = (at, k) => k === 0 ? at[0] >= x : at[k] < [x, y, z][k];
    context.resetTransform();
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingEnabled = false;
    face(0, X - 1, X, [0, 0, 0], n, hole); face(1, 0, 0, [0, 0, 0], n, hole); face(2, 0, 0, [0, 0, 0], n, hole);
    face(0, x - 1, x, [x, 0, 0], [X, y, z]); face(1, y, y, [x, 0, 0], [X, y, z]); face(2, z, z, [x, 0, 0], [X, y, z]);
    context.resetTransform();
    const ink = getComputedStyle(canvas).color, paper = getComputedStyle(document.body).backgroundColor;
    for (const [colour, wide] of [[paper, 4.5], [ink, 1.5]]) {
      context.strokeStyle = colour;
      context.lineWidth = wide;
      edges(x, y, z, X, Y, Z);
    }
    context.fillStyle = ink;
    context.font = "26px sans-serif";
    context.textBaseline = "middle";
    const told = (text, at, side, down) => {
      const [u, v] = place(at);
      context.textAlign = side; context.fillText(text, u, v + down);
    };
    told(`x ${about.lengths[0]} →`, [X / 2, Y, 0], "right", 34);
    told(`z ${about.lengths[2]} ↗`, [X, Y, Z / 2], "left", 34);
    const [u, v] = place([0, Y / 2, 0]);
    context.translate(u - 26, v); context.rotate(-Math.PI / 2);
    context.textAlign = "center"; context.fillText(`← y ${about.lengths[1]}`, 0, 0);
    time.nextElementSibling.textContent = time.ariaValueText = about.labels[Number(time.value)];
    cuts.forEach((slider, k) => {
      const where = (slider.value * step[k] * about.longest_um).toPrecision(3);
      slider.nextElementSibling.textContent = slider.ariaValueText = `${where} µm`;
    });
  };
  cuts.forEach((slider, k) => {
    [slider.min, slider.max] = k === 0 ? [1, n[0]] : [0, n[k] - 1];
    slider.value = Math.floor(n[k] / 2);
  });
  for (const slider of [time, ...cuts]) slider.addEventListener("input", draw);
  const packed = new Blob([bytes(block.dataset.levels)]).stream();
  new Response(packed.pipeThrough(new DecompressionStream("deflate"))).arrayBuffer().then(held => {
    levels = new Uint8Array(held);
    draw();
  });
}
