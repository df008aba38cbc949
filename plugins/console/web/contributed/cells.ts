import {
  dayText,
  instantText,
  numberText,
  type Place,
  percentText,
  zoneText,
} from '../parts/formats.ts'
import { textIn } from '../texts/languages.ts'
import { readPointer } from './bind.ts'
import type { FieldSpec, ValueLabel } from './page-spec.ts'

/** A value as it is shown. */
export interface Cell {
  readonly kind: 'none' | 'text' | 'number' | 'status' | 'boolean' | 'list' | 'code'
  readonly text: string
  readonly tone?: NonNullable<ValueLabel['tone']>
  readonly items?: readonly string[]
  readonly isTrue?: boolean
  /** Of an instant: by which clocks it is written. */
  readonly zone?: string
}

export const NONE: Cell = { kind: 'none', text: '–' }
const MOST_LISTED = 50
const MOST_TEXT = 2000

/** What a field says of a row, in the language of the page. Pure. */
export function cellOf(field: FieldSpec, row: unknown, place: Place): Cell {
  const value = spoken(row, field.field, place)
  if (value === undefined || value === null || value === '') return NONE
  const write = writers[field.format ?? 'text'] ?? plain
  return write(value, field, row, place)
}

const SPOKEN = /\/(en|zh-CN)$/

/** A pointer to one of two languages means what is said there: the viewer is shown his own. */
function spoken(row: unknown, pointer: string, place: Place): unknown {
  const said = SPOKEN.test(pointer) ? readPointer(row, pointer.replace(SPOKEN, '')) : undefined
  return isLocal(said) ? textIn(said, place.language) : readPointer(row, pointer)
}

/** Fields that would say the same in two languages are one, by the name that it has in the viewer's. */
export function spokenFields(
  fields: readonly FieldSpec[],
  { language }: Place,
): readonly FieldSpec[] {
  return fields.filter(({ field }) => {
    const [, said] = SPOKEN.exec(field) ?? []
    if (said === undefined || said === language) return true
    const other = field.replace(SPOKEN, `/${language}`)
    return !fields.some((one) => one.field === other)
  })
}

type Writer = (value: unknown, field: FieldSpec, row: unknown, place: Place) => Cell

const writers: Partial<Record<NonNullable<FieldSpec['format']>, Writer>> = {
  text: plain,
  number: (value, _field, _row, place) => numeric(value, (n) => numberText(n, place, 4), place),
  percent: (value, _field, _row, place) => numeric(value, (n) => percentText(n, place), place),
  quantity: (value, field, row, place) =>
    numeric(value, (n) => withUnit(numberText(n, place, 4), unitOf(field, row)), place),
  money: (value, field, row, place) =>
    numeric(value, (n) => moneyText(n, unitOf(field, row), place), place),
  date: (value, _field, _row, place) => text(day(value, place)),
  datetime: (value, _field, _row, place) => ({
    ...text(instant(value, place)),
    zone: zoneText(String(value), place),
  }),
  duration: (value, _field, _row, place) => numeric(value, (n) => spanText(n, place), place),
  status: (value, field, _row, place) => ({ ...labelled(value, field, place), kind: 'status' }),
  boolean: (value) => ({ kind: 'boolean', text: String(value), isTrue: value === true }),
  list: (value, field, _row, place) => listed(value, field, place),
  code: (value) => ({ kind: 'code', text: codeText(value) }),
}

function plain(value: unknown, field: FieldSpec, _row: unknown, place: Place): Cell {
  if (typeof value === 'boolean') return { kind: 'boolean', text: String(value), isTrue: value }
  if (Array.isArray(value)) return listed(value, field, place)
  return { ...labelled(value, field, place), kind: 'text' }
}

function text(written: string): Cell {
  return { kind: 'text', text: written }
}

/** Money comes as decimal text; what is no number is shown as it came. */
function numeric(value: unknown, write: (value: number) => string, place: Place): Cell {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof number === 'number' && Number.isFinite(number)) {
    return { kind: 'number', text: write(number) }
  }
  return text(wordsOf(value, place))
}

function labelled(value: unknown, field: FieldSpec, place: Place): Omit<Cell, 'kind'> {
  const found = field.values?.find((one) => one.value === String(value))
  if (found === undefined) return { text: wordsOf(value, place) }
  return {
    text: textIn(found.label, place.language),
    ...(found.tone === undefined ? {} : { tone: found.tone }),
  }
}

function listed(value: unknown, field: FieldSpec, place: Place): Cell {
  const all = Array.isArray(value) ? value : [value]
  const items = all.slice(0, MOST_LISTED).map((one) => labelled(one, field, place).text)
  return items.length === 0 ? NONE : { kind: 'list', text: items.join(', '), items }
}

/** Text in two languages, or whatever else there is, as words. */
export function wordsOf(value: unknown, place: Place): string {
  if (typeof value === 'string') return value.slice(0, MOST_TEXT)
  if (typeof value === 'number') return numberText(value, place, 4)
  if (isLocal(value)) return textIn(value, place.language)
  return codeText(value)
}

function isLocal(value: unknown): value is { en: string; 'zh-CN'?: string } {
  return (
    typeof value === 'object' && value !== null && typeof readPointer(value, '/en') === 'string'
  )
}

function codeText(value: unknown): string {
  const written = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return written.length > MOST_TEXT ? `${written.slice(0, MOST_TEXT)}…` : written
}

function unitOf({ unit }: FieldSpec, row: unknown): string | undefined {
  const found = unit === undefined ? undefined : readPointer(row, unit)
  return typeof found === 'string' ? found : undefined
}

/** Codes of UN/ECE Recommendation 20 that people read as something else. */
const UNITS: ReadonlyMap<string, string> = new Map([
  ['C62', ''],
  ['KGM', 'kg'],
  ['GRM', 'g'],
  ['TNE', 't'],
  ['MTR', 'm'],
  ['MMT', 'mm'],
  ['CMT', 'cm'],
  ['LTR', 'l'],
  ['MTK', 'm²'],
  ['MTQ', 'm³'],
  ['CEL', '°C'],
  ['KMT', 'km'],
  ['HUR', 'h'],
])

function withUnit(number: string, unit: string | undefined): string {
  const shown = unit === undefined ? '' : (UNITS.get(unit) ?? unit)
  return shown === '' ? number : `${number} ${shown}`
}

function moneyText(value: number, currency: string | undefined, place: Place): string {
  if (currency === undefined || !/^[A-Z]{3}$/.test(currency)) return numberText(value, place)
  return new Intl.NumberFormat(place.language, { style: 'currency', currency }).format(value)
}

function day(value: unknown, place: Place): string {
  return /^\d{4}-\d\d-\d\d/.test(String(value))
    ? dayText(String(value), place)
    : wordsOf(value, place)
}

export function instant(value: unknown, place: Place): string {
  const isInstant = typeof value === 'string' && !Number.isNaN(Date.parse(value))
  return isInstant ? instantText(value, place) : wordsOf(value, place)
}

/** @param seconds as durations of contracts are */
function spanText(seconds: number, { language }: Place): string {
  const [size, unit] =
    (
      [
        [86_400, 'day'],
        [3600, 'hour'],
        [60, 'minute'],
      ] as const
    ).find(([one]) => Math.abs(seconds) >= one) ?? ([1, 'second'] as const)
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'long',
    maximumFractionDigits: 1,
  }).format(seconds / size)
}
