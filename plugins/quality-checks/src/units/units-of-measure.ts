import { Refusal } from '@signalbox/sdk'

interface UnitOfMeasure {
  readonly dimension: string
  /** What one of it is in the base unit of its dimension; exact by definition (SI, and the yard and pound agreement of 1959). */
  readonly factor: number
  /** Added after the factor: temperatures alone. */
  readonly offset?: number
}

const of = (dimension: string, factor: number, offset?: number): UnitOfMeasure =>
  offset === undefined ? { dimension, factor } : { dimension, factor, offset }

/** By code of UN/ECE Recommendation 20. */
const units: Readonly<Record<string, UnitOfMeasure>> = {
  MMT: of('length', 0.001),
  CMT: of('length', 0.01),
  DMT: of('length', 0.1),
  MTR: of('length', 1),
  KMT: of('length', 1000),
  '4H': of('length', 0.000001),
  INH: of('length', 0.0254),
  FOT: of('length', 0.3048),
  YRD: of('length', 0.9144),
  MMK: of('area', 0.000001),
  CMK: of('area', 0.0001),
  MTK: of('area', 1),
  MLT: of('volume', 0.001),
  LTR: of('volume', 1),
  MTQ: of('volume', 1000),
  MGM: of('mass', 0.000001),
  GRM: of('mass', 0.001),
  KGM: of('mass', 1),
  TNE: of('mass', 1000),
  LBR: of('mass', 0.45359237),
  ONZ: of('mass', 0.028349523125),
  SEC: of('time', 1),
  MIN: of('time', 60),
  HUR: of('time', 3600),
  KEL: of('temperature', 1),
  CEL: of('temperature', 1, 273.15),
  FAH: of('temperature', 5 / 9, 273.15 - (32 * 5) / 9),
  PAL: of('pressure', 1),
  KPA: of('pressure', 1000),
  MPA: of('pressure', 1_000_000),
  BAR: of('pressure', 100_000),
  NEW: of('force', 1),
  B47: of('force', 1000),
  NU: of('torque', 1),
  VLT: of('voltage', 1),
  '2Z': of('voltage', 0.001),
  AMP: of('current', 1),
  '4K': of('current', 0.001),
  OHM: of('resistance', 1),
  B49: of('resistance', 1000),
  DD: of('angle', 1),
  C62: of('count', 1),
  // Shares are of mass: 1 % is 10 g/kg and 10,000 ppm. What is dissolved in a volume needs a density, and converts to none.
  P1: of('share', 0.01),
  NX: of('share', 0.001),
  GK: of('share', 0.001),
  '59': of('share', 1e-6),
  NA: of('share', 1e-6),
  '61': of('share', 1e-9),
  J33: of('share', 1e-9),
  KMQ: of('concentration', 1),
  GL: of('concentration', 1),
  M1: of('concentration', 0.001),
  GP: of('concentration', 1e-6),
  H29: of('concentration', 1e-6),
}

/** What people and instruments write for the codes above. */
const symbols: Readonly<Record<string, string>> = {
  mm: 'MMT',
  cm: 'CMT',
  dm: 'DMT',
  m: 'MTR',
  km: 'KMT',
  um: '4H',
  µm: '4H',
  in: 'INH',
  ft: 'FOT',
  yd: 'YRD',
  ml: 'MLT',
  l: 'LTR',
  L: 'LTR',
  mg: 'MGM',
  g: 'GRM',
  kg: 'KGM',
  t: 'TNE',
  lb: 'LBR',
  oz: 'ONZ',
  s: 'SEC',
  min: 'MIN',
  h: 'HUR',
  K: 'KEL',
  '°C': 'CEL',
  '°F': 'FAH',
  Pa: 'PAL',
  kPa: 'KPA',
  MPa: 'MPA',
  bar: 'BAR',
  N: 'NEW',
  kN: 'B47',
  V: 'VLT',
  mV: '2Z',
  A: 'AMP',
  mA: '4K',
  Ω: 'OHM',
  kΩ: 'B49',
  '°': 'DD',
  '%': 'P1',
  percent: 'P1',
  '‰': 'NX',
  'g/kg': 'GK',
  ppm: '59',
  'mg/kg': 'NA',
  ppb: '61',
  'µg/kg': 'J33',
  'ug/kg': 'J33',
  'kg/m3': 'KMQ',
  'kg/m³': 'KMQ',
  'g/L': 'GL',
  'g/l': 'GL',
  'mg/L': 'M1',
  'mg/l': 'M1',
  'mg/m3': 'GP',
  'mg/m³': 'GP',
  'µg/L': 'H29',
  'µg/l': 'H29',
  'ug/L': 'H29',
}

/** The code of a unit that is written as a code or a symbol; others stand for themselves, and convert to nothing. */
export function unitCode(unit: string): string {
  return Object.hasOwn(symbols, unit) ? (symbols[unit] as string) : unit
}

/**
 * A value in another unit of the same dimension, to 12 significant digits: 2.54 cm are 25.4 mm, and not the
 * 25.400000000000002 that would lie outside of a limit of 25.4.
 * @throws UNIT_MISMATCHED
 */
export function convert(value: number, from: string, to: string): number {
  const [source, target] = [unitCode(from), unitCode(to)]
  if (source === target) return value
  const [a, b] = [units[source], units[target]]
  if (a === undefined || b === undefined || a.dimension !== b.dimension) {
    throw new Refusal(
      'UNIT_MISMATCHED',
      `${from} does not convert to ${to}: send the value in a unit of the same dimension.`,
    )
  }
  const inBase = value * a.factor + (a.offset ?? 0)
  return Number(((inBase - (b.offset ?? 0)) / b.factor).toPrecision(12))
}

/** Whether things of this unit are counted one by one, so that a lot of 10.5 is a mistake. */
export function isCounted(unit: string): boolean {
  return ['C62', 'H87', 'EA', 'PCE', 'PR', 'SET', 'NAR'].includes(unitCode(unit))
}
