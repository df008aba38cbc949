import { Refusal } from '@signalbox/sdk'
import type { PlanFont, PlanImage } from '../../signing/signing-plan.ts'
import { numberSyntax } from '../syntax.ts'
import { type Drawing, imageOperators } from './drawing.ts'
import { fitText, textOperators, topOf } from './text-layout.ts'

/** Points between the frame and what is in it. */
const PAD = 3
/** A box this many times as wide as it is high shows image and text side by side. */
const WIDE = 1.5
/** Part of a box that the image takes at most. */
const IMAGE_PART = 0.4
const LARGEST = 10
const LEAST = 4

export interface Stamp {
  readonly lines: readonly string[]
  readonly image?: PlanImage
}

/**
 * What a signature shows: its image, its lines of text, or both. A seal is shown alone and without a frame.
 * @throws STAMP_TOO_LONG
 */
export function drawStamp(
  box: { readonly width: number; readonly height: number },
  { lines, image }: Stamp,
  font: PlanFont,
): Drawing {
  const whole = { x: 0, y: 0, ...box }
  const images = image === undefined ? {} : { images: { I: image } }
  if (lines.length === 0) {
    const operators = image === undefined ? '' : imageOperators('I', image, whole)
    return { ...box, operators, ...images }
  }
  const inner = { x: PAD + 2, y: PAD, width: box.width - 2 * PAD - 2, height: box.height - 2 * PAD }
  const [picture, words] =
    image === undefined ? [undefined, inner] : divided(inner, image.width / image.height)
  const shown = lines.map((line) => line.replaceAll('\t', ' ')).join('\n')
  const laid = fitText(font, shown, { ...words, fontSize: LARGEST, leastSize: LEAST })
  if (laid === null) {
    throw new Refusal(
      'STAMP_TOO_LONG',
      'The text of the stamp does not fit into its field: shorten it.',
    )
  }
  const height = numberSyntax(box.height)
  // A bar at the left, so that it is seen how far the stamp goes without a frame that hides what is below.
  const bar = `q 0.12 0.32 0.60 rg 0 0 1.5 ${height} re f Q\n`
  const drawn =
    picture === undefined || image === undefined ? '' : imageOperators('I', image, picture)
  const at = { x: words.x, top: topOf(laid, words.y, words.height), width: words.width }
  const text = `0.1 0.1 0.15 rg\n${textOperators(font, laid, at, 'left')}`
  return { ...box, operators: bar + drawn + text, font, ...images }
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Image and text: side by side, or one above the other. */
function divided(box: Box, aspect: number): readonly [Box, Box] {
  if (box.width >= box.height * WIDE) {
    const width = Math.min(box.width * IMAGE_PART, box.height * aspect + PAD)
    return [
      { ...box, width: width - PAD },
      { ...box, x: box.x + width, width: box.width - width },
    ]
  }
  const height = box.height * (1 - IMAGE_PART)
  return [
    { ...box, y: box.y + box.height - height, height },
    { ...box, height: box.height - height - PAD },
  ]
}
