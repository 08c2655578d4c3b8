// What the pages compute, by node's own test runner. The sources are named by the environment, for these tests run from a copy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

const web = process.env.ETALON_WEB ?? new URL('../../src/Etalon.Workbench/Dashboard/Web', import.meta.url).pathname;
const compute = await import(pathToFileURL(`${web}/compute.js`).href);

test('curves are read as the server writes them, padded to eight bytes', () => {
  const buffer = new ArrayBuffer(8 + 8 + 4 + 4 + 8 + 16 + 8), view = new DataView(buffer);
  view.setUint32(0, 1, true);
  view.setUint32(4, 1, true);
  view.setFloat64(8, 7, true);
  view.setFloat32(16, 0.5, true);
  view.setUint32(24, 2, true);
  view.setFloat64(32, 1, true);
  view.setFloat64(40, 2, true);
  view.setFloat32(48, 3, true);
  view.setFloat32(52, NaN, true);
  const [one, two] = compute.decodeCurves(buffer);
  assert.deepEqual([[...one.x], [...one.y], one.reduced], [[7], [0.5], true]);
  assert.deepEqual([[...two.x], [...two.y], two.reduced], [[1, 2], [3, NaN], false]);
});

test('smoothing keeps a constant, forgets nothing at weight 0, and leaves gaps', () => {
  assert.deepEqual(compute.smooth([5, 5, 5], 0.9).map(value => Number(value.toFixed(12))), [5, 5, 5]);
  assert.deepEqual(compute.smooth([1, 4, 2], 0), [1, 4, 2]);
  const [first, gap, last] = compute.smooth([1, NaN, 3], 0.5);
  assert.equal(first, 1);
  assert.ok(Number.isNaN(gap));
  assert.equal(last, (0.5 * 3 + 0.25 * 1) / 0.75);
});

test("the quantiles of Student's t are those of the tables, and go over into the expansion", () => {
  // R: qt(0.975, c(1, 2, 10, 30, 31, 60, 1000))
  for (const [freedom, expected] of [[1, 12.7062], [2, 4.30265], [10, 2.22814], [30, 2.04227], [31, 2.03951], [60, 2.0003], [1000, 1.96234]])
    assert.ok(Math.abs(compute.tQuantile(freedom) - expected) < 6e-4, `${freedom}`);
});

test('a mean over seeds has its interval, and only places that all runs have', () => {
  const curve = (...y) => ({ x: y.map((_, i) => i), y, reduced: false });
  const band = compute.meanBand([curve(1, 2, 3), curve(2, 3), curve(3, 7)]);
  assert.deepEqual([band.x, band.y, band.n], [[0, 1], [2, 4], [3, 3]]);
  assert.ok(Math.abs(band.high[0] - (2 + 4.303 / Math.sqrt(3))) < 1e-12);
  assert.ok(Number.isNaN(compute.meanBand([curve(1)]).low[0]));
});

test('ticks are round and inside', () => {
  assert.deepEqual(compute.ticks(0, 1, false, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(compute.ticks(0.9, 110, true, 6), [1, 10, 100]);
  assert.deepEqual(compute.ticks(3, 40, true, 6), [5, 10, 20]);
  assert.deepEqual(compute.ticks(1, 1, false), []);
  assert.deepEqual(compute.ticks(-1, 1, true), []);
});

test('places between knots are interpolated, and go on beyond the last', () => {
  assert.equal(compute.interpolate([0, 10, 30], [0, 1, 2], 20), 1.5);
  assert.equal(compute.interpolate([0, 10, 30], [0, 1, 2], 50), 3);
});

test('an axis is known where the run knows it', () => {
  assert.equal(compute.xAxis('epochs', { updates_of_epoch: 50 }).at(100), 2);
  assert.equal(compute.xAxis('samples', { batch: 64 }).at(10), 640);
  assert.equal(compute.xAxis('units', {}), null);
  assert.equal(compute.xAxis('units', { units: { updates: [0, 10], units: [0, 4] } }).at(5), 2);
  assert.equal(compute.xAxis('updates', {}).at(7), 7);
});

test('seconds of training follow from logged speeds', () => {
  const { updates, seconds } = compute.secondsOf({ x: [10, 20], y: [100, 50], reduced: false }, 20);
  assert.deepEqual([updates, seconds], [[0, 10, 20], [0, 2, 6]]);
});

test('a filter takes words, equalities and comparisons', () => {
  const keys = ['seed', 'data.batch', 'weight_decay'], run = { id: 'digits-2', state: 'done', values: ['2', '64', '0.0005'] };
  for (const filter of ['', 'digits', 'DIGITS seed=2', 'batch=64', 'weight_decay>1e-4', 'weight_decay=5e-4', 'state=done', 'seed<3 64'])
    assert.ok(compute.passes(run, keys, filter), filter);
  for (const filter of ['cifar', 'seed=1', 'weight_decay>1', 'nothing=1', 'digits diverged']) assert.ok(!compute.passes(run, keys, filter), filter);
});

test('runs that differ in their seed alone are one setting', () => {
  const groups = compute.bySetting([{ values: ['1', '64'] }, { values: ['2', '64'] }, { values: ['1', '32'] }], ['seed', 'data.batch']);
  assert.deepEqual(groups.map(group => [group.label, group.runs.length]), [['data.batch=64', 2], ['data.batch=32', 1]]);
});

test('a setting is named by what tells it from the others, and not by all of it', () => {
  const keys = ['seed', 'a', 'b', 'c', 'd', 'e', 'same'], run = digit => ({ values: ['1', ...'abcde'].map((_, i) => i === 0 ? '1' : `${digit}${i}`).concat('0') });
  assert.deepEqual(compute.bySetting([run(1), run(2)], keys).map(group => group.label), ['a=11 b=12 c=13 d=14 and 1 more', 'a=21 b=22 c=23 d=24 and 1 more']);
  assert.equal(compute.bySetting([run(1)], keys)[0].label, 'the same recipe');
});

test('a picture asks for the updates at its ends, and for how another unit spreads them', () => {
  const updates = compute.xAxis('updates', {}), epochs = compute.xAxis('epochs', { updates_of_epoch: 50 });
  assert.deepEqual(compute.viewOf(updates, 1000, null, false), { from: 0, to: 1000 });
  assert.deepEqual(compute.viewOf(updates, 1000, null, true), { from: 0, to: 1000, log: true });
  const zoomed = compute.viewOf(epochs, 1000, [4, 10], false);
  assert.ok(Math.abs(zoomed.from - 200) < 1e-6 && Math.abs(zoomed.to - 500) < 1e-6);
  // Nine tenths of the units in the first tenth of the updates: the knots crowd there.
  const units = compute.xAxis('units', { units: { updates: [0, 100, 1000], units: [0, 9, 10] } });
  const { knots } = compute.viewOf(units, 1000, null, false);
  assert.equal(knots.length, 49);
  assert.equal(knots.filter(at => at <= 100).length, 44);
  assert.deepEqual([...knots].sort((a, b) => a - b), knots);
  assert.ok(compute.viewOf(units, 1000, null, true).knots[0] > 0);
});

test("a fork's curve goes on from its ancestors', each up to where it was left", () => {
  const curve = (...x) => ({ x, y: x.map(at => at / 10), reduced: false });
  assert.deepEqual(compute.joinCurves([{ curve: curve(1, 2, 3, 4), until: 2 }, { curve: curve(2, 3, 5, 6), until: 5 }]).x, [1, 2, 3, 5]);
});

test('numbers and times are short', () => {
  assert.deepEqual([0, 1234567, 0.000012345, 0.5, NaN, null, 12345.678, Infinity].map(value => compute.text(value)), ['0', '1,234,567', '1.23e-5', '0.5', '–', '–', '12,350', '∞']);
  assert.deepEqual([12, 600, 7800, -1].map(compute.duration), ['12 s', '10 min', '2 h 10 min', '–']);
});

test('a table as CSV quotes what would break it', () => {
  assert.equal(compute.csv([['a,b', 'c"d'], [1, NaN], [null, 'x\ny']]), '"a,b","c""d"\n1,\n,"x\ny"\n');
});

test("a curve's course is told in a clause", () => {
  assert.equal(compute.course([2, NaN, 1, 1.5]), 'falls from 2 to 1.5, least 1');
  assert.equal(compute.course([1, 1]), 'stays at 1');
  assert.equal(compute.course([]), 'has no values yet');
});
