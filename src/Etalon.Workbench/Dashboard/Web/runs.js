// @ts-check
// All runs: a table that filters, sorts, groups, and goes on growing while runs train.
import { json } from './api.js';
import { bySetting, duration, passes, percent, sample, text } from './compute.js';
import { address, el, fill, params, remember, select, svg, throttled } from './dom.js';

/**
 * @typedef {{id: string, group: string, state: string, updates?: number, total_updates?: number, updates_of_epoch?: number, batch?: number, test_accuracy?: number, best_test_accuracy?: number, test_loss?: number, seconds?: number, images_per_second?: number, message?: string, fault?: string, parent?: string, values: (string | null)[], spark?: Spark}} Run
 * @typedef {{id: string, metric?: string, x?: number[], y?: number[], accuracy?: number, images_per_second?: number, fault?: string}} Spark
 */

const states = ['running', 'interrupted', 'done', 'diverged', 'failed', 'damaged'];
const block = 100;

// As many keys as have room beside what all runs have; the page of comparison has all of them.
const mostKeys = () => Math.max(0, Math.min(4, Math.floor((Math.min(innerWidth, 1400) - 960) / 110)));

// Which follow from another, or say nothing of a setting.
const leftOut = ['name', 'steps_per_epoch', 'data.train', 'data.test'];

/** @type {Record<string, (run: Run) => string | number | undefined>} */
const orders = {
  name: run => run.id,
  state: run => states.indexOf(run.state),
  progress: run => run.updates === undefined || !run.total_updates ? undefined : run.updates / run.total_updates,
  accuracy: run => run.test_accuracy ?? run.spark?.accuracy,
  best: run => run.best_test_accuracy,
  left: run => left(run),
};

/** @param {Run} run */
function left(run) {
  const speed = run.images_per_second ?? run.spark?.images_per_second;
  return run.state === 'running' && run.total_updates && run.batch && speed ? (run.total_updates - (run.updates ?? 0)) * run.batch / speed : undefined;
}

/** @param {HTMLElement} main */
export async function show(main) {
  /** @type {{runs: Run[], keys: string[], folder: string, exists: boolean}} */
  let data = await json('api/runs');
  /** @type {Map<string, Spark>} */
  const sparks = new Map();
  const chosen = new Set(params().getAll('run'));
  let count = block;
  const filter = /** @type {HTMLInputElement} */ (el('input', { type: 'search', value: params().get('filter') ?? '', placeholder: 'name, value, seed=2, weight_decay>1e-4', oninput: () => change({ filter: filter.value }) }));
  const tools = el('div.bar', null,
    el('label.field.wide', null, el('span', null, 'Filter'), filter),
    select('State', [{ value: '', text: 'all' }, ...states.map(state => ({ value: state, text: state }))], params().get('state') ?? '', state => change({ state })),
    select('Group', [{ value: '', text: 'no groups' }, { value: 'setting', text: 'all but the seed' }, { value: 'folder', text: 'sweep' }], params().get('group') ?? '', group => change({ group })));
  const compare = /** @type {HTMLAnchorElement} */ (el('a.button', { href: 'compare' }, 'Compare'));
  const summary = el('p.summary', { role: 'status' });
  const table = el('div.table-scroll', { tabindex: '0', role: 'region', 'aria-label': 'Runs' });
  const more = el('button', { type: 'button', hidden: true, onclick: () => { count += 5 * block; draw(); } }, 'Show more');
  fill(main, el('h1', null, 'Runs'), tools, el('div.bar', null, summary, compare), table, more);

  /** @param {Record<string, string>} changes */
  function change(changes) {
    remember(changes);
    count = block;
    draw();
  }

  function draw() {
    for (const run of data.runs) run.spark = sparks.get(run.id) ?? run.spark;
    const query = params(), wanted = query.get('state') ?? '', sort = query.get('sort') ?? 'name', isDown = query.get('down') === '1';
    const found = data.runs.filter(run => (wanted === '' || run.state === wanted) && passes(run, data.keys, filter.value));
    const order = orders[sort] ?? (run => run.values[data.keys.indexOf(sort)] ?? undefined);
    found.sort((a, b) => compareBy(order(a), order(b), isDown) || (a.id < b.id ? -1 : 1));
    const running = data.runs.filter(run => run.state === 'running').length;
    summary.textContent = data.runs.length === 0 ? '' : `${found.length === data.runs.length ? '' : `${found.length} of `}${data.runs.length.toLocaleString('en-US')} runs in ${data.folder}${running > 0 ? `, ${running} training` : ''}`;
    compare.hidden = data.runs.length === 0;
    if (data.runs.length === 0) {
      fill(table, el('div.empty', null, el('h2', null, data.exists ? 'No runs yet' : 'The folder is not there yet'),
        el('p', null, `Runs in ${data.folder} show here by themselves, also while they train. `, el('code', null, 'etalon train recipes/digits.yaml'), ' makes one in half a minute.')));
      return;
    }
    const keys = data.keys.filter(key => !leftOut.includes(key)).slice(0, mostKeys());
    const group = query.get('group') ?? '';
    const heads = [['name', 'Run'], ['state', 'State'], ['progress', 'Updates'], ['left', 'Left'], ['accuracy', 'Accuracy'], ['best', 'Best']];
    const head = el('tr', null, el('th', { scope: 'col' }, el('span.hidden', null, 'Choose')),
      heads.map(([key, label]) => header(key, label, sort, isDown)), el('th.wide-only', { scope: 'col' }, 'Curve'), keys.map(key => header(key, key, sort, isDown, 'wide-only')));
    const groups = group === 'setting' ? bySetting(found, data.keys) : group === 'folder' ? byFolder(found) : [{ label: '', runs: found }];
    const bodies = [];
    let room = count;
    for (const one of groups) {
      if (room <= 0) break;
      const rows = one.runs.slice(0, room).map(run => row(run, keys));
      room -= rows.length;
      bodies.push(el('tbody', null, group === '' ? [] : groupRow(one, 8 + keys.length), rows));
    }
    fill(table, el('table.runs', null, el('thead', null, head), bodies));
    more.hidden = found.length <= count;
    more.textContent = `Show more of ${found.length.toLocaleString('en-US')}`;
    showChosen();
    readSparks();
  }

  function showChosen() {
    const ids = [...chosen].filter(id => data.runs.some(run => run.id === id));
    compare.href = address('compare', { run: ids });
    compare.textContent = ids.length === 0 ? 'Choose runs to compare' : `Compare ${ids.length}`;
    compare.classList.toggle('off', ids.length === 0);
  }

  /** @param {string} key @param {string} label @param {string} sort @param {boolean} isDown @param {string} [kind] */
  function header(key, label, sort, isDown, kind) {
    const isSorted = key === sort;
    return el(`th${kind ? `.${kind}` : ''}`, { scope: 'col', 'aria-sort': isSorted ? (isDown ? 'descending' : 'ascending') : null },
      el('button.sort', { type: 'button', onclick: () => change({ sort: key, down: isSorted && !isDown ? '1' : '' }) }, label, isSorted ? (isDown ? ' ↓' : ' ↑') : ''));
  }

  /** @param {Run} run @param {string[]} keys */
  function row(run, keys) {
    const share = run.total_updates && run.updates !== undefined ? run.updates / run.total_updates : null;
    const box = /** @type {HTMLInputElement} */ (el('input', { type: 'checkbox', 'aria-label': `Choose ${run.id}`, checked: chosen.has(run.id), onchange: () => {
      if (box.checked) chosen.add(run.id); else chosen.delete(run.id);
      remember({ run: [...chosen] });
      showChosen();
    } }));
    return el('tr', { 'data-run': run.id }, el('td', null, box),
      el('th', { scope: 'row' }, el('a', { href: address('run', { id: run.id }) }, run.id), run.fault ? el('p.fault', null, run.fault) : null, run.message ? el('p.fault', null, run.message) : null),
      el('td', null, el(`span.state.${run.state}`, null, run.state)),
      el('td.number', null, `${text(run.updates)}${run.total_updates ? ` / ${text(run.total_updates)}` : ''}`, share === null || run.state === 'done' ? null : meter(share)),
      el('td.number', null, run.state === 'running' ? duration(left(run)) : ''),
      el('td.number', null, percent(run.test_accuracy ?? run.spark?.accuracy)), el('td.number', null, percent(run.best_test_accuracy)),
      el('td.wide-only.spark', null, run.spark ? sparkline(run.spark) : ''), keys.map(key => el('td.wide-only.number', null, run.values[data.keys.indexOf(key)] ?? '')));
  }

  // Curves are read for the rows that are there, a screen at a time.
  async function readSparks() {
    const missing = [...table.querySelectorAll('tr[data-run]')].map(row => /** @type {HTMLElement} */ (row).dataset.run ?? '').filter(id => !sparks.has(id)).slice(0, 40);
    if (missing.length === 0) return;
    for (const id of missing) sparks.set(id, { id });
    const query = new URLSearchParams();
    for (const id of missing) query.append('run', id);
    try {
      for (const spark of await json('api/sparks', query)) sparks.set(spark.id, spark);
    } catch {
      // The page is as good without small curves; the connection says when the server is gone.
      return;
    }
    draw();
  }

  draw();
  const due = /** @type {Set<string>} */ (new Set());
  // A few runs that changed are asked for alone; new ones and gone ones change what the table shows of all.
  async function renew() {
    const ids = [...due];
    due.clear();
    const known = new Map(data.runs.map((run, i) => [run.id, i]));
    if (ids.length > 40 || !ids.every(id => known.has(id))) return json('api/runs');
    const query = new URLSearchParams();
    for (const id of ids) query.append('run', id);
    const some = await json('api/runs', query);
    if (some.runs.length < ids.length || JSON.stringify(some.keys) !== JSON.stringify(data.keys)) return json('api/runs');
    for (const run of some.runs) data.runs[known.get(run.id) ?? 0] = run;
    return data;
  }
  const again = throttled(async () => {
    try {
      data = await renew();
    } catch {
      return;
    }
    draw();
  }, 1000);
  return (/** @type {string[]} */ changed) => {
    for (const id of changed) due.add(id);
    if (changed.includes('*')) sparks.clear(); else for (const id of changed) sparks.delete(id);
    again();
  };
}

/** @param {Run[]} runs */
function byFolder(runs) {
  /** @type {Map<string, Run[]>} */
  const groups = new Map();
  for (const run of runs) groups.set(run.group, [...groups.get(run.group) ?? [], run]);
  return [...groups].map(([group, inside]) => ({ label: group === '' ? 'no sweep' : group, runs: inside }));
}

/** @param {{label: string, runs: Run[]}} group @param {number} columns */
function groupRow(group, columns) {
  const best = group.runs.map(run => run.best_test_accuracy).filter(value => value !== undefined).map(Number);
  const mean = best.length > 0 ? sample(best) : null;
  const words = mean === null ? '' : `best accuracy ${percent(mean.mean)}${mean.n > 1 ? ` ± ${percent(mean.deviation)}, n = ${mean.n}` : ''}`;
  return el('tr.group', null, el('th', { scope: 'rowgroup', colspan: columns }, el('a', { href: address('compare', { run: group.runs.slice(0, 50).map(run => run.id), mean: '1' }) }, group.label), ` ${group.runs.length} ${group.runs.length === 1 ? 'run' : 'runs'} `, el('span.quiet', null, words)));
}

/** @param {string | number | null | undefined} a @param {string | number | null | undefined} b @param {boolean} isDown */
function compareBy(a, b, isDown) {
  // What has no value stands last either way.
  if (a === b) return 0;
  if (a === undefined || a === null) return 1;
  if (b === undefined || b === null) return -1;
  const [one, two] = [Number(a), Number(b)];
  const order = Number.isNaN(one) || Number.isNaN(two) ? (a < b ? -1 : 1) : one - two;
  return isDown ? -order : order;
}

/** @param {number} share */
function meter(share) {
  return el('progress', { max: 1, value: Math.min(1, share), 'aria-label': `${Math.round(100 * share)} % done` });
}

/** @param {Spark} spark */
function sparkline(spark) {
  const x = spark.x ?? [], y = spark.y ?? [];
  if (x.length < 2) return '';
  const width = 96, height = 24, low = Math.min(...y), high = Math.max(...y), end = x[x.length - 1];
  const points = x.map((at, i) => `${(1 + (width - 2) * at / end).toFixed(1)},${(height - 2 - (height - 4) * (high > low ? (y[i] - low) / (high - low) : 0.5)).toFixed(1)}`).join(' ');
  return /** @type {any} */ (svg('svg', { width, height, role: 'img', 'aria-label': `${spark.metric} from ${text(y[0])} to ${text(y[y.length - 1])}` }, svg('polyline', { points, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.5 })));
}
