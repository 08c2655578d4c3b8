// @ts-check
// One run: its curves, its schedule, its weights against the theory, what is wrong with it, its recipe.
import { curves, json } from './api.js';
import { drawChart, waiting } from './charts.js';
import { course, duration, percent, secondsOf, smooth, text, xAxis } from './compute.js';
import { address, el, fill, params, problem, remember, select, throttled } from './dom.js';
import { Figure } from './figure.js';

/** @typedef {import('./compute.js').Curve} Curve */

const curveSets = [
  { id: 'loss', title: 'Loss', metrics: ['train/loss', 'test/loss', 'fit/loss'], label: 'loss' },
  { id: 'accuracy', title: 'Accuracy', metrics: ['train/accuracy', 'test/accuracy', 'fit/accuracy'], label: 'accuracy' },
];
const pixels = 900;

/** @param {HTMLElement} main */
export async function show(main) {
  const id = params().get('id') ?? '';
  if (id === '') throw new Error('The address names no run; choose one from the list of runs.');
  let run = await json('api/run', { id });
  document.title = `${id} · Etalon`;
  const head = el('div'), controls = el('div.bar'), figures = el('div.figures'), schedule = el('div.figures.three'), verdict = el('section.card', { 'aria-label': 'Verdict' }, waiting('what the monitors measured'));
  const weights = /** @type {HTMLElement & {figures?: Figure[]}} */ (el('div.figures.three')), group = el('div.bar'), recipe = el('section.card');
  const other = el('div.bar'), others = el('div.figures');
  fill(main, head, controls, figures, el('h2', null, 'Schedule'), schedule, el('h2', null, 'Weights against the theory'), verdict, group, weights, el('h2', null, 'Any other metric'), other, others, el('h2', null, 'Recipe'), recipe);

  /** @type {Map<string, Figure>} */
  const shown = new Map();
  /** @type {{updates: ArrayLike<number>, seconds: ArrayLike<number>} | null} */
  let seconds = null;
  /** @type {any} */
  let diagnosis = null;
  let weight = Number(params().get('smooth') ?? '0');

  const axis = () => xAxis(params().get('x') ?? 'updates', { ...run, seconds }) ?? /** @type {import('./compute.js').XAxis} */ (xAxis('updates', run));
  const phases = () => (run.phases ?? []).slice(1).map((/** @type {any} */ phase) => ({ x: axis().at(phase.begin), label: `phase from ${phase.begin}` }));

  function drawHead() {
    const units = run.units ? xAxis('units', run)?.at(run.updates ?? 0) : null;
    const left = run.state === 'running' && run.images_per_second && run.batch ? (run.total_updates - (run.updates ?? 0)) * run.batch / run.images_per_second : null;
    fill(head, el('div.title', null, el('h1', null, id), el(`span.state.${run.state}`, { id: 'state' }, run.state),
      el('a', { href: address('compare', { run: [id] }) }, 'compare'), run.recipe_text ? el('a', { href: address('workshop', { run: id }) }, 'open in the workshop') : null),
      run.fault ? problem(new Error(run.fault)) : null, run.metrics_fault ? problem(new Error(run.metrics_fault)) : null,
      run.recipe_problem ? problem(new Error(run.recipe_problem)) : null,
      el('dl.facts', null, fact('Updates', `${text(run.updates)} of ${text(run.total_updates)}`), left !== null ? fact('Time left', duration(left)) : null,
        fact('Test accuracy', percent(run.result?.test_accuracy)), fact('Best', percent(run.result?.best_test_accuracy)),
        run.units ? fact('Mixing units', `${text(units, 3)} of ${text(run.units.all, 3)}`) : null,
        fact('Speed', run.images_per_second ? `${text(run.images_per_second, 4)} images/s` : '–'), fact('Trained for', duration(run.result?.seconds))),
      run.result?.message ? el('p.note', null, run.result.message) : null);
  }

  function drawControls() {
    const known = (/** @type {string} */ unit) => xAxis(unit, { ...run, seconds }) === null;
    fill(controls, select('Horizontal axis', [
      { value: 'updates', text: 'updates' }, { value: 'epochs', text: 'epochs', disabled: known('epochs') }, { value: 'samples', text: 'samples', disabled: known('samples') },
      { value: 'time', text: 'time', disabled: known('time') }, { value: 'units', text: 'mixing units', disabled: known('units') }], axis().unit, unit => {
      remember({ x: unit });
      drawCurves();
      drawSchedule();
      drawWeights();
    }), el('label.field', null, el('span', null, 'Smoothing'), el('input', { type: 'range', min: 0, max: 0.98, step: 0.02, value: weight, oninput: (/** @type {Event} */ event) => {
      weight = Number(/** @type {HTMLInputElement} */ (event.target).value);
      remember({ smooth: weight > 0 ? weight : null });
      drawCurves();
    } })));
  }

  /** @type {Map<string, Curve>} */
  const read = new Map();

  /** @param {string[]} metrics @param {[number, number] | null} range in updates */
  async function readCurves(metrics, range) {
    const there = metrics.filter(metric => run.metrics.includes(metric));
    if (there.length === 0) return;
    const answer = await curves(id, there, { pixels, ...(range ? { from: Math.max(0, range[0]), to: range[1] } : {}) });
    there.forEach((metric, i) => read.set(metric, answer[i]));
  }

  /** @param {{id: string, title: string, metrics: string[], label: string}} set @param {HTMLElement} host */
  function drawSet(set, host) {
    const there = set.metrics.filter(metric => read.has(metric));
    let figure = shown.get(set.id);
    if (!figure) {
      figure = new Figure({ title: set.title, sync: 'run', onZoom: range => zoomed(set, range), onScale: scale => remember({ [`${set.id}-xlog`]: scale.xLog, [`${set.id}-ylog`]: scale.yLog }) });
      shown.set(set.id, figure);
      host.append(figure.root);
    }
    if (there.length === 0) {
      figure.empty(run.state === 'running' ? `No ${set.label} yet; it shows as soon as the run writes one.` : `The run has written no ${set.label}.`);
      return;
    }
    const x = axis(), before = figure.drawing;
    const lines = there.flatMap((metric, color) => {
      const curve = /** @type {Curve} */ (read.get(metric)), at = Array.from(curve.x, update => x.at(update));
      const raw = { label: metric, color, x: at, y: curve.y };
      return weight > 0 && curve.y.length > 2
        ? [{ ...raw, faint: true, quiet: true }, { label: `${metric} (smoothed)`, color, x: at, y: smooth(curve.y, weight) }] : [raw];
    });
    figure.show({
      lines, xLabel: x.label, yLabel: set.label,
      xLog: before?.xLog ?? params().get(`${set.id}-xlog`) === '1', yLog: before?.yLog ?? params().get(`${set.id}-ylog`) === '1', min: before?.min, max: before?.max,
      sentence: `${there.map(metric => `${metric} ${course(/** @type {Curve} */ (read.get(metric)).y)}`).join('; ')}.`, verticals: phases(),
    });
  }

  /** @param {{id: string, title: string, metrics: string[], label: string}} set @param {[number, number] | null} range on the axis */
  async function zoomed(set, range) {
    // A closer view has points of its own; the axis is monotone, so its ends are found by halving.
    const x = axis(), most = Math.max(run.total_updates ?? 0, run.updates ?? 0);
    await readCurves(set.metrics, range === null ? null : [inverse(x.at, range[0], most), inverse(x.at, range[1], most)]);
    drawSet(set, figures);
  }

  const otherSet = () => {
    const metric = params().get('metric') ?? '';
    return { id: 'other', title: metric, metrics: [metric], label: metric };
  };

  function drawCurves() {
    for (const set of curveSets) drawSet(set, figures);
    if (params().get('metric')) drawSet(otherSet(), others);
  }

  function drawOther() {
    const names = run.metrics.filter((/** @type {string} */ name) => !curveSets.some(set => set.metrics.includes(name)));
    fill(other, names.length === 0 ? el('p.note', null, 'There is no other.') : select('Metric', [{ value: '', text: 'choose one' }, ...names.map((/** @type {string} */ name) => ({ value: name, text: name }))], params().get('metric') ?? '', async metric => {
      remember({ metric });
      shown.delete('other');
      fill(others);
      if (metric === '') return;
      await readCurves([metric], null);
      drawSet(otherSet(), others);
    }));
  }

  function drawSchedule() {
    if (!run.schedule) {
      fill(schedule, el('p.note', null, 'The schedule is not known: the recipe cannot be read.'));
      return;
    }
    drawChart(schedule, run.schedule, { sync: 'run', x: axis(), verticals: phases() });
  }

  async function readDiagnosis() {
    const chosen = params().get('group');
    try {
      diagnosis = await json('api/diagnosis', { id, ...(chosen ? { group: chosen } : {}) });
    } catch (error) {
      diagnosis = { problems: /** @type {any} */ (error).problems ?? [String(error)] };
    }
    drawVerdict();
    drawWeights();
  }

  function drawVerdict() {
    fill(verdict, diagnosisWords(diagnosis));
    const groups = diagnosis.groups ?? [];
    fill(group, groups.length < 2 ? [] : select('Group of weights', groups.map((/** @type {string} */ name) => ({ value: name, text: name === 'scale_invariant' ? 'all scale-invariant weights' : name })), diagnosis.group, name => {
      remember({ group: name });
      fill(weights);
      weights.figures = undefined;
      readDiagnosis();
    }));
  }

  function drawWeights() {
    if (!diagnosis?.chart) {
      fill(weights);
      return;
    }
    drawChart(weights, diagnosis.chart, { sync: 'run', x: axis(), sentences: diagnosis.sentences });
  }

  function drawRecipe() {
    const parent = run.parent;
    fill(recipe, parent ? el('div', null, el('p', null, 'Forked from ', el('strong', null, parent.run), ` after ${text(parent.step)} updates.`),
      parent.differences?.length > 0 ? el('ul', null, parent.differences.map((/** @type {string} */ line) => el('li', null, line))) : parent.changes.length > 0 ? el('ul', null, parent.changes.map((/** @type {string} */ line) => el('li', null, line))) : null) : null,
    run.warnings?.length > 0 ? el('ul.warnings', null, run.warnings.map((/** @type {string} */ line) => el('li', null, line))) : null,
    run.events?.length > 0 ? el('details', null, el('summary', null, 'What happens when'), el('table', null, el('thead', null, el('tr', null, ['update', 'quantity', 'what', 'value'].map(name => el('th', { scope: 'col' }, name)))),
      el('tbody', null, run.events.map((/** @type {any} */ event) => el('tr', null, el('td.number', null, text(event.updates)), el('td', null, event.name), el('td', null, event.what), el('td.number', null, event.text)))))) : null,
    run.recipe_text ? el('pre', { tabindex: '0', 'aria-label': 'The recipe as it was given' }, run.recipe_text) : el('p.note', null, 'The run has no recipe.yaml.'));
  }

  async function readAll() {
    const wanted = [...curveSets.flatMap(set => set.metrics), ...(params().get('metric') ? [params().get('metric') ?? ''] : [])];
    await readCurves(wanted, null);
    if (run.metrics.includes('images_per_second') && run.batch) {
      const [speed] = await curves(id, ['images_per_second'], { pixels });
      seconds = secondsOf(speed, run.batch);
    }
  }

  await readAll();
  drawHead();
  drawControls();
  drawCurves();
  drawSchedule();
  drawOther();
  drawRecipe();
  readDiagnosis();

  const again = throttled(async () => {
    try {
      const state = run.state;
      run = await json('api/run', { id });
      await readAll();
      drawHead();
      drawCurves();
      if (run.state !== state || (diagnosis?.problems && run.groups.length > 0)) readDiagnosis();
    } catch (error) {
      if (/** @type {any} */ (error).status === 400) fill(head, el('h1', null, id), problem(error), el('p', null, 'What was read of it before stays below.'));
    }
  }, 1000);
  return (/** @type {string[]} */ changed) => {
    if (changed.includes(id) || changed.includes('*')) again();
  };
}

/** @param {string} name @param {string} value */
function fact(name, value) {
  return el('div', null, el('dt', null, name), el('dd', null, value));
}

/** A diagnosis in words. @param {any} diagnosis */
export function diagnosisWords(diagnosis) {
  if (diagnosis.problems) return [el('p', null, 'There is no diagnosis of this run.'), diagnosis.problems.map((/** @type {string} */ text) => el('p.note', null, text))];
  return [
    el('p.verdict', null, diagnosis.verdict), diagnosis.headline ? el('p', null, diagnosis.headline) : null,
    (diagnosis.flags ?? []).map((/** @type {any} */ flag) => el('div.flag', null, el('p', null, el('strong', null, `${flag.cause}.`)), el('dl', null, el('dt', null, 'Shown by'), el('dd', null, flag.shown), el('dt', null, 'Do'), el('dd', null, flag.remedy)))),
    diagnosis.remarks?.length > 0 ? el('ul', null, diagnosis.remarks.map((/** @type {string} */ remark) => el('li', null, remark))) : null,
    diagnosis.lines?.length > 0 ? el('pre', { tabindex: '0', 'aria-label': 'Settled rates' }, diagnosis.lines.join('\n')) : null,
    diagnosis.checked?.length > 0 || diagnosis.phases?.length > 0 ? el('details', null, el('summary', null, 'Phases, and what was looked at'),
      diagnosis.phases?.length > 0 ? el('ul', null, diagnosis.phases.map((/** @type {string} */ line) => el('li', null, line))) : null,
      diagnosis.checked?.length > 0 ? el('p', null, `Looked for and not found: ${diagnosis.checked.join('; ')}.`) : null,
      diagnosis.not_looked_at?.length > 0 ? [el('p', null, 'Not looked at:'), el('ul', null, diagnosis.not_looked_at.map((/** @type {string} */ line) => el('li', null, line)))] : null) : null,
  ];
}

/** Where a rising function has a value, between 0 and a most. @param {(x: number) => number} at @param {number} value @param {number} most */
function inverse(at, value, most) {
  let low = 0, high = most;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (at(middle) < value) low = middle; else high = middle;
  }
  return (low + high) / 2;
}
