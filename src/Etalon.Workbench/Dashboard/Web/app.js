// @ts-check
// The frame of all pages: navigation, theme, the connection; then the page that the address names.
import { listen } from './api.js';
import { el, fill, problem } from './dom.js';
import { redrawAll } from './figure.js';

const pages = [
  { path: '', title: 'Runs', module: './runs.js' },
  { path: 'compare', title: 'Compare', module: './compare.js' },
  { path: 'sweep', title: 'Sweeps', module: './sweep.js' },
  { path: 'claims', title: 'Claims', module: './claims.js' },
  { path: 'workshop', title: 'Workshop', module: './workshop.js' },
  { path: 'log', title: 'Open a log', module: './log.js' },
];

const path = location.pathname.split('/').pop() ?? '';
const here = path === 'run' ? { path, title: 'Run', module: './run.js' } : pages.find(page => page.path === path) ?? pages[0];
const main = /** @type {HTMLElement} */ (document.getElementById('main'));

fill(/** @type {HTMLElement} */ (document.getElementById('nav')), pages.map(page =>
  el('a', { href: page.path || './', 'aria-current': page.path === here.path || (page.path === '' && path === 'run') ? 'page' : null }, page.title)));

const dark = matchMedia('(prefers-color-scheme: dark)');
const theme = /** @type {HTMLElement} */ (document.getElementById('theme'));
const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? 'dark' : 'light')) === 'dark';
const showTheme = () => {
  theme.textContent = isDark() ? 'Light' : 'Dark';
  theme.setAttribute('aria-label', isDark() ? 'Use light colors' : 'Use dark colors');
  redrawAll();
};
const kept = localStorage.getItem('etalon-theme');
if (kept === 'dark' || kept === 'light') document.documentElement.dataset.theme = kept;
theme.addEventListener('click', () => {
  document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
  localStorage.setItem('etalon-theme', document.documentElement.dataset.theme);
  showTheme();
});
dark.addEventListener('change', showTheme);
showTheme();

/** @type {((changed: string[]) => void) | undefined} */
let update;
const connection = /** @type {HTMLElement} */ (document.getElementById('connection'));

listen(changed => update?.(changed), isConnected => {
  connection.textContent = isConnected ? 'live' : 'disconnected; trying again';
  connection.classList.toggle('lost', !isConnected);
});

try {
  const page = await import(here.module);
  document.title = `${here.title} · Etalon`;
  update = await page.show(main) ?? undefined;
} catch (error) {
  fill(main, el('h1', null, here.title), problem(error), el('p', null, el('a', { href: './' }, 'All runs')));
}
