// @ts-check
// What the pages compute. Nothing here knows the document, so that node can test it.

/**
 * @typedef {{x: ArrayLike<number>, y: ArrayLike<number>, reduced: boolean}} Curve  Points; y is NaN where a run wrote none.
 * @typedef {{x: number[], y: number[], low: number[], high: number[], n: number[]}} Band  A mean over runs with its interval.
 */

/**
 * Curves from the bytes of an answer: for each a count (uint32), 1 where it is reduced (uint32), x (float64), y (float32), padded to 8 bytes.
 * @param {ArrayBuffer} buffer
 * @returns {Curve[]}
 */
export function decodeCurves(buffer) {
  const view = new DataView(buffer);
  const curves = [];
  for (let at = 0; at < buffer.byteLength;) {
    const count = view.getUint32(at, true);
    const reduced = view.getUint32(at + 4, true) === 1;
    const x = new Float64Array(buffer, at + 8, count);
    const y = new Float32Array(buffer, at + 8 + 8 * count, count);
    curves.push({ x, y, reduced });
    at += 8 + (12 * count + 7 & ~7);
  }
  return curves;
}

/**
 * An exponential mean over the points before, without a bias towards the first: weight w^k for the k-th point back.
 * @param {ArrayLike<number>} values
 * @param {number} weight from 0, which changes nothing, to below 1
 * @returns {number[]}
 */
export function smooth(values, weight) {
  const smoothed = new Array(values.length);
  let sum = 0, norm = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      smoothed[i] = NaN;
      continue;
    }
    sum = weight * sum + (1 - weight) * values[i];
    norm = weight * norm + (1 - weight);
    smoothed[i] = sum / norm;
  }
  return smoothed;
}

/**
 * The value of a polygon through points at a place; beyond its ends the line through its last two points goes on.
 * @param {ArrayLike<number>} xs ascending, at least two
 * @param {ArrayLike<number>} ys
 * @param {number} x
 */
export function interpolate(xs, ys, x) {
  let low = 0, high = xs.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= x) low = middle; else high = middle;
  }
  const width = xs[high] - xs[low];
  return width === 0 ? ys[low] : ys[low] + (ys[high] - ys[low]) * (x - xs[low]) / width;
}

// Student's t, two-sided 95 %, for 1 to 30 degrees of freedom (Abramowitz and Stegun, table 26.10).
const quantiles = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110,
  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042];

/**
 * The factor of a mean's standard error in its 95 % interval.
 * @param {number} freedom degrees of freedom, at least 1
 */
export function tQuantile(freedom) {
  if (freedom <= quantiles.length) return quantiles[freedom - 1];
  // Cornish and Fisher's expansion in 1/freedom from the normal quantile: within 1e-4 from 30 on.
  const z = 1.959963985;
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}

/**
 * Mean, standard deviation and 95 % interval of numbers.
 * @param {number[]} values at least one
 */
export function sample(values) {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { n, mean, deviation: NaN, low: NaN, high: NaN };
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const margin = tQuantile(n - 1) * deviation / Math.sqrt(n);
  return { n, mean, deviation, low: mean - margin, high: mean + margin };
}

/**
 * The mean of curves at the places that all of them have, with the 95 % interval of the mean; for one curve there is no interval.
 * @param {Curve[]} curves
 * @returns {Band}
 */
export function meanBand(curves) {
  /** @type {Map<number, number[]>} */
  const values = new Map();
  for (const curve of curves)
    for (let i = 0; i < curve.x.length; i++) {
      if (!Number.isFinite(curve.y[i])) continue;
      const at = values.get(curve.x[i]);
      if (at) at.push(curve.y[i]); else values.set(curve.x[i], [curve.y[i]]);
    }
  /** @type {Band} */
  const band = { x: [], y: [], low: [], high: [], n: [] };
  for (const x of [...values.keys()].sort((a, b) => a - b)) {
    const here = /** @type {number[]} */ (values.get(x));
    if (here.length < curves.length) continue;
    const { mean, low, high, n } = sample(here);
    band.x.push(x); band.y.push(mean); band.low.push(low); band.high.push(high); band.n.push(n);
  }
  return band;
}

/**
 * A number in few digits: 0.0123, 1,234, 5.6e-7.
 * @param {number | null | undefined} value
 * @param {number} digits
 */
export function text(value, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e9) return value.toLocaleString('en-US');
  if (size >= 1e-3 && size < 1e6) {
    const rounded = Number(value.toPrecision(digits));
    return size >= 1e4 ? Math.round(rounded).toLocaleString('en-US') : `${rounded}`;
  }
  return value.toExponential(Math.max(0, digits - 2)).replace(/\.?0+e/, 'e').replace('e+', 'e');
}

/**
 * A time in words: 12 s, 3 min, 2 h 10 min.
 * @param {number | null | undefined} seconds
 */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return '–';
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** @param {number | null | undefined} share */
export function percent(share) {
  return share === null || share === undefined || !Number.isFinite(share) ? '–' : `${(100 * share).toFixed(2)} %`;
}

/**
 * Round values of an axis: 1, 2 or 5 times a power of ten; on a logarithmic one powers of ten, with 2 and 5 where there are few.
 * @param {number} low
 * @param {number} high
 * @param {boolean} isLog
 * @param {number} about how many
 */
export function ticks(low, high, isLog, about = 6) {
  if (!(high > low) || (isLog && low <= 0)) return [];
  if (isLog) {
    const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
    const stride = Math.max(1, Math.ceil((last - first) / about));
    const digits = last - first <= 2 ? [1, 2, 5] : [1];
    const all = [];
    for (let power = first; power <= last; power += stride)
      for (const digit of digits) all.push(Number((digit * 10 ** power).toPrecision(12)));
    return all.filter(tick => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
  }
  const rough = (high - low) / about, power = 10 ** Math.floor(Math.log10(rough)), digit = rough / power;
  const step = power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
  const all = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) all.push(Number((i * step).toPrecision(12)));
  return all;
}

/**
 * A curve's course as a clause: "falls from 2.3 to 0.01, least 0.008".
 * @param {ArrayLike<number>} y
 */
export function course(y) {
  let first = NaN, last = NaN, low = Infinity, high = -Infinity;
  for (let i = 0; i < y.length; i++) {
    const value = y[i];
    if (!Number.isFinite(value)) continue;
    if (Number.isNaN(first)) first = value;
    last = value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (Number.isNaN(first)) return 'has no values yet';
  if (low === high) return `stays at ${text(first)}`;
  const way = last > first ? 'rises' : last < first ? 'falls' : 'goes';
  const turn = high > Math.max(first, last) ? `, greatest ${text(high)}` : low < Math.min(first, last) ? `, least ${text(low)}` : '';
  return `${way} from ${text(first)} to ${text(last)}${turn}`;
}

/**
 * A table as CSV, quoted where needed.
 * @param {(string | number | null | undefined)[][]} rows
 */
export function csv(rows) {
  const cell = (/** @type {string | number | null | undefined} */ value) => {
    const written = value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value)) ? '' : String(value);
    return /[",\n\r]/.test(written) ? `"${written.replaceAll('"', '""')}"` : written;
  };
  return rows.map(row => row.map(cell).join(',')).join('\n') + '\n';
}

/**
 * Whether a run passes a filter: words that its name or values contain, and key=value, key>number, key<number.
 * @param {{id: string, state: string, values: (string | null)[]}} run
 * @param {string[]} keys the names of its values
 * @param {string} filter
 */
export function passes(run, keys, filter) {
  return filter.trim().split(/\s+/).filter(word => word.length > 0).every(word => {
    const parts = /^([^=<>]+)(=|<|>)(.*)$/.exec(word);
    if (parts) {
      const [, key, sign, wanted] = parts;
      const value = key === 'state' ? run.state : key === 'name' ? run.id : run.values[keys.findIndex(name => name === key || name.endsWith('.' + key))];
      if (value === null || value === undefined) return false;
      if (sign === '=') return value.toLowerCase() === wanted.toLowerCase() || (wanted !== '' && Number(value) === Number(wanted));
      return sign === '<' ? Number(value) < Number(wanted) : Number(value) > Number(wanted);
    }
    const sought = word.toLowerCase();
    return run.id.toLowerCase().includes(sought) || run.state.includes(sought) || run.values.some(value => value?.toLowerCase().includes(sought));
  });
}

/**
 * Runs that differ in their seed alone, together, each named by what tells it from the others.
 * @template {{values: (string | null)[]}} T
 * @param {T[]} runs
 * @param {string[]} keys
 * @param {number} most keys in a name
 * @returns {{label: string, runs: T[]}[]}
 */
export function bySetting(runs, keys, most = 4) {
  const counted = keys.map((key, i) => ({ key, i })).filter(({ key }) => key !== 'seed' && key !== 'name');
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const run of runs) {
    const key = JSON.stringify(counted.map(({ i }) => run.values[i] ?? null));
    const group = groups.get(key);
    if (group) group.push(run); else groups.set(key, [run]);
  }
  const all = [...groups.values()], differing = counted.filter(({ i }) => new Set(all.map(group => group[0].values[i] ?? null)).size > 1);
  return all.map(group => {
    const told = differing.filter(({ i }) => group[0].values[i] !== null && group[0].values[i] !== undefined);
    const more = told.length > most ? ` and ${told.length - most} more` : '';
    return { label: told.slice(0, most).map(({ key, i }) => `${key}=${group[0].values[i]}`).join(' ') + more || 'the same recipe', runs: group };
  });
}

/**
 * Places on an axis in another unit.
 * @typedef {{unit: string, label: string, at: (updates: number) => number}} XAxis
 * @param {string} unit
 * @param {{updates_of_epoch?: number | null, batch?: number | null, images_per_second?: number | null, units?: {updates: number[], units: number[]} | null, seconds?: {updates: ArrayLike<number>, seconds: ArrayLike<number>} | null}} run
 * @returns {XAxis | null} null where the run does not know it
 */
export function xAxis(unit, run) {
  switch (unit) {
    case 'epochs':
      return run.updates_of_epoch ? { unit, label: 'epochs', at: updates => updates / /** @type {number} */ (run.updates_of_epoch) } : null;
    case 'samples':
      return run.batch ? { unit, label: 'samples', at: updates => updates * /** @type {number} */ (run.batch) } : null;
    case 'time': {
      const seconds = run.seconds;
      return seconds && seconds.updates.length > 1
        ? { unit, label: 'seconds of training', at: updates => interpolate(seconds.updates, seconds.seconds, updates) } : null;
    }
    case 'units': {
      const units = run.units;
      return units && units.updates.length > 1
        ? { unit, label: 'mixing units', at: updates => interpolate(units.updates, units.units, Math.min(updates, units.updates[units.updates.length - 1])) } : null;
    }
    default:
      return { unit: 'updates', label: 'updates', at: updates => updates };
  }
}

/**
 * Seconds of training after updates, from speeds that were logged: batch / speed for each update since the line before.
 * @param {Curve} speed images a second
 * @param {number} batch
 */
export function secondsOf(speed, batch) {
  const updates = [0], seconds = [0];
  let before = 0, sum = 0;
  for (let i = 0; i < speed.x.length; i++) {
    if (!(speed.y[i] > 0)) continue;
    sum += (speed.x[i] - before) * batch / speed.y[i];
    before = speed.x[i];
    updates.push(before);
    seconds.push(sum);
  }
  return { updates, seconds };
}

/**
 * Where a rising function has a value, between 0 and a most.
 * @param {(x: number) => number} at
 * @param {number} value
 * @param {number} most
 */
export function inverse(at, value, most) {
  let low = 0, high = most;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (at(middle) < value) low = middle; else high = middle;
  }
  return (low + high) / 2;
}

/**
 * What a picture asks the server for: the updates at its ends, and how they are spread over its width, so that each pixel of this very scale
 * keeps its least and greatest value.
 * @param {XAxis} axis
 * @param {number} most updates at the right end of the whole
 * @param {[number, number] | null} range what is looked at, on the axis; null for the whole
 * @param {boolean} isLog
 * @returns {{from: number, to: number, log?: boolean, knots?: number[]}}
 */
export function viewOf(axis, most, range, isLog) {
  const isLinear = axis.unit === 'updates' || axis.unit === 'epochs' || axis.unit === 'samples';
  const from = range ? inverse(axis.at, range[0], most) : 0;
  const to = Math.max(range ? inverse(axis.at, range[1], most) : most, from + 1e-3);
  if (isLinear) return isLog ? { from, to, log: true } : { from, to };
  const places = 48, low = range ? range[0] : axis.at(isLog ? Math.min(1, most / 2) : 0), high = range ? range[1] : axis.at(most);
  if (!(high > low) || (isLog && !(low > 0))) return { from, to };
  const knots = Array.from({ length: places + 1 }, (_, i) => Number(inverse(axis.at, isLog ? low * (high / low) ** (i / places) : low + (high - low) * i / places, most).toFixed(2)));
  return { from, to, knots };
}

/**
 * Curves of which each goes on where the one before it ends: those of a fork's ancestors.
 * @param {{curve: Curve, until: number}[]} parts
 * @returns {Curve}
 */
export function joinCurves(parts) {
  const x = /** @type {number[]} */ ([]), y = /** @type {number[]} */ ([]);
  for (const { curve, until } of parts)
    for (let i = 0; i < curve.x.length; i++) {
      if (curve.x[i] > until || (x.length > 0 && curve.x[i] <= x[x.length - 1])) continue;
      x.push(curve.x[i]);
      y.push(curve.y[i]);
    }
  return { x, y, reduced: parts.some(part => part.curve.reduced) };
}
