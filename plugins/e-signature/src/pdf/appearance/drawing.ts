import { deflate } from 'pako'
import type { Increment } from '../../signing/increment.ts'
import type { PlanFont, PlanImage } from '../../signing/signing-plan.ts'
import { latin1 } from '../bytes.ts'
import { type PageView, TURNED } from '../page-view.ts'
import { dictionarySyntax, numberSyntax } from '../syntax.ts'

/** What is drawn in a box whose origin is its lower left, in points, and what it is drawn with. */
export interface Drawing {
  readonly width: number
  readonly height: number
  readonly operators: string
  readonly font?: PlanFont
  readonly images?: Readonly<Record<string, PlanImage>>
}

/** A form of its own (ISO 32000-2, 8.10), turned so that it is upright where the page is turned. @returns its number */
export function addForm(
  increment: Increment,
  drawing: Drawing,
  rotation: PageView['rotation'],
): number {
  const { width, height, operators, font, images = {} } = drawing
  const pictures = Object.entries(images).map(([name, { object }]) => [name, `${object} 0 R`])
  const resources: Record<string, string> = {
    ...(font === undefined ? {} : { Font: `<</F ${font.object} 0 R>>` }),
    ...(pictures.length === 0 ? {} : { XObject: dictionarySyntax(Object.fromEntries(pictures)) }),
  }
  const turned = rotation === 0 ? {} : { Matrix: `[${TURNED[rotation].join(' ')} 0 0]` }
  const data = latin1(operators)
  // Below that compression does not pay, and what is shown can be read with the eye.
  const isLong = data.length > 512
  return increment.addStream(
    {
      Type: '/XObject',
      Subtype: '/Form',
      BBox: `[0 0 ${numberSyntax(width)} ${numberSyntax(height)}]`,
      ...turned,
      Resources: dictionarySyntax(resources),
      ...(isLong ? { Filter: '/FlateDecode' } : {}),
    },
    isLong ? deflate(data) : data,
  )
}

/** Operators that draw an image as large as it fits into the box, in its middle. */
export function imageOperators(
  name: string,
  image: { readonly width: number; readonly height: number },
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): string {
  const scale = Math.min(box.width / image.width, box.height / image.height)
  const [width, height] = [image.width * scale, image.height * scale]
  const [x, y] = [box.x + (box.width - width) / 2, box.y + (box.height - height) / 2]
  const matrix = [width, 0, 0, height, x, y].map(numberSyntax).join(' ')
  return `q ${matrix} cm /${name} Do Q\n`
}
