// @ts-check
// The papers' claims: their verdicts, and how far those are that are being reproduced.
import { json } from './api.js';
import { el, fill } from './dom.js';

const pause = 5000;

/** @param {HTMLElement} main */
export async function show(main) {
  /** @type {Set<string>} */
  const open = new Set();
  let seen = '';
  const draw = async () => {
    const answer = await json('api/claims'), written = JSON.stringify(answer);
    if (written === seen) return;
    seen = written;
    fill(main, el('h1', null, 'Claims'), el('p', null, `Reports in ${answer.folder}. `, el('code', null, 'etalon reproduce'), ' runs the experiment behind a claim and judges it.'),
      el('ul.claims', null, answer.claims.map((/** @type {any} */ claim) => el('li.card', null, el('div.title', null, el('h2', null, claim.name), verdict(claim)), el('p', null, emphasized(claim.statement)), el('p.cost', null, emphasized(claim.source)), report(claim, open)))));
  };
  await draw();
  // Reports are few and small; nobody tells of them.
  setInterval(() => { if (!document.hidden) draw().catch(() => {}); }, pause);
}

/** @param {any} claim */
function verdict(claim) {
  const outcome = claim.report === undefined ? null : /^# [^:]*: (.*)$/m.exec(claim.report)?.[1];
  if (outcome) return el(`span.state.${/not/.test(outcome) ? 'failed' : /reproduced|holds/.test(outcome) ? 'done' : 'pending'}`, null, outcome);
  const progress = claim.progress;
  if (!progress) return el('span.state.pending', null, 'not reproduced here yet');
  return el('span.state.running', null, `begun: ${progress.done} of ${progress.runs} runs done${progress.outcomes > 0 ? `, ${progress.outcomes} outcomes kept` : ''}`);
}

/** @param {any} claim @param {Set<string>} open */
function report(claim, open) {
  if (claim.report === undefined) return null;
  return el('details', { open: open.has(claim.name), ontoggle: (/** @type {Event} */ event) => { if (/** @type {HTMLDetailsElement} */ (event.target).open) open.add(claim.name); else open.delete(claim.name); } },
    el('summary', null, 'Report'), claim.has_picture ? el('img', { src: `api/claim-picture?name=${encodeURIComponent(claim.name)}`, alt: `The measurements of ${claim.name}, which the tables below tell`, loading: 'lazy' }) : null, markdown(claim.report));
}

/** Titles stand in single stars, what matters in two. @param {string} source */
function emphasized(source) {
  return source.replaceAll('**', '').split(/\*([^*]+)\*/).map((part, i) => i % 2 === 1 ? el('em', null, part) : part);
}

/** The Markdown that reports have: paragraphs, headings, lists and tables, as elements. @param {string} source */
export function markdown(source) {
  /** @type {HTMLElement[]} */
  const parts = [];
  for (const block of source.split(/\n\s*\n/).slice(1)) {
    const lines = block.trim().split('\n');
    if (/^!\[/.test(lines[0])) continue;
    if (lines[0].startsWith('|') && lines.length > 1) {
      const [head, , ...rows] = lines.map(line => line.replace(/^\||\|$/g, '').split('|').map(cell => cell.trim().replaceAll('**', '')));
      parts.push(el('div.table-scroll', { tabindex: '0', role: 'region', 'aria-label': 'A table of the report' }, el('table', null, el('thead', null, el('tr', null, head.map(cell => el('th', { scope: 'col' }, cell)))), el('tbody', null, rows.map(row => el('tr', null, row.map(cell => el('td', null, cell))))))));
    } else if (lines[0].startsWith('#')) parts.push(el('h3', null, lines[0].replace(/^#+ /, '')));
    else if (lines.every(line => /^[-*] /.test(line))) parts.push(el('ul', null, lines.map(line => el('li', null, emphasized(line.slice(2))))));
    else parts.push(el('p', null, emphasized(lines.join(' ').replaceAll('`', ''))));
  }
  return parts;
}
