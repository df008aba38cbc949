import type { Place } from '../../parts/formats.ts'
import { readPointer } from '../bind.ts'
import { wordsOf } from '../cells.ts'
import type { MapSpec } from '../page-spec.ts'

export interface MapPoint {
  readonly latitude: number
  readonly longitude: number
  readonly label: string
  readonly at: string | undefined
}

export interface Drawing {
  readonly width: number
  readonly height: number
  readonly points: readonly (MapPoint & { readonly x: number; readonly y: number })[]
  readonly parallels: readonly { readonly y: number; readonly text: string }[]
  readonly meridians: readonly { readonly x: number; readonly text: string }[]
}

const WIDTH = 900
const MOST_HEIGHT = 420
const LEAST_HEIGHT = 220
const PADDING = 46
/** A single place is shown with what is around it. */
const LEAST_SPAN = 0.5
/** Beyond it the projection leaves every picture. */
const MOST_LATITUDE = 85

/** Rows that have a place on Earth, in the order of their time where they have one. Pure. */
export function pointsOf(
  { latitude, longitude, label, at }: MapSpec,
  rows: readonly unknown[],
  place: Place,
): readonly MapPoint[] {
  const points = rows.flatMap((row): MapPoint[] => {
    const [lat, lon] = [readPointer(row, latitude), readPointer(row, longitude)]
    if (typeof lat !== 'number' || typeof lon !== 'number') return []
    if (Math.abs(lat) > MOST_LATITUDE || Math.abs(lon) > 180) return []
    const when = at === undefined ? undefined : readPointer(row, at)
    return [
      {
        latitude: lat,
        longitude: lon,
        label: wordsOf(readPointer(row, label) ?? '–', place),
        at: typeof when === 'string' ? when : undefined,
      },
    ]
  })
  return points.sort((one, other) => (one.at ?? '').localeCompare(other.at ?? ''))
}

/** Mercator's projection: angles hold, so that the way from one to the next looks as it goes. @see https://en.wikipedia.org/wiki/Mercator_projection */
function northing(latitude: number): number {
  const radians = (latitude * Math.PI) / 180
  return (Math.log(Math.tan(Math.PI / 4 + radians / 2)) * 180) / Math.PI
}

function latitudeOf(north: number): number {
  return ((2 * Math.atan(Math.exp((north * Math.PI) / 180)) - Math.PI / 2) * 180) / Math.PI
}

/** @param points at least one */
export function drawingOf(points: readonly MapPoint[]): Drawing {
  const easts = spanOf(points.map(({ longitude }) => longitude))
  const norths = spanOf(points.map(({ latitude }) => northing(latitude)))
  const scale = Math.min(
    (WIDTH - 2 * PADDING) / easts.size,
    (MOST_HEIGHT - 2 * PADDING) / norths.size,
  )
  const height = Math.max(LEAST_HEIGHT, norths.size * scale + 2 * PADDING)
  const x = (longitude: number) => WIDTH / 2 + (longitude - easts.middle) * scale
  const y = (latitude: number) => height / 2 - (northing(latitude) - norths.middle) * scale
  const step = stepFor(Math.min(WIDTH, height) / scale)
  const [west, east] = [easts.middle - WIDTH / 2 / scale, easts.middle + WIDTH / 2 / scale]
  const [south, north] = [norths.middle - height / 2 / scale, norths.middle + height / 2 / scale]
  return {
    width: WIDTH,
    height,
    points: points.map((point) => ({ ...point, x: x(point.longitude), y: y(point.latitude) })),
    meridians: ticks(west, east, step).map((one) => ({ x: x(one), text: degrees(one, 'E', 'W') })),
    parallels: ticks(latitudeOf(south), latitudeOf(north), step).map((one) => ({
      y: y(one),
      text: degrees(one, 'N', 'S'),
    })),
  }
}

function spanOf(values: readonly number[]): { middle: number; size: number } {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  return { middle: (least + most) / 2, size: Math.max(most - least, LEAST_SPAN) }
}

const STEPS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 45] as const

/** So that some three lines cross the shorter side. */
function stepFor(span: number): number {
  return STEPS.find((step) => span / step <= 4) ?? 45
}

function ticks(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step)
  const count = Math.max(0, Math.min(40, Math.floor(to / step) - first + 1))
  return Array.from({ length: count }, (_, index) => (first + index) * step)
}

function degrees(value: number, positive: string, negative: string): string {
  const rounded = Math.abs(Math.round(value * 100) / 100)
  return `${rounded}°${rounded === 0 ? '' : value > 0 ? positive : negative}`
}
