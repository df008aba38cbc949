import { Refusal } from '@signalbox/sdk'
import type { DocumentField, FieldPlace } from '../signing/signing-plan.ts'
import type { OpenDocument, OpenPage } from './open-document.ts'
import { type ShownRect, shownRect, shownSize } from './page-view.ts'

export interface Placed {
  /** Counted from 0. */
  readonly page: number
  readonly rect: ShownRect
}

/** A seal of 4 cm, as 公章 of companies are at most. */
const SEAL = (4 / 2.54) * 72
/** With more slices each would be too thin to match: pages are taken in groups then. */
const MOST_SLICES = 10

/** @throws FIELD_OUTSIDE, ANCHOR_MISSING */
export function placeOf(document: OpenDocument, { name, at }: DocumentField): Placed {
  if (at === undefined) throw new Refusal('FIELD_OUTSIDE', `The field "${name}" needs a place.`)
  const placed = 'anchor' in at ? anchored(document, name, at) : asTold(at)
  const page = document.pages[placed.page]
  if (page === undefined) {
    throw new Refusal(
      'FIELD_OUTSIDE',
      `The field "${name}" is on page ${placed.page + 1}, which is not there.`,
    )
  }
  const { x, y, width, height } = placed.rect
  const shown = shownSize(page.view)
  const isInside =
    x >= -1 && y >= -1 && x + width <= shown.width + 1 && y + height <= shown.height + 1
  if (!isInside || !(width > 0 && height > 0)) {
    const size = `${Math.round(shown.width)} × ${Math.round(shown.height)} points`
    throw new Refusal('FIELD_OUTSIDE', `The field "${name}" is not within its page of ${size}.`)
  }
  return placed
}

function asTold({ page, x, y, width, height }: Extract<FieldPlace, { page: number }>): Placed {
  return { page: page - 1, rect: { x, y, width, height } }
}

function anchored(
  document: OpenDocument,
  name: string,
  at: Extract<FieldPlace, { anchor: string }>,
): Placed {
  const { anchor, occurrence = 1, dx = 0, dy = 0, width, height } = at
  const matches = anchor === '' ? [] : document.pdf.findText(anchor)
  const match = matches[occurrence - 1]
  const page = match === undefined ? undefined : document.pages[match.pageIndex]
  if (match === undefined || page === undefined) {
    const said = `The text "${anchor}" of the field "${name}" stands ${matches.length} times in the document`
    throw new Refusal(
      'ANCHOR_MISSING',
      `${said}: correct it, or place the field by page and position.`,
    )
  }
  const { bbox } = match
  const box = [bbox.x, bbox.y, bbox.x + bbox.width, bbox.y + bbox.height] as const
  const shown = shownRect(page.view, box)
  const rect = { x: shown.x + dx, y: shown.y + shown.height - height + dy, width, height }
  return { page: match.pageIndex, rect }
}

export interface Slice extends Placed {
  /** Which part of the seal, counted from 0, of how many. */
  readonly index: number
  readonly of: number
}

/**
 * 骑缝章: the seal cut into upright slices, one at the right edge of each page, so that the pages laid side by side show
 * it whole. Half-way down, or where the field's place says.
 * @throws STRADDLE_NEEDS_PAGES
 */
export function slicesOf(pages: readonly OpenPage[], { name, at }: DocumentField): Slice[] {
  if (pages.length < 2) {
    throw new Refusal(
      'STRADDLE_NEEDS_PAGES',
      `The seal "${name}" straddles pages, and there is but one.`,
    )
  }
  const groups = Math.ceil(pages.length / MOST_SLICES)
  return pages.map(({ view }, page) => {
    const group = Math.floor((page * groups) / pages.length)
    const first = Math.ceil((group * pages.length) / groups)
    const of = Math.ceil(((group + 1) * pages.length) / groups) - first
    const [width, height] = [(at?.width ?? SEAL) / of, at?.height ?? SEAL]
    const shown = shownSize(view)
    const wanted = at !== undefined && 'y' in at ? at.y : (shown.height - height) / 2
    const y = Math.max(0, Math.min(wanted, shown.height - height))
    return { page, rect: { x: shown.width - width, y, width, height }, index: page - first, of }
  })
}
