// @ts-check
// A log of another framework: dropped on the page, read by this machine's server, kept nowhere.
import { upload } from './api.js';
import { drawChart } from './charts.js';
import { el, fill, problem } from './dom.js';
import { diagnosisWords } from './run.js';

// As the server has it, which would end the connection in the middle of a larger one.
const largest = 32 * 2 ** 20;

/** @param {HTMLElement} main */
export async function show(main) {
  const picker = /** @type {HTMLInputElement} */ (el('input', { type: 'file', id: 'file', accept: '.csv,.json,.jsonl,text/csv', onchange: () => picker.files?.[0] && read(picker.files[0]) }));
  const drop = el('div.drop', null, el('p', null, el('strong', null, 'Drop a CSV log here'), ', or choose one.'), el('label.field', { for: 'file' }, el('span', null, 'Log file'), picker),
    el('p.note', null, 'A header step,lr,weight_decay,momentum,norm/NAME and what else there is, as ', el('code', null, 'etalon export logger'), ' makes it. The log stays on this machine, and is kept nowhere.'));
  const found = el('div', { 'aria-live': 'polite' });
  fill(main, el('h1', null, 'Open a log'), drop, found);

  /** @param {File} file */
  async function read(file) {
    if (file.size > largest) {
      fill(found, problem(new Error(`${file.name} has ${Math.round(file.size / 2 ** 20)} MB, and 32 MB are read here; etalon diagnose reads larger ones.`)));
      return;
    }
    fill(found, el('p.loading', null, `Reading ${file.name}.`));
    try {
      const answer = await upload(`api/log?name=${encodeURIComponent(file.name)}`, file);
      const verdict = el('section.card', null, diagnosisWords(answer.diagnosis)), schedule = el('div.figures.three'), weights = el('div.figures.three');
      fill(found, el('h2', null, answer.name), verdict, schedule, weights);
      if (answer.schedule) drawChart(schedule, answer.schedule, { sync: 'log' });
      if (answer.diagnosis.chart) drawChart(weights, answer.diagnosis.chart, { sync: 'log', sentences: answer.diagnosis.sentences });
    } catch (error) {
      fill(found, problem(error));
    }
  }

  for (const kind of ['dragenter', 'dragover']) main.addEventListener(kind, event => { event.preventDefault(); drop.classList.add('over'); });
  for (const kind of ['dragleave', 'drop']) main.addEventListener(kind, event => { event.preventDefault(); drop.classList.remove('over'); });
  main.addEventListener('drop', event => {
    const file = /** @type {DragEvent} */ (event).dataTransfer?.files[0];
    if (file) read(file);
  });
}
