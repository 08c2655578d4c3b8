// @ts-check
// A menu of what could stand at the cursor of a recipe, as the recipe's own reader tells it. By keyboard alone: arrows, Enter or Tab, Escape.
import { post } from './api.js';
import { el, fill } from './dom.js';

/**
 * @typedef {{word: string, written: string, back: number, detail?: string}} Item
 * @typedef {{begin: number, end: number, kind: string, items: Item[]}} Completion
 */

const most = 12;

/**
 * Those items that begin with what is typed, then those that have it inside.
 * @param {Item[]} items
 * @param {string} typed
 * @returns {Item[]}
 */
export function fitting(items, typed) {
  const sought = typed.toLowerCase(), begins = items.filter(item => item.word.startsWith(sought));
  const inside = sought.length < 2 ? [] : items.filter(item => !item.word.startsWith(sought) && item.word.includes(sought));
  return [...begins, ...inside];
}

/** @param {HTMLTextAreaElement} editor @param {() => void} changed called after a word was taken */
export function completing(editor, changed) {
  const list = el('ul.completion', { id: 'completion', role: 'listbox', 'aria-label': 'What could stand here', hidden: true });
  const told = el('span.hidden', { role: 'status' });
  editor.after(list, told);
  editor.setAttribute('aria-autocomplete', 'list');
  editor.setAttribute('aria-controls', 'completion');
  /** @type {Item[]} */
  let shown = [];
  let chosen = 0, begin = 0, end = 0, asked = 0;

  function close() {
    asked++;
    shown = [];
    list.hidden = true;
    editor.removeAttribute('aria-activedescendant');
  }

  /** @param {boolean} isWanted whether it was asked for by key, and so shows without a letter typed */
  async function ask(isWanted) {
    const mine = ++asked, place = editor.selectionStart, text = editor.value;
    const typed = /[A-Za-z0-9_.+-]*$/.exec(text.slice(0, place))?.[0] ?? '';
    if (editor.selectionEnd !== place || (!isWanted && !/^[A-Za-z]/.test(typed))) return close();
    /** @type {Completion | null | undefined} */
    let found;
    try {
      found = (await post('api/complete', { text, place })).completion;
    } catch {
      return close();
    }
    // What was typed meanwhile asks for itself.
    if (mine !== asked || editor.selectionStart !== place || editor.value !== text) return;
    const items = found ? fitting(found.items, text.slice(found.begin, place)) : [];
    if (!found || items.length === 0 || (items.length === 1 && items[0].word === text.slice(found.begin, found.end))) {
      close();
      if (isWanted) told.textContent = 'Nothing can be listed here.';
      return;
    }
    [shown, chosen, begin, end] = [items, 0, found.begin, found.end];
    draw();
    told.textContent = `${items.length} ${items.length === 1 ? 'word fits' : 'words fit'}`;
  }

  function draw() {
    const first = Math.min(Math.max(0, chosen - most + 1), Math.max(0, shown.length - most));
    fill(list, shown.slice(first, first + most).map((item, i) => el('li', { id: `completion-${first + i}`, role: 'option', 'aria-selected': String(first + i === chosen), onmousedown: (/** @type {Event} */ event) => { event.preventDefault(); chosen = first + i; take(); } },
      el('strong', null, item.word), item.detail ? el('span', null, item.detail) : null)));
    list.hidden = false;
    editor.setAttribute('aria-activedescendant', `completion-${chosen}`);
    place();
  }

  // Below the word, in a text of one width.
  function place() {
    const style = getComputedStyle(editor), line = parseFloat(style.lineHeight), before = editor.value.slice(0, begin).split('\n');
    const canvas = document.createElement('canvas').getContext('2d');
    if (!canvas) return;
    canvas.font = `${style.fontSize} ${style.fontFamily}`;
    const left = parseFloat(style.paddingLeft) + canvas.measureText('0').width * before[before.length - 1].length - editor.scrollLeft;
    list.style.left = `${Math.max(0, Math.min(left, editor.clientWidth - 180))}px`;
    list.style.top = `${editor.offsetTop + parseFloat(style.paddingTop) + line * before.length - editor.scrollTop + 2}px`;
  }

  function take() {
    const item = shown[chosen];
    if (!item) return;
    editor.setRangeText(item.written, begin, end, 'end');
    editor.selectionStart = editor.selectionEnd = begin + item.written.length - item.back;
    close();
    changed();
    // A piece's own keys come next, and a key's own values.
    if (item.back > 0 || item.written.endsWith(': ')) void ask(item.back > 0);
  }

  editor.addEventListener('input', () => void ask(false));
  editor.addEventListener('blur', close);
  editor.addEventListener('scroll', () => { if (shown.length > 0) place(); });
  editor.addEventListener('click', close);
  editor.addEventListener('keydown', event => {
    if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      void ask(true);
      return;
    }
    if (shown.length === 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    /** @type {Record<string, () => void>} */
    const actions = {
      ArrowDown: () => { chosen = (chosen + 1) % shown.length; draw(); },
      ArrowUp: () => { chosen = (chosen + shown.length - 1) % shown.length; draw(); },
      PageDown: () => { chosen = Math.min(shown.length - 1, chosen + most); draw(); },
      PageUp: () => { chosen = Math.max(0, chosen - most); draw(); },
      Enter: take,
      Tab: take,
      Escape: close,
    };
    if (event.shiftKey || !actions[event.key]) {
      if (['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) close();
      return;
    }
    event.preventDefault();
    actions[event.key]();
  });
}
