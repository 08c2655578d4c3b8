// @ts-check
// A figure: one chart with its sentence, its tools and its table. All charts of the pages are figures.
import { csv, text, ticks } from './compute.js';
import { download, el, fill, params, remember, svg, toggle } from './dom.js';

/**
 * @typedef {{label: string, x: ArrayLike<number>, y: ArrayLike<number | null>, color?: number, thin?: boolean, dash?: boolean, right?: boolean, faint?: boolean, light?: boolean, low?: ArrayLike<number | null>, high?: ArrayLike<number | null>, quiet?: boolean, points?: boolean}} Line
 * @typedef {{lines: Line[], xLabel: string, yLabel?: string, rightLabel?: string, xLog?: boolean, yLog?: boolean, sentence: string, marks?: {from: number, to: number, label?: string}[], verticals?: {x: number, label: string}[], partial?: boolean}} Drawing
 * @typedef {{title: string, key?: string, sync?: string, height?: number, onZoom?: (range: [number, number] | null) => void, onScale?: (scale: {xLog: boolean, yLog: boolean}) => void, noTools?: boolean, wheel?: boolean, onDrag?: (x: number, y: number, isEnd: boolean, line: number | null) => void}} Options
 */

const dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

// What the style sheet says for light or dark; asked for once, for each question costs a look at all styles.
/** @type {Map<string, string>} */
const colors = new Map();

/** @param {string} name @returns {string} */
function color(name) {
  const known = colors.get(name) ?? getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  colors.set(name, known);
  return known;
}

/** The palette. @returns {string[]} */
const palette = () => Array.from({ length: 7 }, (_, i) => color(`line-${i}`));

/** @param {string} hex @param {number} alpha */
export function faded(hex, alpha) {
  const number = parseInt(hex.slice(1), 16);
  return `rgba(${number >> 16}, ${(number >> 8) & 255}, ${number & 255}, ${alpha})`;
}

/** The look of a line: colors first, then the same colors dashed. @param {Line} line @param {number} place */
function look(line, place) {
  const index = line.color ?? place, lines = palette();
  const stroke = lines[index % lines.length];
  return {
    stroke: line.faint ? faded(stroke, 0.28) : line.light ? faded(stroke, 0.55) : stroke,
    width: line.thin || line.faint ? 1 : 2,
    dash: line.dash ? [6, 4] : dashes[Math.floor(index / lines.length) % dashes.length],
    pure: stroke,
  };
}

/** @type {Set<Figure>} */
const shown = new Set();

/** Draws all figures again, in the colors of the theme. */
export function redrawAll() {
  colors.clear();
  for (const figure of shown) if (figure.root.isConnected) figure.draw(); else shown.delete(figure);
}

export class Figure {
  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    /** @type {Drawing | null} */
    this.drawing = null;
    /** @type {any} */
    this.plot = null;
    // What an address has of it: prefix-logx, prefix-logy, prefix-zoom, prefix-table; without a key nothing.
    this.kept = options.key === undefined ? null : (/** @type {string} */ name) => options.key === '' ? name : `${options.key}-${name}`;
    const query = params(), of = (/** @type {string} */ name) => this.kept ? query.get(this.kept(name)) : null;
    this.isTableShown = of('table') === '1';
    /** What the reader chose of the scales; undefined where the chart itself says. @type {{xLog?: boolean, yLog?: boolean}} */
    this.scales = { xLog: flagOf(of('logx')), yLog: flagOf(of('logy')) };
    this.usual = { xLog: false, yLog: false };
    /** @type {[number, number] | null} */
    this.zoom = rangeOf(of('zoom'));
    this.shape = '';
    this.sentence = el('p.sentence');
    this.area = el('div.plot', { tabindex: '0', role: 'group', 'aria-roledescription': 'chart', 'aria-label': options.title });
    this.legend = el('div.legend');
    this.value = el('p.readout', { 'aria-live': 'polite' });
    this.table = el('div.table-scroll', { hidden: !this.isTableShown, tabindex: '0', role: 'region', 'aria-label': `Table of ${options.title}` });
    this.xButton = toggle('log x', Boolean(this.scales.xLog), isOn => this.scale({ xLog: isOn }));
    this.yButton = toggle('log y', Boolean(this.scales.yLog), isOn => this.scale({ yLog: isOn }));
    this.tableButton = toggle('table', this.isTableShown, isOn => this.showTable(isOn));
    this.resetButton = el('button', { type: 'button', hidden: this.zoom === null, onclick: () => this.resetZoom() }, 'whole range');
    const tools = el('div.tools', { role: 'group', 'aria-label': `Tools of ${options.title}` }, this.resetButton, this.xButton, this.yButton, this.tableButton,
      el('button', { type: 'button', onclick: () => this.saveSvg() }, 'SVG'),
      el('button', { type: 'button', onclick: () => this.savePng() }, 'PNG'),
      el('button', { type: 'button', onclick: () => this.saveCsv() }, 'CSV'));
    this.root = el('figure.figure', null, el('figcaption', null, el('h3', null, options.title), tools), this.sentence, this.legend, this.area, this.value, this.table);
    this.area.addEventListener('keydown', event => this.key(event));
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.area);
    shown.add(this);
  }

  /** @param {Drawing} drawing */
  show(drawing) {
    this.drawing = drawing;
    this.root.classList.remove('nothing');
    for (const name of /** @type {const} */ (['xLog', 'yLog'])) {
      this.usual[name] = Boolean(drawing[name]);
      drawing[name] = this.scales[name] ?? drawing[name];
    }
    this.area.classList.remove('busy');
    this.draw();
  }

  /** @param {string} why */
  empty(why) {
    this.drawing = null;
    this.root.classList.add('nothing');
    this.plot?.destroy();
    this.plot = null;
    this.shape = '';
    this.area.classList.remove('busy');
    this.sentence.textContent = why;
    fill(this.legend);
    fill(this.area);
    this.value.textContent = '';
  }

  busy() {
    this.area.classList.add('busy');
  }

  /** @param {{xLog?: boolean, yLog?: boolean}} change */
  scale(change) {
    if (!this.drawing) return;
    Object.assign(this.scales, change);
    Object.assign(this.drawing, change);
    this.draw();
    for (const [name, kept] of /** @type {const} */ ([['xLog', 'logx'], ['yLog', 'logy']])) {
      const chosen = this.scales[name];
      this.keep(kept, chosen === undefined || chosen === this.usual[name] ? null : chosen ? '1' : '0');
    }
    this.options.onScale?.({ xLog: Boolean(this.drawing.xLog), yLog: Boolean(this.drawing.yLog) });
  }

  /** @param {string} name @param {string | null} value */
  keep(name, value) {
    if (this.kept) remember({ [this.kept(name)]: value });
  }

  // A chart of the same lines as before takes their new numbers, which is several times as fast as a new chart.
  draw() {
    const drawing = this.drawing;
    if (!drawing) return;
    this.sentence.textContent = drawing.sentence;
    this.xButton.setAttribute('aria-pressed', String(Boolean(drawing.xLog)));
    this.yButton.setAttribute('aria-pressed', String(Boolean(drawing.yLog)));
    const uPlot = /** @type {any} */ (window).uPlot;
    const series = /** @type {any[]} */ ([{}]), bands = /** @type {any[]} */ ([]), tables = /** @type {any[][]} */ ([]);
    drawing.lines.forEach((line, place) => {
      const style = look(line, place);
      const scale = line.right ? 'right' : 'y';
      series.push({ label: line.label, scale, stroke: style.stroke, width: style.width, dash: style.dash, points: { show: line.points || line.x.length === 1, size: 6 },
        spanGaps: false, pxAlign: 0, value: (/** @type {any} */ _, /** @type {number | null} */ v) => text(v) });
      tables.push([line.x, values(line.y, Boolean(drawing.yLog) && !line.right)]);
      if (line.low && line.high) {
        const here = series.length;
        series.push({ label: '', scale, stroke: 'transparent', width: 0, points: { show: false } }, { label: '', scale, stroke: 'transparent', width: 0, points: { show: false } });
        tables.push([line.x, values(line.high, Boolean(drawing.yLog))], [line.x, values(line.low, Boolean(drawing.yLog))]);
        bands.push({ series: [here, here + 1], fill: faded(style.pure, 0.16) });
      }
    });
    const joined = tables.length === 0 ? [[]] : this.join(tables);
    if (drawing.xLog) cutBelowZero(joined);
    const grid = { stroke: color('grid'), width: 1 };
    // Every tick has a label: by itself uPlot leaves out most of a logarithmic axis.
    const axis = { stroke: color('muted'), filter: (/** @type {any} */ _, /** @type {number[]} */ at) => at, grid, ticks: grid, font: '12px system-ui, sans-serif', labelFont: '12px system-ui, sans-serif', labelSize: 18 };
    const { width, height } = this.size();
    const shape = JSON.stringify([series.map(one => [one.label, one.scale, one.stroke, one.width, one.dash, one.points?.show]), drawing.lines.map(line => Boolean(line.quiet)),
      bands.map(band => band.series), drawing.xLog, drawing.yLog, drawing.xLabel, drawing.yLabel, drawing.rightLabel, color('card')]);
    if (this.plot && shape === this.shape && this.plot.width === width && this.plot.height === height) {
      this.plot.setData(joined);
      if (this.isTableShown) this.fillTable();
      return;
    }
    const options = {
      width, height, series, bands,
      legend: { show: false },
      padding: [8, drawing.rightLabel ? 4 : 30, 0, 0],
      cursor: { sync: this.options.sync ? { key: this.options.sync, setSeries: false } : undefined, drag: { x: !this.options.onDrag, y: false }, focus: { prox: 24 }, points: { size: 7 } },
      scales: {
        x: { time: false, distr: drawing.xLog ? 3 : 1, range: (/** @type {any} */ _, /** @type {number} */ low, /** @type {number} */ high) => this.zoom ?? xRange(low, high) },
        y: { distr: drawing.yLog ? 3 : 1, range: drawing.yLog ? logRange : range },
        right: { distr: 1, range },
      },
      axes: [
        { ...axis, label: drawing.xLabel, splits: splits(Boolean(drawing.xLog), 80), values: labels, size: 34 },
        { ...axis, label: drawing.yLabel, scale: 'y', splits: splits(Boolean(drawing.yLog), 36), values: shortLabels, size: 58 },
        ...(drawing.rightLabel ? [{ ...axis, side: 1, label: drawing.rightLabel, scale: 'right', splits: splits(false, 36), values: shortLabels, size: 64, grid: { show: false } }] : []),
      ],
      hooks: {
        setCursor: [(/** @type {any} */ u) => this.readout(u)],
        setSelect: [(/** @type {any} */ u) => this.selected(u)],
        drawClear: [(/** @type {any} */ u) => this.drawMarks(u)],
      },
    };
    this.plot?.destroy();
    fill(this.area);
    this.plot = new uPlot(options, joined, this.area);
    this.shape = shape;
    if (this.options.onDrag) this.allowDrag();
    this.drawLegend();
    if (this.isTableShown) this.fillTable();
  }

  // Lines that share their places, as most do, need no joining.
  /** @param {any[][]} tables */
  join(tables) {
    if (tables.every(([x]) => x === tables[0][0])) return [tables[0][0], ...tables.map(([, y]) => y)];
    return /** @type {any} */ (window).uPlot.join(tables, tables.map(table => table.map(() => 1)));
  }

  size() {
    return { width: Math.max(240, this.area.clientWidth || 600), height: this.options.height ?? 260 };
  }

  fit() {
    const { width, height } = this.size();
    if (this.plot && Math.abs(this.plot.width - width) > 1) this.plot.setSize({ width, height });
  }

  drawLegend() {
    const lines = this.drawing?.lines ?? [];
    const named = lines.map((line, place) => ({ line, place })).filter(({ line }) => !line.quiet && line.label);
    fill(this.legend, named.length < 2 && !(named.length === 1 && lines.length > 1) ? [] : named.map(({ line, place }) => el('span.key', null, swatch(look(line, place)), line.label)));
  }

  /** @param {any} u */
  drawMarks(u) {
    const drawing = this.drawing;
    if (!drawing) return;
    const { ctx, bbox } = u;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    for (const mark of drawing.marks ?? []) {
      const from = u.valToPos(mark.from, 'x', true), to = u.valToPos(mark.to, 'x', true);
      ctx.fillStyle = color('mark');
      ctx.fillRect(from, bbox.top, Math.max(1, to - from), bbox.height);
    }
    ctx.strokeStyle = color('muted');
    ctx.setLineDash([4, 4]);
    for (const vertical of drawing.verticals ?? []) {
      const at = Math.round(u.valToPos(vertical.x, 'x', true)) + 0.5;
      ctx.beginPath();
      ctx.moveTo(at, bbox.top);
      ctx.lineTo(at, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  /** @param {any} u */
  readout(u) {
    const drawing = this.drawing, place = u.cursor.idx;
    if (!drawing) return;
    if (place === null || place === undefined) {
      this.value.textContent = '';
      return;
    }
    const x = u.data[0][place];
    const parts = [`${drawing.xLabel} ${text(x, 6)}`];
    let index = 1;
    for (const line of drawing.lines) {
      const value = nearest(u.data[0], u.data[index], place);
      if (!line.quiet && value !== null) parts.push(`${line.label || drawing.yLabel || 'value'} ${text(value)}`);
      index += line.low && line.high ? 3 : 1;
    }
    this.value.textContent = parts.join('   ');
  }

  /** @param {any} u */
  selected(u) {
    if (u.select.width < 4) return;
    const from = u.posToVal(u.select.left, 'x'), to = u.posToVal(u.select.left + u.select.width, 'x');
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.zoomTo([from, to]);
  }

  /** @param {[number, number]} range */
  zoomTo(range) {
    if (!this.drawing || !(range[1] > range[0])) return;
    this.zoom = range;
    this.resetButton.hidden = false;
    this.keep('zoom', range.map(end => Number(end.toPrecision(8))).join(','));
    this.plot?.setScale('x', { min: range[0], max: range[1] });
    this.options.onZoom?.(range);
  }

  resetZoom() {
    if (!this.drawing) return;
    this.zoom = null;
    this.resetButton.hidden = true;
    this.keep('zoom', null);
    this.draw();
    this.options.onZoom?.(null);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const u = this.plot;
    if (!u || u.data[0].length === 0) return;
    const last = u.data[0].length - 1, at = u.cursor.idx ?? 0;
    const step = event.shiftKey ? Math.max(1, Math.round(last / 20)) : 1;
    /** @type {Record<string, () => void>} */
    const actions = {
      ArrowRight: () => this.moveTo(Math.min(last, at + step)),
      ArrowLeft: () => this.moveTo(Math.max(0, at - step)),
      Home: () => this.moveTo(0),
      End: () => this.moveTo(last),
      '+': () => this.zoomBy(0.5),
      '-': () => this.zoomBy(2),
      Escape: () => this.resetZoom(),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  /** @param {number} place */
  moveTo(place) {
    const u = this.plot, left = u.valToPos(u.data[0][place], 'x');
    u.setCursor({ left, top: u.over.clientHeight / 2 });
  }

  /** @param {number} factor */
  zoomBy(factor) {
    const u = this.plot, { min, max } = u.scales.x, middle = u.cursor.idx === null || u.cursor.idx === undefined ? (min + max) / 2 : u.data[0][u.cursor.idx];
    if (this.drawing?.xLog) this.zoomTo([middle * (min / middle) ** factor, middle * (max / middle) ** factor]);
    else this.zoomTo([middle - (middle - min) * factor, middle + (max - middle) * factor]);
  }

  // A point that is dragged is told in the chart's own numbers. The chart is drawn anew meanwhile, so the window listens.
  allowDrag() {
    const drag = this.options.onDrag;
    if (!drag) return;
    const place = (/** @type {PointerEvent} */ event) => {
      const box = this.plot.over.getBoundingClientRect();
      return [this.plot.posToVal(event.clientX - box.left, 'x'), this.plot.posToVal(event.clientY - box.top, 'y')];
    };
    this.plot.over.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => {
      event.preventDefault();
      drag(place(event)[0], NaN, false, event.clientX);
      const move = (/** @type {PointerEvent} */ at) => drag(place(at)[0], place(at)[1], false, null);
      window.addEventListener('pointermove', move);
      window.addEventListener('pointerup', at => {
        window.removeEventListener('pointermove', move);
        drag(place(at)[0], place(at)[1], true, null);
      }, { once: true });
    });
  }

  /** @param {boolean} isShown */
  showTable(isShown) {
    this.isTableShown = isShown;
    this.table.hidden = !isShown;
    this.keep('table', isShown ? '1' : null);
    if (isShown) this.fillTable();
  }

  /** All numbers of the chart, a row for each place. @returns {(string | number | null)[][]} */
  rows() {
    const drawing = this.drawing;
    if (!drawing) return [];
    const lines = drawing.lines.filter(line => !line.quiet);
    const places = [...new Set(lines.flatMap(line => Array.from(line.x)))].sort((a, b) => a - b);
    const columns = lines.map(line => new Map(Array.from(line.x, (x, i) => [x, line.y[i]])));
    const head = [drawing.xLabel, ...lines.map(line => line.label || drawing.yLabel || this.options.title)];
    return [head, ...places.map(x => [x, ...columns.map(column => column.get(x) ?? null)])];
  }

  fillTable() {
    const [head, ...rows] = this.rows();
    if (!head) return;
    const most = 200, stride = Math.max(1, Math.ceil(rows.length / most));
    const some = rows.filter((_, i) => i % stride === 0 || i === rows.length - 1);
    const note = stride > 1 ? `, one row in ${stride}; CSV has all ${rows.length.toLocaleString('en-US')}` : '';
    fill(this.table, el('table', null, el('caption', null, `${this.options.title}${note}`),
      el('thead', null, el('tr', null, head.map(cell => el('th', { scope: 'col' }, cell)))),
      el('tbody', null, some.map(row => el('tr', null, row.map((cell, i) => i === 0 ? el('th', { scope: 'row' }, text(/** @type {number} */ (cell), 8)) : el('td', null, text(/** @type {number | null} */ (cell), 6))))))));
  }

  name() {
    return this.options.title.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-|-$/g, '').toLowerCase() || 'chart';
  }

  saveCsv() {
    if (this.drawing) download(`${this.name()}.csv`, csv(this.rows()), 'text/csv');
  }

  saveSvg() {
    if (this.plot) download(`${this.name()}.svg`, this.svgText(), 'image/svg+xml');
  }

  savePng() {
    if (!this.plot) return;
    const source = /** @type {HTMLCanvasElement} */ (this.plot.ctx.canvas), ratio = source.width / this.plot.width;
    const head = 34 * ratio, canvas = document.createElement('canvas');
    canvas.width = source.width;
    canvas.height = source.height + head;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.fillStyle = color('card');
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.fillStyle = color('ink');
    context.font = `600 ${15 * ratio}px system-ui, sans-serif`;
    context.fillText(this.options.title, 12 * ratio, 22 * ratio);
    context.drawImage(source, 0, head);
    canvas.toBlob(blob => blob && download(`${this.name()}.png`, blob));
  }

  /** The chart as a picture of its own, in the same colors and ranges. */
  svgText() {
    const u = this.plot, drawing = /** @type {Drawing} */ (this.drawing);
    const width = 860, height = 400, left = 70, right = drawing.rightLabel ? 70 : 20, top = 64, bottom = 50;
    const plotWidth = width - left - right, plotHeight = height - top - bottom;
    const at = (/** @type {any} */ scale, /** @type {boolean | undefined} */ isLog, /** @type {number} */ value) =>
      isLog ? Math.log(value / scale.min) / Math.log(scale.max / scale.min) : (value - scale.min) / (scale.max - scale.min);
    const X = (/** @type {number} */ x) => left + plotWidth * at(u.scales.x, drawing.xLog, x);
    const Y = (/** @type {number} */ y, /** @type {boolean} */ onRight) => top + plotHeight * (1 - at(onRight ? u.scales.right : u.scales.y, onRight ? false : drawing.yLog, y));
    const ink = color('ink'), muted = color('muted'), grid = color('grid');
    const root = svg('svg', { xmlns: 'http://www.w3.org/2000/svg', width, height, viewBox: `0 0 ${width} ${height}`, 'font-family': "system-ui, 'DejaVu Sans', sans-serif", 'font-size': 12, fill: muted, role: 'img' },
      svg('title', {}, this.options.title), svg('desc', {}, drawing.sentence),
      svg('rect', { width, height, fill: color('card') }),
      svg('text', { x: left, y: 24, 'font-size': 15, 'font-weight': 600, fill: ink }, this.options.title));
    let keyX = left;
    drawing.lines.forEach((line, place) => {
      if (line.quiet || !line.label || drawing.lines.length < 2) return;
      const style = look(line, place);
      root.append(svg('line', { x1: keyX, x2: keyX + 20, y1: 44, y2: 44, stroke: style.stroke, 'stroke-width': 2.5, 'stroke-dasharray': style.dash.join(' ') }), svg('text', { x: keyX + 26, y: 48 }, line.label));
      keyX += 50 + 7 * line.label.length;
    });
    for (const tick of ticks(u.scales.x.min, u.scales.x.max, Boolean(drawing.xLog), 8))
      root.append(svg('line', { x1: X(tick), x2: X(tick), y1: top, y2: top + plotHeight, stroke: grid }), svg('text', { x: X(tick), y: top + plotHeight + 17, 'text-anchor': 'middle' }, text(tick)));
    for (const tick of ticks(u.scales.y.min, u.scales.y.max, Boolean(drawing.yLog), 6))
      root.append(svg('line', { x1: left, x2: left + plotWidth, y1: Y(tick, false), y2: Y(tick, false), stroke: grid }), svg('text', { x: left - 8, y: Y(tick, false) + 4, 'text-anchor': 'end' }, text(tick)));
    if (drawing.rightLabel)
      for (const tick of ticks(u.scales.right.min, u.scales.right.max, false, 6)) root.append(svg('text', { x: left + plotWidth + 8, y: Y(tick, true) + 4 }, text(tick)));
    const clip = svg('clipPath', { id: 'field' }, svg('rect', { x: left, y: top, width: plotWidth, height: plotHeight }));
    const field = svg('g', { 'clip-path': 'url(#field)' });
    drawing.lines.forEach((line, place) => {
      const style = look(line, place);
      if (line.low && line.high) {
        const places = Array.from(line.x, (_, i) => i).filter(i => Number.isFinite(line.low?.[i] ?? NaN) && Number.isFinite(line.high?.[i] ?? NaN));
        const edge = [...places.map(i => [line.x[i], line.high?.[i]]), ...places.reverse().map(i => [line.x[i], line.low?.[i]])];
        field.append(svg('polygon', { fill: style.pure, 'fill-opacity': 0.16, points: edge.map(([x, y]) => `${X(Number(x)).toFixed(2)},${Y(Number(y), false).toFixed(2)}`).join(' ') }));
      }
      let path = '', isOpen = false;
      for (let i = 0; i < line.x.length; i++) {
        const y = line.y[i], place2 = y === null ? NaN : Y(y, Boolean(line.right));
        if (Number.isFinite(place2)) path += `${isOpen ? 'L' : 'M'}${X(line.x[i]).toFixed(2)} ${place2.toFixed(2)}`;
        isOpen = Number.isFinite(place2);
      }
      field.append(svg('path', { d: path, fill: 'none', stroke: style.stroke, 'stroke-width': style.width, 'stroke-linejoin': 'round', 'stroke-dasharray': style.dash.join(' ') }));
    });
    root.append(clip, field, svg('rect', { x: left, y: top, width: plotWidth, height: plotHeight, fill: 'none', stroke: muted }),
      svg('text', { x: left + plotWidth / 2, y: height - 12, 'text-anchor': 'middle' }, drawing.xLabel),
      svg('text', { x: 16, y: top + plotHeight / 2, transform: `rotate(-90 16 ${top + plotHeight / 2})`, 'text-anchor': 'middle' }, drawing.yLabel ?? ''));
    if (drawing.rightLabel) root.append(svg('text', { x: width - 12, y: top + plotHeight / 2, transform: `rotate(90 ${width - 12} ${top + plotHeight / 2})`, 'text-anchor': 'middle' }, drawing.rightLabel));
    return new XMLSerializer().serializeToString(root);
  }
}

/** @param {{stroke: string, dash: number[]}} style */
function swatch(style) {
  return /** @type {any} */ (svg('svg', { width: 24, height: 10, 'aria-hidden': 'true' }, svg('line', { x1: 1, x2: 23, y1: 5, y2: 5, stroke: style.stroke, 'stroke-width': 3, 'stroke-dasharray': style.dash.join(' ') })));
}

// A gap is null for uPlot; on a logarithmic axis so is what is not above 0.
/** @param {ArrayLike<number | null>} y @param {boolean} isLog */
function values(y, isLog) {
  const shownValues = new Array(y.length);
  for (let i = 0; i < y.length; i++) {
    const value = y[i];
    shownValues[i] = value === null || !Number.isFinite(value) || (isLog && value <= 0) ? null : value;
  }
  return shownValues;
}

/** @param {string | null} text @returns {boolean | undefined} */
function flagOf(text) {
  return text === null ? undefined : text === '1';
}

/** @param {string | null} text @returns {[number, number] | null} */
function rangeOf(text) {
  const [low, high] = (text ?? '').split(',').map(Number);
  return high > low ? [low, high] : null;
}

// A single place gets room on both sides.
/** @param {number} low @param {number} high @returns {[number, number]} */
function xRange(low, high) {
  if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  return low === high ? [low - Math.max(1, 0.1 * Math.abs(low)), high + Math.max(1, 0.1 * Math.abs(high))] : [low, high];
}

// Update 0 has no place on a logarithmic axis.
/** @param {any[][]} data */
function cutBelowZero(data) {
  let first = 0;
  while (first < data[0].length && data[0][first] <= 0) first++;
  if (first > 0) data.forEach((column, i) => { data[i] = Array.from(column).slice(first); });
}

// A little room above and below; from zero where the values come near it.
/** @param {any} _ @param {number | null} low @param {number | null} high */
function range(_, low, high) {
  if (low === null || high === null) return [0, 1];
  if (low === high) return low === 0 ? [-1, 1] : [low - 0.1 * Math.abs(low), high + 0.1 * Math.abs(high)];
  const room = 0.05 * (high - low);
  return [low >= 0 && low < 0.3 * high ? Math.min(0, low) : low - room, high <= 0 && high > 0.3 * low ? Math.max(0, high) : high + room];
}

/** @param {any} _ @param {number} low @param {number} high */
function logRange(_, low, high) {
  if (!(low > 0) || !(high > 0)) return [0.1, 1];
  // Whole decades of a narrow range would leave most of the field empty.
  return high / low < 30 ? [low / 1.1, high * 1.1] : [10 ** Math.floor(Math.log10(low) + 1e-9), 10 ** Math.ceil(Math.log10(high) - 1e-9)];
}

// Round values, as far from each other as their labels need.
/** @param {boolean} isLog @param {number} space */
function splits(isLog, space) {
  return (/** @type {any} */ u, /** @type {number} */ axis, /** @type {number} */ low, /** @type {number} */ high) => {
    const length = axis === 0 ? u.width - 80 : u.height - 60;
    return ticks(low, high, isLog, Math.max(2, Math.floor(length / space)));
  };
}

/** @param {any} _ @param {(number | null)[]} at */
function labels(_, at) {
  return at.map(value => value === null ? '' : text(value, 6));
}

// At the sides there is room for seven characters.
/** @param {any} _ @param {(number | null)[]} at */
function shortLabels(_, at) {
  return at.map(value => value === null ? '' : Math.abs(value) >= 1e5 ? value.toExponential(3).replace(/\.?0+e/, 'e').replace('e+', 'e') : text(value, 6));
}

// The value at a place, or the nearest one to its left: curves of several runs have points at places of their own.
/** @param {ArrayLike<number>} _ @param {ArrayLike<number | null | undefined>} column @param {number} place */
function nearest(_, column, place) {
  for (let i = place; i >= 0 && place - i < 500; i--) {
    const value = column[i];
    if (value === null) return null;
    if (value !== undefined) return value;
  }
  return null;
}
