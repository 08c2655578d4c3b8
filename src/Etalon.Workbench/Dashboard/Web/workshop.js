// @ts-check
// The schedule workshop: a recipe as text, and beside it what it will do, redrawn while it is typed.
import { json, post } from './api.js';
import { drawChart } from './charts.js';
import { completing } from './completion.js';
import { text as number } from './compute.js';
import { download, el, fill, params, problem, remember } from './dom.js';

const first = `name: my-schedule
duration: 160ep
steps_per_epoch: 391
learning_rate:
  - linear: {from: 0, to: 0.1, for: 5ep}
  - steps: {start: 0.1, at: [80ep, 120ep], factor: 0.1}
weight_decay: 5e-4
momentum: 0.9
`;

/** @param {HTMLElement} main */
export async function show(main) {
  let start = params().get('recipe');
  const from = params().get('run');
  if (start === null && from !== null) start = (await json('api/run', { id: from })).recipe_text;
  const { targets } = await json('api/targets');
  const editor = /** @type {HTMLTextAreaElement} */ (el('textarea', { id: 'recipe', spellcheck: 'false', autocomplete: 'off', 'aria-describedby': 'keys errors', value: start ?? first }));
  const overlay = /** @type {HTMLTextAreaElement} */ (el('textarea', { id: 'overlay', spellcheck: 'false', 'aria-label': 'The second recipe', value: params().get('overlay') ?? '' }));
  const errors = el('ul.errors', { id: 'errors', 'aria-live': 'polite' }), warnings = el('ul.warnings'), facts = el('p.summary');
  const schedule = el('div.stack'), forecast = el('div.stack'), twin = el('div.stack');
  const exports = el('div.bar', null, el('button', { type: 'button', onclick: () => download(`${name}.yaml`, editor.value) }, 'Download the recipe'),
    targets.map((/** @type {string} */ target) => el('button', { type: 'button', onclick: () => exportTo(target) }, target)));
  fill(main, el('h1', null, 'Workshop'), el('div.columns', null,
    el('div', null, el('label.field', { for: 'recipe' }, el('span', null, 'Recipe')), el('div.editor', null, editor), el('p.note', { id: 'keys' }, 'Words that fit are offered while you type, or by Ctrl+Space; arrows choose, Enter takes one, Escape closes.'), errors, warnings, exports,
      el('details', { open: overlay.value !== '' }, el('summary', null, 'Overlay a second recipe'), overlay)),
    el('div', null, facts, schedule, el('h2', null, 'Forecast'), forecast, el('h2', null, 'Twin without weight decay'), twin)));

  let name = 'recipe', length = '';
  /** @type {AbortController | null} */
  let running = null;
  /** @type {{key: string, update: number, text: string}[]} */
  let milestones = [];

  // The address follows when the typing rests: browsers allow few changes of it a second.
  let resting = 0;
  const nowInAddress = () => remember({ recipe: editor.value === first || editor.value.length > 4000 ? null : editor.value, overlay: overlay.value.length <= 3000 ? overlay.value : null, run: null });
  function keepAddress() {
    clearTimeout(resting);
    resting = setTimeout(nowInAddress, 250);
  }
  editor.addEventListener('blur', nowInAddress);

  async function plan() {
    const theoryOnly = running = new AbortController();
    keepAddress();
    try {
      // Both are asked for at once: the schedule is drawn while the server is at the rest.
      const theory = post('api/theory', { text: editor.value }, theoryOnly.signal);
      theory.catch(() => {});
      const answer = await post('api/plan', { text: editor.value, overlay: overlay.value });
      drawProblems(answer.problems ?? []);
      editor.setAttribute('aria-invalid', String(Boolean(answer.problems)));
      // While a word is half typed, the last picture that was right stays.
      if (answer.problems) return;
      drawSchedule(answer);
      drawTheory(await theory);
    } catch (error) {
      if (!theoryOnly.signal.aborted) fill(errors, el('li', null, problem(error)));
    }
  }

  const verticals = () => milestones.map(milestone => ({ x: milestone.update, label: milestone.text }));

  /** @param {any} answer */
  function drawSchedule(answer) {
    name = answer.name;
    milestones = answer.milestones;
    fill(warnings, answer.warnings.map((/** @type {string} */ line) => el('li', null, line)), (answer.overlay_problems ?? []).map((/** @type {any} */ line) => el('li', null, `second recipe: ${line.text}`)));
    length = `${number(answer.updates)} updates in ${number(answer.updates / answer.updates_of_epoch)} epochs of ${number(answer.updates_of_epoch)}`;
    facts.textContent = `${length}.${milestones.length > 0 ? ' Drag a dashed line to move its milestone.' : ''}`;
    drawChart(schedule, answer.schedule, { sync: 'workshop', key: 'schedule', verticals: verticals(), titles: ['Learning rate', 'Weight decay and intrinsic rate', 'Momentum'], options: milestones.length > 0 ? { onDrag: drag } : {} });
  }

  /** @param {any} answer */
  function drawTheory(answer) {
    if (answer.forecast) drawChart(forecast, answer.forecast, { sync: 'workshop', key: 'forecast', verticals: verticals() }); else fill(forecast, el('p.note', null, answer.forecast_problem));
    if (answer.twin) drawChart(twin, answer.twin, { sync: 'workshop', key: 'twin', titles: ['Learning rate of the twin'], sentences: ['Rates that train the same functions without weight decay: what is scale-invariant follows them, the rest the recipe itself.'] }); else fill(twin, el('p.note', null, answer.twin_problem));
    const phases = answer.phases;
    if (phases) facts.textContent = `${length}; ${phases} ${phases === 1 ? 'phase' : 'phases'}, ${number(answer.mixing_units, 3)} mixing units.${milestones.length > 0 ? ' Drag a dashed line to move its milestone.' : ''}`;
  }

  /** @param {{line: number, column: number, text: string}[]} problems */
  function drawProblems(problems) {
    fill(errors, problems.map(one => el('li', null, el('button', { type: 'button', onclick: () => goTo(one.line, one.column) }, one.line > 0 ? `line ${one.line}: ${one.text}` : one.text))));
  }

  /** @param {number} line @param {number} column */
  function goTo(line, column) {
    const lines = editor.value.split('\n'), at = lines.slice(0, Math.max(0, line - 1)).reduce((sum, each) => sum + each.length + 1, 0) + Math.max(0, column - 1);
    editor.focus();
    editor.setSelectionRange(at, at + 1);
  }

  /** @type {{key: string} | null} */
  let held = null;
  let isMoving = false;
  /** @param {number} x @param {number} _y @param {boolean} isEnd @param {number | null} begin */
  async function drag(x, _y, isEnd, begin) {
    if (begin !== null) {
      const span = Math.max(1, ...milestones.map(milestone => milestone.update));
      const near = [...milestones].sort((a, b) => Math.abs(a.update - x) - Math.abs(b.update - x))[0];
      held = near && Math.abs(near.update - x) < 0.04 * span ? near : null;
      return;
    }
    if (!held || (isMoving && !isEnd)) return;
    isMoving = true;
    try {
      const moved = await post('api/move', { text: editor.value, key: held.key, update: Math.max(1, Math.round(x)) });
      editor.value = moved.text;
      await plan();
    } catch (error) {
      fill(errors, el('li', null, problem(error)));
    } finally {
      isMoving = false;
      if (isEnd) held = null;
    }
  }

  /** @param {string} target */
  async function exportTo(target) {
    try {
      const { text } = await post('api/export', { text: editor.value, target });
      download(`${name}-${target}.${target === 'csv' ? 'csv' : target === 'json' ? 'json' : 'py'}`, text);
    } catch (error) {
      fill(errors, el('li', null, problem(error)));
    }
  }

  // Drawn at once when nothing is being drawn; while it is, once more after the last key.
  let isDrawing = false, isDue = false;
  async function changed() {
    isDue = true;
    if (isDrawing) {
      // What is drawn next has a forecast of its own.
      running?.abort();
      return;
    }
    isDrawing = true;
    try {
      while (isDue) {
        isDue = false;
        await plan();
      }
    } finally {
      isDrawing = false;
    }
  }

  editor.addEventListener('input', () => void changed());
  overlay.addEventListener('input', () => void changed());
  completing(editor, () => void changed());
  await plan();
}
