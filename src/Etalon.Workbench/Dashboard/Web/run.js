// @ts-check
// One run: its curves, its schedule, its weights against the theory, what is wrong with it, its recipe.
import { curves, json } from './api.js';
import { drawChart, waiting } from './charts.js';
import { course, duration, joinCurves, percent, secondsOf, smooth, text, viewOf, xAxis } from './compute.js';
import { address, el, fill, params, problem, remember, select, throttled } from './dom.js';
import { Figure } from './figure.js';

/** @typedef {import('./compute.js').Curve} Curve */

const curveSets = [
  { id: 'loss', title: 'Loss', metrics: ['train/loss', 'test/loss', 'fit/loss'], label: 'loss' },
  { id: 'accuracy', title: 'Accuracy', metrics: ['train/accuracy', 'test/accuracy', 'fit/accuracy'], label: 'accuracy' },
];
const fewest = 600;

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
  const forkedAfter = () => run.ancestors.length === 0 ? 0 : run.ancestors[run.ancestors.length - 1].until;

  function drawHead() {
    const units = run.units ? xAxis('units', run)?.at(run.updates ?? 0) : null;
    const left = run.state === 'running' && run.images_per_second && run.batch ? (run.total_updates - (run.updates ?? 0)) * run.batch / run.images_per_second : null;
    fill(head, el('div.title', null, el('h1', null, id), el(`span.state.${run.state}`, { id: 'state' }, run.state),
      el('a', { href: address('compare', { run: [id] }) }, 'compare'), run.recipe_text ? el('a', { href: address('workshop', { run: id }) }, 'open in the workshop') : null),
      [...new Set([run.fault, run.metrics_fault, run.recipe_problem])].filter(Boolean).map(text => problem(new Error(text))),
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
      const before = axis();
      remember({ x: unit });
      const most = Math.max(run.total_updates ?? 0, run.updates ?? 0, 1);
      for (const figure of shown.values()) {
        if (!figure.zoom) continue;
        const { from, to } = viewOf(before, most, figure.zoom, false);
        figure.zoomTo([axis().at(from), axis().at(to)]);
      }
      drawSchedule();
      drawWeights();
      readAll().then(drawCurves, () => {});
    }), el('label.field', null, el('span', null, 'Smoothing'), el('input', { type: 'range', min: 0, max: 0.98, step: 0.02, value: weight, oninput: (/** @type {Event} */ event) => {
      weight = Number(/** @type {HTMLInputElement} */ (event.target).value);
      remember({ smooth: weight > 0 ? weight : null });
      drawCurves();
    } })));
  }

  /** The run's own curves, and those of what it was forked from, up to the fork. @type {Map<string, Curve>} */
  const read = new Map(), inherited = /** @type {Map<string, Curve>} */ (new Map());

  // For the very stretch and scale that is looked at: each pixel has its least and greatest value.
  /** @param {{id: string, metrics: string[]}} set */
  async function readSet(set) {
    const there = set.metrics.filter(metric => run.metrics.includes(metric));
    if (there.length === 0) return;
    const figure = shown.get(set.id), isLog = figure?.drawing?.xLog ?? figure?.scales.xLog ?? params().get(`${set.id}-logx`) === '1';
    const most = Math.max(run.total_updates ?? 0, run.updates ?? 0, 1), pixels = Math.max(fewest, Math.round(figure?.area.clientWidth ?? 0));
    const view = { ...viewOf(axis(), most, figure?.zoom ?? null, isLog), pixels };
    const ancestors = run.ancestors.filter((/** @type {any} */ one) => one.until > view.from);
    const [own, ...older] = await Promise.all([curves(id, there, view), ...ancestors.map((/** @type {any} */ one) => curves(one.id, there, view).catch(() => null))]);
    there.forEach((metric, i) => {
      read.set(metric, own[i]);
      const parts = ancestors.map((/** @type {any} */ one, /** @type {number} */ at) => ({ curve: older[at]?.[i], until: one.until })).filter((/** @type {any} */ part) => part.curve);
      const joined = joinCurves(parts);
      if (joined.x.length > 0) inherited.set(metric, joined); else inherited.delete(metric);
    });
  }

  /** @param {{id: string, title: string, metrics: string[], label: string}} set @param {HTMLElement} host */
  function drawSet(set, host) {
    const there = set.metrics.filter(metric => read.has(metric));
    let figure = shown.get(set.id);
    if (!figure) {
      figure = new Figure({ title: set.title, key: set.id, sync: 'run', onZoom: () => void again(set), onScale: () => void again(set) });
      shown.set(set.id, figure);
      host.append(figure.root);
    }
    if (there.length === 0) {
      figure.empty(run.state === 'running' ? `No ${set.label} yet; it shows as soon as the run writes one.` : `The run has written no ${set.label}.`);
      return;
    }
    const x = axis();
    const lines = there.flatMap((metric, color) => {
      const curve = /** @type {Curve} */ (read.get(metric)), at = Array.from(curve.x, update => x.at(update));
      const older = inherited.get(metric), raw = { label: metric, color, x: at, y: curve.y };
      // One point more joins the two.
      const before = older ? [{ label: `${metric} of the parent`, color, light: true, thin: true, x: [...Array.from(older.x, update => x.at(update)), ...at.slice(0, 1)], y: [...Array.from(older.y), ...Array.from(curve.y).slice(0, 1)] }] : [];
      return weight > 0 && curve.y.length > 2
        ? [...before, { ...raw, faint: true, quiet: true }, { label: `${metric} (smoothed)`, color, x: at, y: smooth(curve.y, weight) }] : [...before, raw];
    });
    const fork = forkedAfter();
    figure.show({
      lines, xLabel: x.label, yLabel: set.label,
      sentence: `${there.map(metric => `${metric} ${course(/** @type {Curve} */ (read.get(metric)).y)}`).join('; ')}.${inherited.size > 0 ? ` The lighter line is of ${run.ancestors.map((/** @type {any} */ one) => one.id).join(', then ')}, which this run left after ${text(fork)} updates.` : ''}`,
      verticals: inherited.size > 0 ? [...phases(), { x: x.at(fork), label: 'fork' }] : phases(),
    });
  }

  /** @param {{id: string, title: string, metrics: string[], label: string}} set */
  async function again(set) {
    await readSet(set).catch(() => {});
    drawSet(set, set.id === 'other' ? others : figures);
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
      await again(otherSet());
    }));
  }

  function drawSchedule() {
    if (!run.schedule) {
      fill(schedule, el('p.note', null, 'The schedule is not known: the recipe cannot be read.'));
      return;
    }
    drawChart(schedule, run.schedule, { sync: 'run', key: 'schedule', x: axis(), verticals: phases() });
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
    drawChart(weights, diagnosis.chart, { sync: 'run', key: 'weights', x: axis(), sentences: diagnosis.sentences });
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
    await Promise.all([...curveSets, ...(params().get('metric') ? [otherSet()] : [])].map(readSet));
    if (!run.metrics.includes('images_per_second') || !run.batch) return;
    const parts = await Promise.all([...run.ancestors, { id, until: Infinity }].map(async (/** @type {any} */ one) => ({ curve: (await curves(one.id, ['images_per_second'], { pixels: fewest }))[0], until: one.until })));
    seconds = secondsOf(joinCurves(parts), run.batch);
  }

  await readAll();
  drawHead();
  drawControls();
  drawCurves();
  drawSchedule();
  drawOther();
  drawRecipe();
  readDiagnosis();

  const renew = throttled(async () => {
    try {
      const state = run.state;
      // Its recipe and all that follows from it stay.
      const { result, fault, metrics_fault, images_per_second, ...kept } = run;
      run = { ...kept, ...await json('api/run', { id, brief: '1' }) };
      await readAll();
      drawHead();
      drawCurves();
      if (run.state !== state || (diagnosis?.problems && run.groups.length > 0)) readDiagnosis();
    } catch (error) {
      if (/** @type {any} */ (error).status === 400) fill(head, el('h1', null, id), problem(error), el('p', null, 'What was read of it before stays below.'));
    }
  }, 1000);
  return (/** @type {string[]} */ changed) => {
    if (changed.includes(id) || changed.includes('*')) renew();
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
