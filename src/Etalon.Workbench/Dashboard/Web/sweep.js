// @ts-check
// Sweeps: which there are, and what one found.
import { json } from './api.js';
import { drawChart } from './charts.js';
import { csv, text } from './compute.js';
import { address, download, el, fill, params, problem, remember, select, throttled, toggle } from './dom.js';

/** @param {HTMLElement} main */
export async function show(main) {
  const name = params().get('name');
  return name === null ? showList(main) : showOne(main, name);
}

/** @param {HTMLElement} main */
async function showList(main) {
  const draw = async () => {
    const { sweeps } = await json('api/sweeps');
    fill(main, el('h1', null, 'Sweeps'), sweeps.length === 0
      ? el('div.card.empty', null, el('h2', null, 'No sweeps yet'), el('p', null, 'A sweep is a folder of trials in the folder of runs. ', el('code', null, 'etalon sweep sweeps/digits-rate-decay.yaml'), ' makes one.'))
      : el('div.table-scroll', null, el('table', null, el('thead', null, el('tr', null, ['sweep', 'trials', 'states'].map(head => el('th', { scope: 'col' }, head)))),
        el('tbody', null, sweeps.map((/** @type {any} */ sweep) => el('tr', null, el('th', { scope: 'row' }, el('a', { href: address('sweep', { name: sweep.name }) }, sweep.name)), el('td.number', null, sweep.trials), el('td', null, el('span.states', null, states(sweep.states)))))))));
  };
  await draw();
  return throttled(() => void draw().catch(() => {}), 2000);
}

/** @param {Record<string, number>} counts */
function states(counts) {
  return Object.entries(counts).filter(([, count]) => count > 0).map(([state, count]) => el('span.key', null, el(`span.state.${state}`, null, `${count} ${state}`)));
}

/** @param {HTMLElement} main @param {string} name */
async function showOne(main, name) {
  document.title = `${name} · Etalon`;
  const head = el('div'), controls = el('div.bar'), heat = el('section.card', { hidden: true }), against = el('div'), table = el('div.table-scroll', { tabindex: '0', role: 'region', 'aria-label': 'Configurations' }), words = el('section.card'), curves = el('div');
  fill(main, head, controls, heat, against, el('h2', null, 'Configurations'), table, words, el('h2', null, 'Curves of the best'), curves);

  const draw = async () => {
    const metric = params().get('metric') ?? 'test/accuracy', isBest = params().get('best') === '1';
    const sweep = await json('api/sweep', { name, metric, ...(isBest ? { best: '1' } : {}) });
    fill(head, el('div.title', null, el('h1', null, name), el('a', { href: address('./', { filter: `${name}/` }) }, 'its runs')), el('p', null, sweep.sentence), el('p.states', null, states(sweep.states)),
      sweep.damaged.map((/** @type {any} */ run) => problem(new Error(`${run.id}: ${run.fault}`))));
    fill(controls, select('Metric', ['test/accuracy', 'test/loss', 'train/loss', 'train/accuracy'].map(value => ({ value, text: value })), metric, value => { remember({ metric: value }); again(); }),
      toggle('best value', isBest, isOn => { remember({ best: isOn }); again(); }),
      el('button', { type: 'button', onclick: () => download(`${name}.csv`, csv(rowsOf(sweep)), 'text/csv') }, 'CSV'));
    heat.hidden = !sweep.heat;
    if (sweep.heat) fill(heat, heatMap(sweep.heat));
    if (sweep.against_key) drawChart(against, sweep.against_key, { key: 'against', titles: [`${sweep.metric} against ${sweep.keys[0]}`], points: true, options: { height: 340 } }); else fill(against);
    if (sweep.curves) drawChart(curves, sweep.curves, { key: 'curves', titles: [`${sweep.metric} over updates`], sentences: ['Means over seeds with their 95 % intervals, of the configurations that are best.'], points: true, options: { height: 340 } });
    else fill(curves, el('p.note', null, 'No trial has trained to its end yet.'));
    const [headRow, ...rows] = rowsOf(sweep);
    fill(table, el('table', null, el('caption', null, `${sweep.metric}, ${isBest ? 'best' : 'last'} value, mean over seeds, best first`), el('thead', null, el('tr', null, headRow.map(cell => el('th', { scope: 'col' }, cell)), el('th', { scope: 'col' }, 'runs'))),
      el('tbody', null, rows.map((row, i) => el('tr', null, row.map((cell, column) => column === 0 ? el('th', { scope: 'row' }, cell) : el('td.number', null, typeof cell === 'number' ? text(cell) : cell ?? '–')),
        el('td', null, el('a', { href: address('compare', { run: sweep.rows[i].runs, mean: '1' }) }, 'curves')))))));
    fill(words, el('h3', null, 'Row 1 less the others, seed by seed'), sweep.comparisons.length === 0 ? el('p.note', null, 'Two configurations with two seeds in common are needed to compare.')
      : [el('p.note', null, 'Paired t test; p is corrected by Holm for all comparisons.'), el('ul', null, sweep.comparisons.map((/** @type {string} */ line) => el('li', null, line)))]);
  };
  const again = throttled(() => void draw().catch(error => fill(head, el('h1', null, name), problem(error))), 1000);
  await draw();
  return (/** @type {string[]} */ changed) => {
    if (changed.some(id => id === '*' || id.startsWith(`${name}/`))) again();
  };
}

/** @param {any} sweep @returns {(string | number | null)[][]} */
function rowsOf(sweep) {
  return [['row', ...sweep.keys, 'n', 'mean', 'deviation', 'low', 'high', 'best', 'last', 'diverged', 'missing'],
    ...sweep.rows.map((/** @type {any} */ row, /** @type {number} */ i) => [i + 1, ...row.values, row.count ?? 0, row.mean ?? null, row.deviation ?? null, row.low ?? null, row.high ?? null, row.best ?? null, row.last ?? null, row.diverged, row.missing])];
}

const viridis = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];

/** @param {number} share */
function colorOf(share) {
  const at = Math.min(Math.max(share, 0), 1) * (viridis.length - 1), i = Math.min(Math.floor(at), viridis.length - 2);
  return viridis[i].map((from, channel) => Math.round(from + (viridis[i + 1][channel] - from) * (at - i)));
}

// A table whose cells are colored is its own text alternative.
/** @param {any} map */
function heatMap(map) {
  const values = map.cells.flat().map((/** @type {any} */ cell) => cell?.value).filter((/** @type {any} */ value) => Number.isFinite(value));
  const low = Math.min(...values), high = Math.max(...values);
  const cellOf = (/** @type {any} */ cell) => {
    if (cell === null) return el('td', null, '–');
    const box = el('td', null, cell.lines.map((/** @type {string} */ line, /** @type {number} */ i) => i === 0 ? line : el('small', null, line)));
    if (Number.isFinite(cell.value)) {
      const [red, green, blue] = colorOf(high > low ? (cell.value - low) / (high - low) : 1);
      box.style.background = `rgb(${red}, ${green}, ${blue})`;
      // Relative luminance: white on dark, near black on light.
      box.style.color = 0.2126 * (red / 255) ** 2.2 + 0.7152 * (green / 255) ** 2.2 + 0.0722 * (blue / 255) ** 2.2 < 0.18 ? '#fff' : '#111';
    }
    return box;
  };
  return [el('h3', null, map.title), el('p.sentence', null, `Rows: ${map.y_label}; columns: ${map.x_label}. Brighter is more.`), el('div.table-scroll', { tabindex: '0', role: 'region', 'aria-label': map.title }, el('table.heat', null,
    el('thead', null, el('tr', null, el('th', { scope: 'col' }, el('span.hidden', null, map.y_label)), map.columns.map((/** @type {string} */ name) => el('th', { scope: 'col' }, name)))),
    el('tbody', null, map.rows.map((/** @type {string} */ name, /** @type {number} */ i) => el('tr', null, el('th', { scope: 'row' }, name), map.cells[i].map(cellOf))))))];
}
