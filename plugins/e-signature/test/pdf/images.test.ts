import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { readPng } from '../../src/pdf/images/png.ts'
import { prepareDocument } from '../../src/pdf/prepare-document.ts'
import { signatureIncrement } from '../../src/signing/signature-increment.ts'
import { png, sealPng } from '../support/sample-images.ts'
import { contract } from '../support/sample-pdf.ts'
import { FONT, programsMissing } from '../support/signed-file.ts'

const run = promisify(execFile)
const skip = await programsMissing('pdftoppm')
const folder = await mkdtemp(join(tmpdir(), 'signalbox-images-'))
t.teardown(() => rm(folder, { recursive: true, force: true }))

const SIDE = 8
/** A picture whose left half is `a` and whose right half is `b`, in samples of whole bytes. */
function halves(
  colour: number,
  a: readonly number[],
  b: readonly number[],
  more: Parameters<typeof png>[7] = [],
) {
  const step = a.length
  const pixels = new Uint8Array(SIDE * SIDE * step)
  for (let at = 0; at < SIDE * SIDE; at++) pixels.set(at % SIDE < SIDE / 2 ? a : b, at * step)
  return png(SIDE, SIDE, colour, 8, pixels, SIDE * step, step, more)
}

const palette = ['PLTE', Uint8Array.of(255, 0, 0, 0, 0, 255)] as const
const twoBits = () => {
  const pixels = new Uint8Array(SIDE * 2)
  for (let y = 0; y < SIDE; y++) pixels.set([0b00000000, 0b01010101], 2 * y)
  return png(SIDE, SIDE, 3, 2, pixels, 2, 1, [palette])
}
const [red, blue, white, pink] = [
  [255, 0, 0],
  [0, 0, 255],
  [255, 255, 255],
  [255, 128, 128],
] as const
/** What is seen in the left and in the right half, on white paper. */
const pictures: readonly (readonly [string, Uint8Array, readonly number[], readonly number[]])[] = [
  ['grey', halves(0, [0], [128]), [0, 0, 0], [128, 128, 128]],
  ['colour', halves(2, [...red], [...blue]), red, blue],
  ['palette', halves(3, [0], [1], [palette]), red, blue],
  ['palette of two bits', twoBits(), red, blue],
  [
    'palette with transparency',
    halves(3, [0], [1], [palette, ['tRNS', Uint8Array.of(128, 0)]]),
    pink,
    white,
  ],
  ['grey with transparency', halves(4, [0, 255], [0, 0]), [0, 0, 0], white],
  ['colour with transparency', halves(6, [...red, 128], [...blue, 255]), pink, blue],
  [
    'a colour that is transparent',
    halves(2, [...red], [...blue], [['tRNS', Uint8Array.of(0, 0, 0, 0, 0, 255)]]),
    red,
    white,
  ],
]

/** The page in pixels of a point each. */
async function rendered(images: readonly Uint8Array[]) {
  const at = (index: number) => ({ page: 1, x: 10 + 60 * index, y: 20, width: 40, height: 40 })
  const fields = images.map((_, index) => ({
    name: `f${index}`,
    kind: 'signature' as const,
    signer: `s${index}`,
    seal: `p${index}`,
    at: at(index),
  }))
  const seals = images.map((image, index) => ({ name: `p${index}`, image }))
  const { bytes, plan } = await prepareDocument(contract(), {
    fields,
    values: {},
    seals,
    signers: [],
    font: FONT,
  })
  let [file, now]: [Uint8Array, typeof plan] = [bytes, plan]
  for (const { name } of fields) {
    const { before, gap, after, nextPlan } = signatureIncrement(now, {
      field: name,
      name: 'S',
      at: '2026-11-27T18:00:00Z',
      contentsBytes: 16,
    })
    file = Buffer.concat([file, before, gap, after])
    now = nextPlan
  }
  await writeFile(join(folder, 'page.pdf'), file)
  await run('pdftoppm', ['-r', '72', join(folder, 'page.pdf'), join(folder, 'page')])
  const ppm = await readFile(join(folder, 'page-1.ppm'))
  const head = /^P6\s+(\d+)\s+\d+\s+255\s/.exec(ppm.subarray(0, 40).toString('latin1'))
  if (head === null) throw new Error('pdftoppm wrote no picture')
  return (index: number, x: number) => {
    const pixel = head[0].length + 3 * (40 * Number(head[1]) + 10 + 60 * index + x)
    return [...ppm.subarray(pixel, pixel + 3)]
  }
}

const near = (is: readonly number[], wanted: readonly number[]) =>
  is.every((value, at) => Math.abs(value - (wanted[at] as number)) <= 6)

t.test('pictures of each kind of PNG are seen as they are', { skip }, async (t) => {
  const pixel = await rendered(pictures.map(([, image]) => image))
  for (const [index, [name, , left, right]] of pictures.entries()) {
    t.ok(near(pixel(index, 8), left), `${name}, left: ${pixel(index, 8)}`)
    t.ok(near(pixel(index, 32), right), `${name}, right: ${pixel(index, 32)}`)
  }
})

t.test('a JPEG is seen as it is', { skip }, async (t) => {
  await writeFile(
    join(folder, 'plain.pdf'),
    contract({ pages: [{ text: '', entries: '/MediaBox [0 0 40 40]' }] }),
  )
  await run('pdftoppm', ['-jpeg', '-r', '72', join(folder, 'plain.pdf'), join(folder, 'plain')])
  const pixel = await rendered([
    halves(2, [...red], [...blue]),
    new Uint8Array(await readFile(join(folder, 'plain-1.jpg'))),
  ])
  t.ok(near(pixel(0, 8), red))
  t.ok(near(pixel(1, 20), white))
})

t.test('a picture that is broken, interlaced, too large or a bomb is not read', async (t) => {
  const whole = sealPng(16)
  const changed = (at: number, byte: number) =>
    Uint8Array.from(whole, (old, index) => (index === at ? byte : old))
  t.ok(readPng(whole))
  t.equal(readPng(whole.slice(0, 60)), null)
  t.equal(readPng(changed(16 + 12, 1)), null, 'interlaced')
  t.equal(readPng(changed(16, 0x7f)), null, 'two thousand million pixels wide')
  t.equal(readPng(changed(16 + 7, 15)), null, 'it holds more than its size says')
  t.equal(readPng(changed(16 + 7, 17)), null, 'it holds less than its size says')
  t.equal(readPng(changed(16 + 9, 5)), null, 'a colour type that is none')
})
