import { dispatchSeason } from '../../src/arrivals/dispatch-season.ts'
import type { Passage } from '../../src/arrivals/passage.ts'

const HOUR_MS = 3_600_000
const carriers = { sf: -0.35, zto: 0, yunda: 0.25 } as const
/** Hours that a lane takes as a rule, and how often it is used. */
const lanes = {
  'SUZHOU>WUHAN': [30, 40],
  'SUZHOU>GUANGZHOU': [48, 30],
  'SUZHOU>SHANGHAI': [14, 20],
  'GUANGZHOU>CHENGDU': [60, 7],
  'WUHAN>URUMQI': [110, 3],
} as const
/** Trucks that leave on a Friday or at the weekend wait, and at the Spring Festival everybody does. */
const seasons: Readonly<Record<string, number>> = {
  friday: 0.25,
  saturday: 0.35,
  sunday: 0.2,
  'spring-festival': 0.7,
}

/** A company's passages in order, each with luck of its own and now and then a mishap. */
export function simulatedPassages(seed: number, count: number): readonly Passage[] {
  const random = generator(seed)
  const start = Date.parse('2024-01-01T00:00:00Z')
  const names = Object.entries(lanes).flatMap(([lane, [, often]]) =>
    Array.from({ length: often }, () => lane),
  )
  return Array.from({ length: count }, (_, index) => {
    const lane = names[Math.floor(random() * names.length)] as keyof typeof lanes
    const carrier = Object.keys(carriers)[Math.floor(random() * 3)] as keyof typeof carriers
    const atMs = start + Math.floor(((index + random()) * 700 * 24 * HOUR_MS) / count)
    const season = dispatchSeason(atMs, 8 * HOUR_MS)
    const luck = normal(random) * 0.18 + (random() < 0.06 ? 0.8 * random() : 0)
    const hours = lanes[lane][0] * Math.exp(carriers[carrier] + (seasons[season] ?? 0) + luck)
    return { carrier, lane, milestone: 'dispatched', season, atMs, hours }
  })
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Mulberry32, Tommy Ettinger. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
