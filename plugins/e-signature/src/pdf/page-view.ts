/** A page as it is shown: the part inside of the CropBox, turned by its rotation (ISO 32000-2, 14.11.2). */
export interface PageView {
  readonly left: number
  readonly bottom: number
  readonly right: number
  readonly top: number
  readonly rotation: 0 | 90 | 180 | 270
  /** Points of a unit of the page. */
  readonly unit: number
}

/** From the left and from the top of what is shown, in points. */
export interface ShownRect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export type Matrix = readonly [number, number, number, number, number, number]
export type Rect = readonly [left: number, bottom: number, right: number, top: number]

/** Width and height as it is shown, in points. */
export function shownSize(view: PageView): { readonly width: number; readonly height: number } {
  const across = (view.right - view.left) * view.unit
  const up = (view.top - view.bottom) * view.unit
  return view.rotation % 180 === 0 ? { width: across, height: up } : { width: up, height: across }
}

/** A point of what is shown, in the units of the page. */
function pointOf(view: PageView, x: number, y: number): readonly [number, number] {
  const [dx, dy] = [x / view.unit, y / view.unit]
  if (view.rotation === 90) return [view.left + dy, view.bottom + dx]
  if (view.rotation === 180) return [view.right - dx, view.bottom + dy]
  if (view.rotation === 270) return [view.right - dy, view.top - dx]
  return [view.left + dx, view.top - dy]
}

export function rectOf(view: PageView, { x, y, width, height }: ShownRect): Rect {
  const [ax, ay] = pointOf(view, x, y)
  const [bx, by] = pointOf(view, x + width, y + height)
  return [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)]
}

/** The other way round: what is shown where a rectangle of the page is. */
export function shownRect(view: PageView, [left, bottom, right, top]: Rect): ShownRect {
  const [width, height] = [(right - left) * view.unit, (top - bottom) * view.unit]
  const [toLeft, toTop] = [left - view.left, view.top - top].map((d) => d * view.unit) as [
    number,
    number,
  ]
  const [toRight, toBottom] = [view.right - right, bottom - view.bottom].map(
    (d) => d * view.unit,
  ) as [number, number]
  if (view.rotation === 90) return { x: toBottom, y: toLeft, width: height, height: width }
  if (view.rotation === 180) return { x: toRight, y: toBottom, width, height }
  if (view.rotation === 270) return { x: toTop, y: toRight, width: height, height: width }
  return { x: toLeft, y: toTop, width, height }
}

/** From a drawing in points, whose origin is the lower left of the rectangle as it is shown, to the page. */
export function placing(view: PageView, { x, y, height }: ShownRect): Matrix {
  const [atX, atY] = pointOf(view, x, y + height)
  const [a, b, c, d] = TURNED[view.rotation].map((factor) => factor / view.unit) as number[]
  return [a, b, c, d, atX, atY] as Matrix
}

/** Against the rotation of the page, so that what is drawn stands upright. */
export const TURNED = {
  0: [1, 0, 0, 1],
  90: [0, 1, -1, 0],
  180: [-1, 0, 0, -1],
  270: [0, -1, 1, 0],
} as const
