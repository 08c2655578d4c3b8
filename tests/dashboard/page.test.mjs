// The pages in a headless Chromium, against a server of their own. ETALON is the command, ETALON_MODULES the folder of node_modules,
// ETALON_FOLDER a folder with runs, ETALON_RECIPE a recipe that trains in seconds.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';

const require = createRequire(`${process.env.ETALON_MODULES}/`);
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const folder = process.env.ETALON_FOLDER, runs = `${folder}/runs`, command = process.env.ETALON.split(' ');
const markup = '<img src=x onerror=window.hacked=1>';

let server, base, browser;

/** Starts the server, and gives the address that it prints. */
async function serve(port = 0, ...more) {
  server = spawn(command[0], [...command.slice(1), 'serve', '--runs', runs, '--reports', `${folder}/reports`, '--port', `${port}`, ...more], { env: { ...process.env, XDG_CACHE_HOME: `${folder}/cache` } });
  return new Promise((resolve, reject) => {
    let said = '';
    server.stdout.on('data', text => {
      said += text;
      const address = /http:\S+/.exec(said);
      if (address) resolve(address[0]);
    });
    server.stderr.on('data', text => { said += text; });
    server.on('exit', code => reject(new Error(`serve ended with ${code}: ${said}`)));
  });
}

function stop() {
  const ended = new Promise(resolve => server.once('exit', resolve));
  server.kill('SIGTERM');
  return ended;
}

function train(...words) {
  const child = spawn(command[0], [...command.slice(1), 'train', process.env.ETALON_RECIPE, '--runs', runs, '--threads', '1', ...words], { stdio: 'ignore' });
  return { child, ended: new Promise(resolve => child.once('exit', resolve)) };
}

/** A page whose errors fail the test. */
async function open(address, { width = 1280, theme = 'light', mayLose = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, acceptDownloads: true });
  const page = await context.newPage();
  // A machine that is busy with other tests is slow; what fails does not become right by waiting.
  page.setDefaultTimeout(60_000);
  page.errors = [];
  page.on('console', message => { if (message.type() === 'error' && !mayLose) page.errors.push(message.text()); });
  page.on('pageerror', error => page.errors.push(error.message));
  await page.goto(base + address);
  await page.locator('h1').waitFor();
  await page.getByText('live', { exact: true }).waitFor();
  return page;
}

/** What can be clicked and is not reached by Tab. */
async function unreached(page) {
  const count = await page.evaluate(() => {
    const all = [...document.querySelectorAll('a[href], button, select, input, textarea, summary, .plot, [tabindex="0"]')]
      .filter(element => element.checkVisibility() && !element.disabled && !element.classList.contains('off'));
    window.toReach = new Set(all);
    document.addEventListener('focusin', event => window.toReach.delete(event.target));
    document.activeElement?.blur();
    return all.length;
  });
  // Elements that come meanwhile take presses of their own; what no key reaches is not reached in three rounds either.
  for (let pressed = 1; pressed <= 3 * count + 30; pressed++) {
    await page.keyboard.press('Tab');
    if (pressed >= count && await page.evaluate(() => window.toReach.size === 0)) break;
  }
  return page.evaluate(() => [...window.toReach].map(element => element.outerHTML.slice(0, 80)));
}

async function close(page) {
  assert.deepEqual(page.errors, []);
  await page.context().close();
}

before(async () => {
  base = await serve();
  browser = await chromium.launch({ executablePath: process.env.ETALON_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
});

after(async () => {
  await browser?.close();
  await stop();
});

/** A fork of the run, as train writes one, with other losses. */
function writeFork() {
  const fork = `${runs}/forked`, resolved = JSON.parse(readFileSync(`${runs}/small/resolved.json`));
  resolved.parent = { run: `${runs}/small`, step: 14, recipe_sha256: resolved.recipe_sha256, arithmetic: resolved.arithmetic, changes: ['learning_rate=0.01'] };
  resolved.recipe_sha256 = 'f'.repeat(64);
  mkdirSync(fork, { recursive: true });
  writeFileSync(`${fork}/resolved.json`, JSON.stringify(resolved));
  writeFileSync(`${fork}/recipe.yaml`, 'name: forked\n');
  writeFileSync(`${fork}/metrics.jsonl`, Array.from({ length: 14 }, (_, i) => `{"step":${14 + i},"epoch":1,"train/loss":${1 - i / 100}}\n`).join(''));
}

const pages = ['', 'run?id=small', 'compare?run=small&run=sweep/a&metric=train/loss', 'sweep', 'claims', 'workshop', 'log'];
for (const address of pages)
  for (const [width, theme] of [[1280, 'light'], [390, 'dark']])
    test(`the page "${address}" at ${width} in ${theme} has no serious fault and fits`, async () => {
      const page = await open(address, { width, theme });
      if (address.startsWith('run')) await page.locator('.verdict, section.card p').first().waitFor();
      await page.waitForTimeout(300);
      // By the browser's debugger: the page's own policy allows no script from here.
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
      assert.deepEqual(violations.filter(found => ['serious', 'critical'].includes(found.impact)).map(found => `${found.id}: ${found.nodes[0].html}`), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than the window');
      if (width === 1280) assert.deepEqual(await unreached(page), []);
      await close(page);
    });

test('a run that starts and finishes is seen, and one that is killed is marked as interrupted', async () => {
  const page = await open('');
  const whole = train('name=watched');
  const row = page.locator('tr[data-run=watched]');
  await row.waitFor({ timeout: 120_000 });
  assert.equal(await whole.ended, 0);
  await row.locator('.state.done').waitFor({ timeout: 60_000 });
  const killed = train('name=killed', 'duration=100000ba', 'log.every=1ba');
  await page.locator('tr[data-run=killed] .state.running').waitFor({ timeout: 120_000 });
  killed.child.kill('SIGKILL');
  await killed.ended;
  await page.locator('tr[data-run=killed] .state.interrupted').waitFor({ timeout: 120_000 });
  await close(page);
});

test('after the server was away the page goes on by itself', async () => {
  const page = await open('', { mayLose: true });
  await stop();
  await page.getByText('disconnected').waitFor({ timeout: 60_000 });
  cpSync(`${runs}/small`, `${runs}/meanwhile`, { recursive: true });
  await serve(new URL(base).port);
  await page.locator('tr[data-run=meanwhile]').waitFor({ timeout: 120_000 });
  await page.getByText('live', { exact: true }).waitFor();
  await close(page);
});

test('a schedule is edited: mistakes at their place, the picture while typing, a milestone dragged', async () => {
  const page = await open('workshop');
  const recipe = page.locator('#recipe'), sentence = page.locator('.sentence').first();
  await page.getByText('Learning rate over updates rises from 0').waitFor();
  await recipe.fill('duration: 10ep\nsteps_per_epoch: 100\nlearning_rat: 0.1\n');
  await page.getByText('did you mean learning_rate?').waitFor();
  assert.equal(await recipe.getAttribute('aria-invalid'), 'true');
  await recipe.fill('duration: 10ep\nsteps_per_epoch: 100\nlearning_rate: {steps: {start: 0.5, at: [5ep], factor: 0.1}}\nweight_decay: 5e-4\n');
  await page.getByText('falls from 0.5 to 0.05').waitFor();
  assert.equal(await page.locator('#errors li').count(), 0);
  await page.getByText('mixing units.').waitFor();
  const field = page.locator('.u-over').first(), box = await field.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(() => /at: \[(7\.9|8)/.test(document.querySelector('#recipe').value));
  assert.ok(await sentence.textContent());
  await page.waitForFunction(() => location.search.includes('recipe='));
  await close(page);
});

test('words that fit are offered where the cursor is, and taken by the keyboard alone', async () => {
  const page = await open('workshop');
  const recipe = page.locator('#recipe'), offered = page.locator('.completion li'), start = 'duration: 10ep\nsteps_per_epoch: 100\nlearning_rate: ';
  await recipe.fill(start);
  await page.keyboard.type('cos');
  await offered.getByText('cosine', { exact: true }).waitFor();
  await page.keyboard.press('Enter');
  // Its own keys come next.
  await offered.getByText('inclusive', { exact: true }).waitFor();
  assert.equal(await recipe.inputValue(), `${start}{cosine: {}}`);
  await page.keyboard.press('ArrowDown');
  await page.locator('.completion li[aria-selected=true]').getByText('to', { exact: true }).waitFor();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Tab');
  assert.equal(await recipe.inputValue(), `${start}{cosine: {from: }}`);
  await page.keyboard.type('0.1, to: 0');
  await page.keyboard.press('Escape');
  await page.getByText('falls from 0.1 to').first().waitFor();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+ ');
  await offered.getByText('momentum', { exact: true }).waitFor();
  assert.equal(await offered.getByText('duration', { exact: true }).count(), 0);
  await page.keyboard.press('Escape');
  await page.locator('.completion').waitFor({ state: 'hidden' });
  await close(page);
});

test("a fork's curve goes on from its parent's, drawn lighter", async () => {
  writeFork();
  const page = await open('');
  await page.locator('tr[data-run=forked]').waitFor();
  await page.goto(`${base}run?id=forked`);
  await page.getByText('train/loss of the parent').waitFor();
  await page.getByText('which this run left after 14 updates').first().waitFor();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'CSV' }).first().click()]);
  const [head, ...rows] = readFileSync(await download.path(), 'utf8').trim().split('\n').map(line => line.split(','));
  const parent = head.indexOf('train/loss of the parent'), own = head.indexOf('train/loss');
  assert.ok(rows.some(row => row[parent] !== '' && row[own] === '' && Number(row[0]) <= 14));
  assert.equal(rows.filter(row => row[parent] !== '' && row[own] !== '').length, 1, 'one point joins the two');
  await close(page);
});

test('a closer view and another scale ask for their own points, and stand in the address', async () => {
  const page = await open('compare?run=sweep/a&metric=train/loss');
  await page.locator('.u-over').waitFor();
  const asked = wanted => page.waitForResponse(response => response.url().includes('api/curves') && wanted(new URL(response.url()).searchParams));
  await Promise.all([asked(query => query.get('log') === '1'), page.getByRole('button', { name: 'log x' }).click()]);
  await page.locator('.plot').focus();
  await page.keyboard.press('End');
  await Promise.all([asked(query => query.get('log') === '1' && Number(query.get('from')) > 1), page.keyboard.press('+')]);
  await page.waitForFunction(() => location.search.includes('zoom='));
  const { url, low } = await page.evaluate(() => ({ url: location.href, low: Number(new URLSearchParams(location.search).get('zoom').split(',')[0]) }));
  assert.ok(low > 1);
  await page.goto(url);
  await page.getByRole('button', { name: 'whole range' }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'log x' }).getAttribute('aria-pressed'), 'true');
  await close(page);
});

test('pictures and data are saved, and are not empty', async () => {
  const page = await open('compare?run=small&metric=train/loss&logy=1');
  await page.locator('.u-over').waitFor();
  const save = async name => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name, exact: true }).click()]);
    return readFileSync(await download.path());
  };
  const svg = (await save('SVG')).toString();
  assert.match(svg, /<svg[^>]*>.*<path[^>]* d="M[\d.]+ [\d.]+L/s);
  assert.doesNotMatch(svg, /NaN|undefined/);
  const png = await save('PNG');
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
  assert.ok(png.length > 5000);
  const rows = (await save('CSV')).toString().trim().split('\n');
  assert.equal(rows[0], 'updates,small');
  assert.ok(rows.length > 5);
  await close(page);
});

test('a chart is read by the keyboard alone', async () => {
  const page = await open('run?id=small');
  await page.locator('.u-over').first().waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the page');
  for (let i = 0; i < 60 && !(await page.evaluate(() => document.activeElement.classList.contains('plot'))); i++) await page.keyboard.press('Tab');
  assert.ok(await page.evaluate(() => document.activeElement.classList.contains('plot')), 'no chart can be reached');
  await page.keyboard.press('End');
  assert.match(await page.locator('.readout').first().textContent(), /updates 28 +train\/loss [\d.e-]+/);
  await page.keyboard.press('+');
  await page.getByRole('button', { name: 'whole range' }).first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'whole range' }).first().waitFor({ state: 'hidden' });
  await close(page);
});

test('what was chosen stands in the address and comes back', async () => {
  const page = await open('compare?run=small');
  await page.locator('.u-over').waitFor();
  await page.getByLabel('Metric').selectOption('train/loss');
  await page.getByLabel('Horizontal axis').selectOption('epochs');
  await page.getByRole('button', { name: 'log y' }).click();
  await page.waitForFunction(() => location.search.includes('logy=1'));
  await page.goto(page.url());
  await page.locator('.u-over').waitFor();
  assert.equal(await page.getByLabel('Metric').inputValue(), 'train/loss');
  assert.equal(await page.getByLabel('Horizontal axis').inputValue(), 'epochs');
  assert.equal(await page.getByRole('button', { name: 'log y' }).getAttribute('aria-pressed'), 'true');
  await close(page);
});

test('markup in names, recipes and headers is shown as text', async () => {
  const run = `${runs}/${markup}`;
  mkdirSync(run, { recursive: true });
  cpSync(`${runs}/small/resolved.json`, `${run}/resolved.json`);
  writeFileSync(`${run}/recipe.yaml`, `# ${markup}\n`);
  writeFileSync(`${run}/metrics.jsonl`, `{"step":0,"train/loss":1,"${markup}":1}\n{"step":1,"train/loss":2,"${markup}":2}\n`);
  const list = await open('');
  await list.getByRole('link', { name: markup }).waitFor({ timeout: 60_000 });
  await close(list);
  const page = await open(`run?id=${encodeURIComponent(markup)}&metric=${encodeURIComponent(markup)}`);
  await page.getByRole('heading', { name: markup }).first().waitFor();
  await page.getByText(`# ${markup}`).waitFor();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  await close(page);
  const log = await open('log');
  const rows = Array.from({ length: 50 }, (_, step) => `${step},0.1,5e-4,0,${10 - step / 100},0.5`).join('\n');
  await log.locator('#file').setInputFiles({ name: `${markup}.csv`, mimeType: 'text/csv', buffer: Buffer.from(`step,lr,weight_decay,momentum,norm/${markup},gradsq/${markup}\n${rows}\n`) });
  await log.locator('.verdict').waitFor();
  assert.equal(await log.evaluate(() => window.hacked), undefined);
  await close(log);
});

// The last, for it leaves another server behind.
test('below a path all pages are there, and stay there', async () => {
  await stop();
  base = await serve(0, '--base', '/etalon');
  assert.match(base, /\/etalon\/$/);
  for (const address of pages) {
    const page = await open(address);
    assert.ok(await page.evaluate(() => [...document.querySelectorAll('a[href]')].every(link => new URL(link.href).pathname.startsWith('/etalon/'))), address);
    await close(page);
  }
});
