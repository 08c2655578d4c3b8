// @ts-check
// Any number of runs over each other: one metric, one axis; where their recipes differ; mean over seeds.
import { curves, json } from './api.js';
import { bySetting, course, meanBand, percent, sample, secondsOf, smooth, text, viewOf, xAxis } from './compute.js';
import { address, el, fill, params, problem, remember, select, throttled, toggle } from './dom.js';
import { Figure } from './figure.js';

/** @typedef {import('./compute.js').Curve} Curve */

const pixels = 1200, longestName = 48;

/** @param {HTMLElement} main */
export async function show(main) {
  let list = await json('api/runs');
  let weight = Number(params().get('smooth') ?? '0');
  /** @type {Map<string, any>} */
  const facts = new Map();
  /** @type {Map<string, Curve>} */
  const read = new Map();
  /** @type {Map<string, {updates: ArrayLike<number>, seconds: ArrayLike<number>}>} */
  const seconds = new Map();
  const figure = new Figure({ title: 'Comparison', key: '', height: 420, onScale: () => void closer(), onZoom: () => void closer() });
  const problems = el('div'), chooser = el('div.bar'), controls = el('div.bar'), table = el('div.table-scroll', { tabindex: '0', role: 'region', 'aria-label': 'Differing keys' }), differing = el('div', null, el('h2', null, 'What differs'), table);
  fill(main, el('h1', null, 'Compare'), chooser, controls, problems, figure.root, differing);

  const chosen = () => params().getAll('run').filter((id, i, all) => all.indexOf(id) === i);
  const areMeans = () => params().get('mean') === '1';
  const metric = () => params().get('metric') ?? '';
  const needsUnits = () => params().get('x') === 'units';

  /** @param {string[]} ids */
  async function choose(ids) {
    remember({ run: ids });
    await readAll();
  }

  function drawChooser() {
    const ids = chosen(), left = list.runs.filter((/** @type {any} */ run) => !ids.includes(run.id));
    const names = el('datalist', { id: 'runs' }, left.slice(0, 2000).map((/** @type {any} */ run) => el('option', { value: run.id })));
    const input = /** @type {HTMLInputElement} */ (el('input', { list: 'runs', placeholder: 'a run\'s name', 'aria-label': 'Add a run', onchange: () => {
      if (list.runs.some((/** @type {any} */ run) => run.id === input.value)) choose([...chosen(), input.value]);
    } }));
    fill(chooser, ids.map(id => el('span.chip', null, el('a', { href: address('run', { id }) }, short(id)), el('button', { type: 'button', 'aria-label': `Remove ${id}`, onclick: () => choose(chosen().filter(other => other !== id)) }, '×'))), input, names);
  }

  async function readAll() {
    drawChooser();
    const ids = chosen();
    differing.hidden = ids.length === 0;
    if (ids.length === 0) {
      fill(problems);
      fill(controls);
      fill(table);
      figure.empty('Add runs above, or choose them in the list of runs.');
      return;
    }
    figure.busy();
    const faults = /** @type {unknown[]} */ ([]);
    // The server answers one after the other; asking for all at once spares the ways.
    await Promise.all(ids.map(async id => {
      try {
        if (!facts.has(id) || (needsUnits() && facts.get(id).has_units && !facts.get(id).units)) facts.set(id, await json('api/axes', { id, ...(needsUnits() ? { units: '1' } : {}) }));
      } catch (error) {
        faults.push(error);
      }
    }));
    fill(problems, faults.map(problem));
    const names = [...new Set(ids.flatMap(id => facts.get(id)?.metrics ?? []))].sort();
    if (!names.includes(metric())) remember({ metric: ['test/accuracy', 'test/loss', 'train/loss'].find(name => names.includes(name)) ?? names[0] });
    await readCurves();
    drawControls(names);
    draw();
    drawTable();
  }

  async function readCurves() {
    const ids = chosen().filter(id => facts.has(id));
    const most = Math.max(...ids.map(id => facts.get(id).total_updates ?? facts.get(id).updates ?? 1));
    const isLog = figure.drawing?.xLog ?? figure.scales.xLog ?? false;
    await Promise.all(ids.map(async id => {
      try {
        if (params().get('x') === 'time' && !seconds.has(id) && facts.get(id).batch)
          seconds.set(id, secondsOf((await curves(id, ['images_per_second'], { pixels }))[0], facts.get(id).batch));
        // Each run has updates of its own at the ends of what is looked at.
        const view = viewOf(axisOf(id), Math.max(most, 1), figure.zoom, isLog);
        const [curve] = await curves(id, [metric()], { ...view, pixels, mean: areMeans() && !isSparse(id) });
        read.set(id, curve);
      } catch (error) {
        read.delete(id);
        problems.append(problem(error));
      }
    }));
  }

  // A few evaluations stand at the same updates in all runs; means over pixels would move them.
  /** @param {string} id */
  function isSparse(id) {
    const known = read.get(id);
    return known === undefined ? metric().startsWith('test/') || metric().startsWith('fit/') : !known.reduced;
  }

  /** @param {string[]} names */
  function drawControls(names) {
    const ids = chosen().filter(id => facts.has(id));
    const lacking = (/** @type {string} */ unit) => ids.some(id => unit === 'units' ? !facts.get(id).has_units : xAxis(unit, { ...facts.get(id), seconds: { updates: [0, 1], seconds: [0, 1] } }) === null);
    fill(controls,
      select('Metric', names.map(name => ({ value: name, text: name })), metric(), async name => { remember({ metric: name }); await readCurves(); draw(); drawTable(); }),
      select('Horizontal axis', ['updates', 'epochs', 'samples', 'time', 'units'].map(unit => ({ value: unit, text: unit === 'units' ? 'mixing units' : unit, disabled: lacking(unit) })), params().get('x') ?? 'updates',
        async unit => { figure.resetZoom(); remember({ x: unit }); await readAll(); }),
      el('label.field', null, el('span', null, 'Smoothing'), el('input', { type: 'range', min: 0, max: 0.98, step: 0.02, value: weight, oninput: (/** @type {Event} */ event) => {
        weight = Number(/** @type {HTMLInputElement} */ (event.target).value);
        remember({ smooth: weight > 0 ? weight : null });
        draw();
      } })),
      toggle('mean over seeds', areMeans(), async isOn => { remember({ mean: isOn }); await readCurves(); draw(); drawTable(); }));
  }

  /** @param {string} id */
  function axisOf(id) {
    return xAxis(params().get('x') ?? 'updates', { ...facts.get(id), seconds: seconds.get(id) }) ?? /** @type {import('./compute.js').XAxis} */ (xAxis('updates', {}));
  }

  /** @returns {{label: string, runs: any[]}[]} */
  function groups() {
    const runs = chosen().map(id => list.runs.find((/** @type {any} */ run) => run.id === id)).filter(run => run && read.has(run.id));
    return bySetting(runs, list.keys);
  }

  function draw() {
    const ids = chosen().filter(id => read.has(id));
    if (ids.length === 0 || ids.every(id => /** @type {Curve} */ (read.get(id)).x.length === 0)) {
      figure.empty(ids.length === 0 ? 'No run could be read.' : `No run has ${metric()} here.`);
      return;
    }
    /** @type {import('./figure.js').Line[]} */
    let lines;
    let sentence;
    if (areMeans()) {
      const drawn = groups().map((group, color) => {
        const at = axisOf(group.runs[0].id), band = meanBand(group.runs.map(run => /** @type {Curve} */ (read.get(run.id))));
        return { label: `${short(group.label)} (n = ${group.runs.length})`, color, x: band.x.map(at.at), y: weight > 0 ? smooth(band.y, weight) : band.y, ...(group.runs.length > 1 ? { low: band.low, high: band.high } : {}) };
      });
      lines = drawn;
      sentence = `${metric()}, mean over seeds; the band is the 95 % interval of the mean. ${drawn.slice(0, 3).map(line => `${line.label} ${course(line.y)}`).join('; ')}.`;
    } else {
      lines = ids.flatMap((id, color) => {
        const curve = /** @type {Curve} */ (read.get(id)), at = axisOf(id), x = at.unit === 'updates' ? curve.x : Array.from(curve.x, at.at);
        const raw = { label: short(id), color, x, y: curve.y };
        return weight > 0 && curve.y.length > 2 ? [{ ...raw, faint: true, quiet: true }, { label: short(id), color, x, y: smooth(curve.y, weight) }] : [raw];
      });
      const ends = ids.map(id => ({ id, value: last(/** @type {Curve} */ (read.get(id)).y) })).filter(end => Number.isFinite(end.value)).sort((a, b) => b.value - a.value);
      sentence = ends.length === 0 ? `${metric()} has no values yet.`
        : `${metric()} of ${ids.length} ${ids.length === 1 ? 'run' : 'runs'}: ${ends[0].id} ends highest at ${text(ends[0].value)}${ends.length > 1 ? `, ${ends[ends.length - 1].id} lowest at ${text(ends[ends.length - 1].value)}` : ''}.`;
    }
    figure.show({ lines, xLabel: axisOf(ids[0]).label, yLabel: metric(), sentence });
  }

  function drawTable() {
    const ids = chosen(), runs = ids.map(id => list.runs.find((/** @type {any} */ run) => run.id === id)).filter(Boolean);
    if (areMeans()) {
      const rows = groups().map(group => ({ group, last: sample(group.runs.map(run => last(/** @type {Curve} */ (read.get(run.id)).y)).filter(Number.isFinite)) }));
      fill(table, el('table', null, el('caption', null, `Last ${metric()} of each setting, mean over seeds`), el('thead', null, el('tr', null, ['setting', 'n', 'mean', 'standard deviation', '95 % interval'].map(name => el('th', { scope: 'col' }, name)))),
        el('tbody', null, rows.map(({ group, last: mean }) => el('tr', null, el('th', { scope: 'row' }, group.label), [text(mean.n), text(mean.mean), text(mean.deviation), mean.n > 1 ? `${text(mean.low)} to ${text(mean.high)}` : '–'].map(cell => el('td.number', null, cell)))))));
      return;
    }
    const keys = list.keys.map((/** @type {string} */ key, /** @type {number} */ i) => ({ key, i })).filter((/** @type {any} */ { i }) => new Set(runs.map(run => run.values[i] ?? '')).size > 1);
    fill(table, el('table', null, el('thead', null, el('tr', null, el('th', { scope: 'col' }, 'key'), runs.map(run => el('th', { scope: 'col' }, short(run.id))))),
      el('tbody', null, row(`last ${metric()}`, runs.map(run => text(last(read.get(run.id)?.y ?? [])))), row('best test accuracy', runs.map(run => percent(run.best_test_accuracy))), row('updates', runs.map(run => text(run.updates))),
        keys.map((/** @type {any} */ { key, i }) => row(key, runs.map(run => run.values[i] ?? '–'))), keys.length === 0 ? el('tr', null, el('td', { colspan: runs.length + 1 }, 'The recipes are the same.')) : null)));
  }

  // What is looked at and its scale decide which values stand for a pixel.
  async function closer() {
    if (chosen().length === 0) return;
    await readCurves();
    draw();
  }

  await readAll();
  const again = throttled(async () => {
    try {
      list = await json('api/runs');
      for (const id of chosen()) facts.delete(id);
      seconds.clear();
      await readAll();
    } catch {
      // The connection says when the server is gone; what was read stays.
    }
  }, 1500);
  return (/** @type {string[]} */ changed) => {
    if (changed.includes('*') || chosen().some(id => changed.includes(id))) again();
  };
}

/** @param {string} name @param {string[]} cells */
function row(name, cells) {
  return el('tr', null, el('th', { scope: 'row' }, name), cells.map(cell => el('td.number', null, cell)));
}

/** @param {ArrayLike<number>} values */
function last(values) {
  for (let i = values.length - 1; i >= 0; i--) if (Number.isFinite(values[i])) return values[i];
  return NaN;
}

/** @param {string} name */
function short(name) {
  return name.length <= longestName ? name : `${name.slice(0, 20)}…${name.slice(-(longestName - 21))}`;
}
