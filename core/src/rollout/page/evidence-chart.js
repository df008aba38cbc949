const SVG = 'http://www.w3.org/2000/svg'
const WIDTH = 600
const HEIGHT = 120

/**
 * Where a line runs, 0..1 each way, oldest first. On the scale of logarithms each piece of evidence adds alike: 0 is
 * none, 1 the abort line. What speaks for the version is drawn as none.
 *
 * @param {readonly { at: string, e: number }[]} points
 * @param {number} threshold
 * @returns {{ x: number, y: number }[]}
 */
export function lineOf(points, threshold) {
  const times = points.map(({ at }) => Date.parse(at))
  const first = times[0] ?? 0
  const span = Math.max(1, (times.at(-1) ?? 0) - first)
  return points.map(({ e }, index) => ({
    x: (times[index] - first) / span,
    y: Math.min(1, Math.max(0, Math.log(e) / Math.log(threshold))),
  }))
}

/**
 * Draws it as steps: evidence stays what it was until the next call speaks.
 *
 * @param {SVGSVGElement} chart
 * @param {readonly { at: string, e: number }[]} points
 * @param {number} threshold
 */
export function drawEvidence(chart, points, threshold) {
  chart.setAttribute('viewBox', `-2 -4 ${WIDTH + 4} ${HEIGHT + 8}`)
  const path = lineOf(points, threshold)
    .map(({ x, y }, index) => {
      const [left, top] = [(x * WIDTH).toFixed(1), ((1 - y) * HEIGHT).toFixed(1)]
      return index === 0 ? `M${left} ${top}` : `H${left}V${top}`
    })
    .join('')
  const title = chart.querySelector('title')
  chart.replaceChildren(
    title,
    drawn('line', { class: 'limit', x1: 0, x2: WIDTH, y1: 0, y2: 0 }),
    drawn('line', { class: 'floor', x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }),
    drawn('path', { class: 'line', d: path }),
  )
}

function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  return made
}
