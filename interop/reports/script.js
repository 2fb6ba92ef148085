"use strict";
// Opens cells of the matrix from the embedded JSON. Texts of the record are hostile: they are set as text only.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const table = document.getElementById("matrix");
  if (!table) return;

  const SVG = "http://www.w3.org/2000/svg";

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  }

  function draw(tag, attributes = {}, text = null) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    if (text !== null) element.textContent = text;
    return element;
  }

  function badge(verdict) {
    const [symbol, word] = data.signs[verdict];
    return make("span", { class: `badge ${verdict}` }, make("span", { "aria-hidden": "true" }, symbol), ` ${word}`);
  }

  function pairs(list) {
    return make("dl", { class: "pairs" }, ...list.map(([name, value]) =>
      make("div", {}, make("dt", {}, name), make("dd", {}, make("bdi", {}, value)))));
  }

  function grid(kind, heads, rows) {
    const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
    const body = rows.map((cells) => make("tr", {}, ...cells.map((cell) =>
      cell instanceof Node ? make("td", {}, cell) : make("td", { class: "foreign" }, make("bdi", {}, cell)))));
    return make("table", { class: `list ${kind}` }, make("thead", {}, head), make("tbody", {}, ...body));
  }

  // ---- the ladder: a vertical line per party, the network in the middle, time downwards by event

  const WIDTH = 1180, EDGE = 130, END = 70, WIDEST = 490, ROW = 25, HEAD = 26, GAP_S = 5;

  // What a text takes: as style.css has the labels, those of calls in bold.
  const pen = document.createElement("canvas").getContext("2d");
  const family = getComputedStyle(document.body).fontFamily;

  function length(text, kind) {
    pen.font = `${kind === "call" ? 650 : 400} 12.5px ${family}`;
    return pen.measureText(text).width;
  }

  function cut(text, room, kind) {
    if (length(text, kind) <= room) return text;
    const kept = [...text].slice(0, room / 2);  // nothing is narrower
    while (kept.length && length(`${kept.join("")}…`, kind) > room) kept.pop();
    return `${kept.join("")}…`;
  }

  // Two drawings: the names stay in sight while the events scroll beneath them.
  function ladder(attempt) {
    const spacing = Math.min(WIDEST, (WIDTH - EDGE - END) / (attempt.lanes.length - 1));
    const width = EDGE + END + spacing * (attempt.lanes.length - 1);
    const x = (lane) => EDGE + spacing * lane;
    const names = draw("svg", { class: "ladder names", viewBox: `0 0 ${width} ${HEAD}`, "aria-hidden": "true" });
    const svg = draw("svg", { class: "ladder", role: "img" });
    const lines = draw("g"), rows = draw("g");
    let y = 0, before = null;
    for (const [at, lanes, flow, text, kind] of attempt.steps) {
      if (before !== null && at - before > GAP_S) {
        y += ROW * 0.8;
        rows.append(draw("text", { class: "gap", x: 4, y }, `⋮ ${(at - before).toFixed(1)} s`));
      }
      before = at;
      y += ROW;
      rows.append(step(at, lanes.map(x), x(attempt.network), width, flow, text, kind, y));
    }
    const height = y + 18;
    attempt.lanes.forEach((name, lane) => {
      const network = lane === attempt.network;
      lines.append(draw("line", { class: network ? "life network" : "life", x1: x(lane), x2: x(lane), y1: 0, y2: height - 6 }));
      names.append(draw("text", { class: "lane", x: x(lane), y: 17, "text-anchor": "middle" }, cut(name, Math.min(spacing, 2 * END) - 8, "call")));
    });
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.append(draw("title", {}, `What ${attempt.lanes.length - 1} parties and the network did: ${attempt.steps.length} events`), lines, rows);
    const drawn = make("div", { class: "drawn" }, names, svg);
    drawn.style.maxWidth = `${width}px`;
    return drawn;
  }

  function step(at, owns, network, width, flow, text, kind, y) {
    const row = draw("g", { class: `${flow} ${kind}`.trim() });
    row.append(draw("title", {}, `+${at.toFixed(3)} s ${text}`));
    row.append(draw("text", { class: "time", x: 4, y: y + 3 }, `+${at.toFixed(3)} s`));
    if (flow === "note") {
      for (const own of owns) {
        row.append(draw("circle", { class: "dot", cx: own, cy: y - 1, r: 4 }));
        const right = own < network;
        const room = right ? width - own - 20 : own - EDGE;
        row.append(draw("text", { x: own + (right ? 9 : -9), y: y + 3, "text-anchor": right ? "start" : "end" }, cut(text, room, kind)));
      }
      return row;
    }
    for (const side of [owns.filter((own) => own < network).reverse(), owns.filter((own) => own > network)]) {
      const starts = side.map((_, place) => (place ? side[place - 1] : network));
      const wide = side.some((own, place) => length(text, kind) > Math.abs(own - starts[place]) - 22);
      side.forEach((own, place) => {
        const start = starts[place];
        const [from, to] = flow === "out" ? [own, start] : [start, own];
        const back = to > from ? -8 : 8;
        row.append(draw("line", { class: "arrow", x1: from, x2: to + back, y1: y, y2: y }));
        row.append(draw("path", { class: "head", d: `M${to} ${y} l${back} -4.5 v9 z` }));
        if (!wide) row.append(draw("text", { x: (own + start) / 2, y: y - 6, "text-anchor": "middle" }, text));
      });
      if (wide) row.append(beyond(text, kind, side[0] < network, network, width, y));
    }
    return row;
  }

  // Wider than its arrow: it begins at the network and goes on beyond the party.
  function beyond(text, kind, left, network, width, y) {
    const room = left ? network - EDGE - 12 : width - network - 12;
    return draw("text", { x: network + (left ? -12 : 12), y: y - 6, "text-anchor": left ? "end" : "start" }, cut(text, room, kind));
  }

  // ---- cases and attempts

  function attemptBody(attempt) {
    const parts = [pairs([["started", attempt.started], ["took", attempt.duration], ...attempt.devices])];
    if (attempt.why) parts.push(make("p", { class: "foreign" }, make("bdi", {}, attempt.why)));
    if (attempt.checks.length) {
      const heads = ["check", "expected", "actual", "verdict", "blame"];
      const kept = attempt.checks.some((check) => check[4]) ? 5 : 4;
      parts.push(make("h4", {}, "Checks"), make("div", { class: "scroll" }, grid("checks", heads.slice(0, kept),
        attempt.checks.map(([name, expected, actual, verdict, blame]) =>
          [name, expected, actual, badge(verdict), blame].slice(0, kept)))));
    }
    if (attempt.measurements.length) {
      parts.push(make("h4", {}, "Measurements"), pairs(attempt.measurements.map(([name, value, unit]) => [name, `${value} ${unit}`])));
    }
    parts.push(make("h4", {}, "What every party did and saw"));
    if (attempt.steps.length) {
      parts.push(make("div", { class: "scroll" }, ladder(attempt)), make("p", { class: "soft" }, "Solid: from the party to the network. Dashed: from the network to the party. Bold: call control. Orange: notifications. Green: tones. Dots: noted at the party, as what it lists of its calls."));
    } else {
      parts.push(make("p", { class: "soft" }, "No event was recorded."));
    }
    if (attempt.evidence.length) parts.push(make("h4", {}, "Evidence"), pairs(attempt.evidence));
    return parts;
  }

  function attemptDetails(attempt) {
    const summary = make("summary", {}, badge(attempt.verdict), " ", make("bdi", {}, attempt.title),
      make("span", { class: "soft" }, ` · ${attempt.duration}${attempt.role === "retried" ? " · does not count" : ""}${attempt.blame ? ` · ${attempt.blame}` : ""}`));
    const details = make("details", { class: attempt.role }, summary);
    const fill = () => { if (details.open && details.children.length === 1) details.append(...attemptBody(attempt)); };
    details.addEventListener("toggle", fill);
    if (attempt.role === "final") { details.open = true; fill(); }
    return details;
  }

  function caseArticle(number) {
    const one = data.cases[number];
    const facts = [...one.subject, ["standard", one.standard]];
    return make("article", { id: `opened-${number}` },
      make("h3", {}, badge(one.verdict), " ", make("bdi", {}, one.case)),
      one.blame || one.finding
        ? make("p", { class: "finding foreign" }, make("bdi", {}, [one.blame, one.finding].filter(Boolean).join(". ")))
        : null,
      pairs(facts), ...one.attempts.map(attemptDetails));
  }

  // ---- opening and closing

  function close(button) {
    const row = button.closest("tr"), rest = row.closest("tbody").querySelector("td.rest");
    button.setAttribute("aria-expanded", "false");
    row.nextElementSibling.remove();
    if (rest) {
      row.closest("tbody").querySelector("th.service").rowSpan += rest.rowSpan;
      rest.remove();
    }
  }

  // The service's own cell spans its rows; it ends where one opens, so that what opens has the whole width.
  function part(row) {
    const service = row.closest("tbody").querySelector("th.service");
    const above = [...row.closest("tbody").rows].indexOf(row) + 1, rest = service.rowSpan - above;
    if (!rest) return;
    service.rowSpan = above;
    row.nextElementSibling.prepend(make("td", { class: "rest", rowspan: rest }));
  }

  function closeAll() {
    const opened = table.querySelector('button[aria-expanded="true"]');
    if (opened) close(opened);
    return opened;
  }

  function open(button) {
    closeAll();
    const row = button.closest("tr");
    const wide = table.tHead.rows[0].cells.length;
    const shut = make("button", { type: "button", class: "close" }, "Close");
    shut.addEventListener("click", () => { close(button); button.focus(); });
    const numbers = button.dataset.cases.split(",").map(Number);
    const panel = make("div", { class: "panel", role: "region", "aria-label": button.getAttribute("aria-label") },
      shut, ...numbers.map(caseArticle));
    part(row);
    row.after(make("tr", { class: "opened" }, make("td", { colspan: wide }, panel)));
    button.setAttribute("aria-expanded", "true");
  }

  function move(button, key) {
    const row = button.closest("tr");
    const place = row.cells.length - button.closest("td").cellIndex;
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[key];
    const all = [...table.querySelectorAll("button[data-cases]")];
    const line = key === "ArrowLeft" || key === "ArrowRight"
      ? all.filter((other) => other.closest("tr") === row)
      : all.filter((other) => other.closest("tr").cells.length - other.closest("td").cellIndex === place);
    const next = line[line.indexOf(button) + step];
    if (next) next.focus();
  }

  table.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-cases]");
    if (!button) return;
    if (button.getAttribute("aria-expanded") === "true") close(button); else open(button);
  });

  table.addEventListener("keydown", (event) => {
    const button = event.target.closest("button[data-cases]");
    if (button && event.key.startsWith("Arrow")) { event.preventDefault(); move(button, event.key); }
    if (event.key === "Escape") { const was = closeAll(); if (was) was.focus(); }
  });

  function follow() {
    const asked = /^#case-(\d+)$/.exec(location.hash);
    if (!asked) return;
    const button = [...table.querySelectorAll("button[data-cases]")].find((one) => one.dataset.cases.split(",").includes(asked[1]));
    if (!button) return;
    open(button);
    document.getElementById(`opened-${asked[1]}`).scrollIntoView({ block: "center" });
    button.focus({ preventScroll: true });
  }
  addEventListener("hashchange", follow);
  follow();

  // Evidence of a few cases: there is nothing to look for, and a print shows what it is about.
  if (data.opened && !location.hash) {
    const first = table.querySelector("button.fail") ?? table.querySelector("button[data-cases]");
    if (first) open(first);
    for (const details of table.querySelectorAll(".panel details")) details.open = true;
  }
})();
