// @ts-check
// Elements without a library. Texts become text nodes, so nothing that a run is called is ever markup.

/**
 * @typedef {Node | string | number | null | undefined | false} Single
 * @typedef {Single | Single[] | (Single | Single[])[]} Child
 * @param {string} name an element's name with classes, as in "p.note"
 * @param {Record<string, unknown> | null} [attributes] on... for listeners
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function el(name, attributes, ...children) {
  const [tag, ...classes] = name.split('.');
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on') && typeof value === 'function') element.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    else if (key === 'value' || key === 'checked' || key === 'selected' || key === 'disabled') /** @type {any} */ (element)[key] = value;
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  add(element, children);
  return element;
}

/** @param {Element} element @param {Child[]} children */
export function add(element, children) {
  for (const child of /** @type {Single[]} */ (children.flat(Infinity)))
    if (child !== null && child !== undefined && child !== false) element.append(typeof child === 'number' ? String(child) : child);
}

/** @param {Element} element @param {...Child} children */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
}

const space = 'http://www.w3.org/2000/svg';

/** @param {string} name @param {Record<string, string | number>} attributes @param {...(Element | string)} children @returns {SVGElement} */
export function svg(name, attributes, ...children) {
  const element = document.createElementNS(space, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** The address's parameters, which are all of a view's state. */
export function params() {
  return new URLSearchParams(location.search);
}

/**
 * Changes the address without going anywhere.
 * @param {Record<string, string | string[] | number | boolean | null | undefined>} changes null and false take a parameter away
 */
export function remember(changes) {
  const query = params();
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name);
    if (Array.isArray(value)) for (const one of value) query.append(name, one);
    else if (value !== null && value !== undefined && value !== false && value !== '') query.set(name, value === true ? '1' : String(value));
  }
  const written = query.toString();
  history.replaceState(null, '', written.length > 0 ? `${location.pathname}?${written}` : location.pathname);
}

/** @param {string} page @param {Record<string, string | string[]>} query */
export function address(page, query) {
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) written.append(name, one);
  return `${page}?${written}`;
}

/** @param {string} name @param {Blob | string} content @param {string} [type] */
export function download(name, content, type = 'text/plain') {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const link = el('a', { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(/** @type {HTMLAnchorElement} */ (link).href), 10_000);
}

/**
 * @param {string} label
 * @param {{value: string, text: string, disabled?: boolean}[]} choices
 * @param {string} chosen
 * @param {(value: string) => void} change
 */
export function select(label, choices, chosen, change) {
  const menu = el('select', { onchange: (/** @type {Event} */ event) => change(/** @type {HTMLSelectElement} */ (event.target).value) },
    choices.map(choice => el('option', { value: choice.value, selected: choice.value === chosen, disabled: choice.disabled }, choice.text)));
  return el('label.field', null, el('span', null, label), menu);
}

/** @param {string} label @param {boolean} isOn @param {(isOn: boolean) => void} change */
export function toggle(label, isOn, change) {
  const button = el('button.toggle', { type: 'button', 'aria-pressed': String(isOn) }, label);
  button.addEventListener('click', () => {
    const now = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(now));
    change(now);
  });
  return button;
}

/** A function that runs at most once in a time, and once more after the last call. @param {() => void} run @param {number} time */
export function throttled(run, time) {
  let last = 0, isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      last = performance.now();
      run();
    }, Math.max(0, last + time - performance.now()));
  };
}

/** What is wrong, where it belongs. @param {unknown} error */
export function problem(error) {
  const problems = /** @type {any} */ (error)?.problems ?? [String(/** @type {any} */ (error)?.message ?? error)];
  return el('div.problem', { role: 'alert' }, problems.map((/** @type {string} */ text) => el('p', null, text)));
}
