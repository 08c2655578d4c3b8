// @ts-check
// What the pages ask of the server. Addresses are relative, so that a path before all pages needs no telling.
import { decodeCurves } from './compute.js';

/** What is wrong, as the server says it. */
export class Problem extends Error {
  /** @param {string[]} problems @param {number} status */
  constructor(problems, status) {
    super(problems.join('\n'));
    this.problems = problems;
    this.status = status;
  }
}

/** @param {string} path @param {RequestInit} [options] */
async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: 'same-origin', ...options });
  } catch {
    throw new Problem(['The server does not answer. Is etalon serve still running?'], 0);
  }
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => null);
  throw new Problem(said?.problems ?? [`The server answered ${answer.status}.`], answer.status);
}

/** @param {string} path @param {URLSearchParams | Record<string, string>} [query] */
export async function json(path, query) {
  const answer = await ask(query ? `${path}?${new URLSearchParams(query)}` : path);
  return answer.json();
}

/** @param {string} path @param {unknown} body @param {AbortSignal} [signal] */
export async function post(path, body, signal) {
  const answer = await ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal });
  return answer.json();
}

/** @param {string} path @param {Blob} file */
export async function upload(path, file) {
  const answer = await ask(path, { method: 'POST', headers: { 'Content-Type': 'text/csv' }, body: file });
  return answer.json();
}

/**
 * Curves of a run.
 * @param {string} run
 * @param {string[]} metrics
 * @param {{from?: number, to?: number, pixels?: number, log?: boolean, mean?: boolean, knots?: number[]}} view
 */
export async function curves(run, metrics, view = {}) {
  const query = new URLSearchParams({ run });
  for (const metric of metrics) query.append('metric', metric);
  for (const name of /** @type {const} */ (['from', 'to', 'pixels'])) if (view[name] !== undefined) query.set(name, String(view[name]));
  if (view.log) query.set('log', '1');
  if (view.knots) query.set('knots', view.knots.join(','));
  if (view.mean) query.set('mean', '1');
  const answer = await ask(`api/curves?${query}`);
  return decodeCurves(await answer.arrayBuffer());
}

/**
 * Listens to the server; goes on by itself when it comes back.
 * @param {(changed: string[]) => void} changed names of runs
 * @param {(isConnected: boolean) => void} connected
 */
export function listen(changed, connected) {
  let isFirst = true, wait = 500;
  const open = () => {
    const events = new EventSource('api/events');
    events.addEventListener('hello', () => {
      wait = 500;
      connected(true);
      // What happened meanwhile nobody told.
      if (!isFirst) changed(['*']);
      isFirst = false;
    });
    events.addEventListener('runs', event => changed(JSON.parse(/** @type {MessageEvent} */ (event).data)));
    events.onerror = () => {
      connected(false);
      events.close();
      setTimeout(open, wait);
      wait = Math.min(wait * 2, 8000);
    };
  };
  open();
}
