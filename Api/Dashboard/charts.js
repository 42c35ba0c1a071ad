
// Curves of the last five minutes, drawn as SVG by hand: there is nothing to load them from.
const SPAN = 300000, LEFT = 56, RIGHT = 6, TOP = 6, BOTTOM = 20, NS = 'http://www.w3.org/2000/svg';
const shape = (name, attributes, text) => { const made = document.createElementNS(NS, name); for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value); if (text !== undefined) made.textContent = text; return made; };

// The least of 1, 2 and 5 times a power of ten that the greatest value does not exceed.
function roof(greatest) {
  if (!(greatest > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(greatest));
  return [1, 2, 5, 10].map(step => step * power).find(top => top >= greatest * .999);
}

// Where a value lies between 0, the bottom, and 1, and the values that have a line.
function even(values) {
  const top = roof(Math.max(0, ...values));
  return { place: value => value / top, lines: [0, top / 2, top] };
}

// Latencies: what is usual and what is rare are a hundred times apart, and both are to be seen.
function byTens(values) {
  const there = values.filter(value => value > 0), least = Math.floor(Math.log10(Math.min(...there, 1))), greatest = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...there, .001)) - 1e-9));
  const all = Array.from({ length: greatest - least + 1 }, (_, i) => 10 ** (least + i));
  return { place: value => Math.max(0, (Math.log10(Math.max(value, 1e-9)) - least) / (greatest - least)), lines: all.length > 4 ? all.filter((_, i) => i % 2 === 0) : all };
}

// series: [{ className, values, band }], one value or null for each of times; a null is a gap.
function draw(svg, times, series, now, scale, format, label) {
  const { width, height } = svg.getBoundingClientRect();
  if (!width) return;
  const { place, lines } = scale(series.flatMap(one => one.values.filter(value => value !== null)));
  const x = time => LEFT + (width - LEFT - RIGHT) * (1 - (now - time) / SPAN), y = value => TOP + (height - TOP - BOTTOM) * (1 - place(value));
  const parts = [shape('title', {}, label)];
  for (const line of lines) {
    parts.push(shape('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: y(line), y2: y(line) }));
    parts.push(shape('text', { x: LEFT - 6, y: y(line) + 4, 'text-anchor': 'end' }, format(line)));
  }
  for (const minutes of width > 500 ? [5, 4, 3, 2, 1, 0] : [5, 0]) {
    parts.push(shape('text', { x: x(now - minutes * 60000), y: height - 4, 'text-anchor': minutes === 5 ? 'start' : minutes ? 'middle' : 'end' }, minutes ? `${minutes} min ago` : 'now'));
  }
  for (const one of series) parts.push(...curve(one, times, x, y));
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('aria-label', label);
  svg.replaceChildren(...parts);
}

function curve({ className, values, band }, times, x, y) {
  const runs = [], parts = [];
  values.forEach((value, i) => {
    const at = times[i];
    if (value === null || x(at) < LEFT) return;
    if (i && values[i - 1] !== null && x(times[i - 1]) >= LEFT && runs.length) runs.at(-1).push(i); else runs.push([i]);
  });
  for (const run of runs) {
    const path = run.map((i, n) => `${n ? 'L' : 'M'}${x(times[i]).toFixed(1)} ${y(values[i]).toFixed(1)}`).join('');
    if (run.length === 1) parts.push(shape('circle', { class: `point ${className}`, cx: x(times[run[0]]), cy: y(values[run[0]]), r: 2 }));
    else if (band) parts.push(shape('path', { class: `band ${className}`, d: `${path}L${x(times[run.at(-1)]).toFixed(1)} ${y(0)}L${x(times[run[0]]).toFixed(1)} ${y(0)}Z` }));
    if (run.length > 1) parts.push(shape('path', { class: `line ${className}`, d: path }));
  }
  return parts;
}

const last = values => values.findLast(value => value !== null) ?? null;
const multiples = new Map();     // kind -> its small chart

function small(kind) {
  let made = multiples.get(kind);
  if (!made) {
    const now = element('small'), svg = shape('svg', { class: 'chart', role: 'img' });
    const figure = element('figure', { className: 'panel' }, element('figcaption', {}, element('span', {}, element('span', { className: `key k-${kind}` }), kind), now), svg);
    $('latencies').append(figure);
    multiples.set(kind, made = { now, svg });
  }
  return made;
}

let drawn = null;
function drawOperations(statistics) {
  drawn = statistics;
  const times = statistics.times.map(Date.parse), now = Date.parse(statistics.time);
  const kinds = KINDS.map(kind => statistics.operations.find(one => one.kind === kind)).filter(Boolean);
  draw($('throughput'), times, kinds.map(one => ({ className: `k-${one.kind}`, values: one.perSecond, band: true })), now, even, rate,
    `Operations per second over the last five minutes, now: ${kinds.map(one => `${one.kind} ${rate(one.perSecond.at(-1))}`).join(', ') || 'none'}`);
  $('legend').replaceChildren(...kinds.map(one => element('span', {}, element('span', { className: `key k-${one.kind}` }), `${one.kind} `, element('b', {}, rate(one.perSecond.at(-1))))));
  for (const one of kinds) {
    const { now: caption, svg } = small(one.kind);
    put(caption, `p50 ${milliseconds(last(one.p50))} · p99 ${milliseconds(last(one.p99))}`);
    draw(svg, times, [{ className: `k-${one.kind}`, values: one.p99, band: true }, { className: `soft k-${one.kind}`, values: one.p50 }], now, byTens, milliseconds,
      `Latency of ${one.kind} over the last five minutes, last seen: p50 ${milliseconds(last(one.p50))}, p99 ${milliseconds(last(one.p99))}`);
  }
  $('kinds').replaceChildren(...kinds.map(one => element('tr', {},
    element('th', { scope: 'row' }, element('span', { className: `key k-${one.kind}` }), one.kind),
    ...[rate(one.perSecond.at(-1)), milliseconds(last(one.p50)), milliseconds(last(one.p99)), rate(one.failedPerSecond.at(-1)), whole(one.total), whole(one.failed)].map(text => element('td', { className: 'n' }, text)))));
}
addEventListener('resize', () => { if (drawn) drawOperations(drawn); });
