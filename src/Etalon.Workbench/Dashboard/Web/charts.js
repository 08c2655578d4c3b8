// @ts-check
// Charts that the server defines: the same that reports and the command line draw.
import { el, fill } from './dom.js';
import { Figure } from './figure.js';

/**
 * @typedef {{name: string, color: number, is_thin: boolean, on_right: boolean, x: (number | null)[], y: (number | null)[], low?: (number | null)[], high?: (number | null)[], crosses?: number[]}} ServedLine
 * @typedef {{label: string, right_label?: string, height: number, is_log: boolean, lines: ServedLine[]}} ServedPanel
 * @typedef {{title: string, x_label: string, sentence: string, legend: string[], marks: number[][], is_x_log: boolean, panels: ServedPanel[]}} ServedChart
 */

/**
 * Draws each field of a chart as a figure; figures of the same host are used again, so that their scales stay.
 * @param {HTMLElement & {figures?: Figure[]}} host
 * @param {ServedChart} chart
 * @param {{sync?: string, x?: {label: string, at: (updates: number) => number}, verticals?: {x: number, label: string}[], sentences?: string[], titles?: string[], points?: boolean, key?: string, options?: Partial<import('./figure.js').Options>}} [options]
 */
export function drawChart(host, chart, options = {}) {
  const at = options.x?.at ?? (x => x);
  const figures = host.figures ?? [];
  chart.panels.forEach((panel, i) => {
    const title = options.titles?.[i] ?? (panel.label.charAt(0).toUpperCase() + panel.label.slice(1));
    const figure = figures[i] ?? new Figure({ title, key: options.key === undefined ? undefined : `${options.key}${i + 1}`, sync: options.sync, height: Math.max(220, Math.min(panel.height, 300)), ...options.options });
    figures[i] = figure;
    figure.show({
      lines: panel.lines.map(line => ({
        label: line.name || chart.legend[line.color] || (line.on_right ? panel.right_label : panel.label) || '', color: colorOf(line, panel), thin: line.is_thin, dash: line.on_right, right: line.on_right,
        quiet: line.is_thin && !line.name, x: line.x.map(x => at(x ?? NaN)), y: line.y, low: line.low, high: line.high, points: options.points && line.x.length < 30,
      })),
      // A title that says it needs no label beside it.
      xLabel: options.x?.label ?? chart.x_label, yLabel: title.toLowerCase() === panel.label.toLowerCase() ? undefined : panel.label, rightLabel: panel.right_label,
      xLog: chart.is_x_log, yLog: panel.is_log,
      sentence: options.sentences?.[i] ?? (i === 0 ? chart.sentence : ''),
      marks: chart.marks.map(([from, to]) => ({ from: at(from), to: at(to) })),
      verticals: options.verticals,
    });
  });
  host.figures = figures.slice(0, chart.panels.length);
  // What stands there already stays: a chart that is taken out and put back is laid out anew.
  const roots = host.figures.map(figure => figure.root);
  if (host.children.length !== roots.length || roots.some((root, i) => host.children[i] !== root)) fill(host, roots);
}

// A line of the axis at the right may lie on one of the left; alone of its color it gets one of its own.
/** @param {ServedLine} line @param {ServedPanel} panel */
function colorOf(line, panel) {
  return line.on_right && panel.lines.every(other => other.color === line.color) ? line.color + 1 : line.color;
}

/** A chart that is being read. @param {string} what */
export function waiting(what) {
  return el('p.loading', null, `Reading ${what}.`);
}
