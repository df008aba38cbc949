import type { InputFault } from '@signalbox/sdk/errors'
import { foldedLogin, locales } from '../users/user.ts'
import { inUtc } from '../validity.ts'
import { type CsvFault, type CsvRow, readCsv } from './csv.ts'
import { MAX_DEPTH, type Parents, pathOf } from './unit-tree.ts'

/** The tables, each as CSV text; one that is left out stays as it is. */
export interface ImportFiles {
  readonly units?: string | undefined
  readonly users?: string | undefined
  readonly positions?: string | undefined
  readonly holders?: string | undefined
}

export interface UnitRow {
  readonly id: string
  readonly name: string
  readonly parent: string | null
}

export interface UserRow {
  readonly login: string
  readonly email: string | null
  readonly displayName: string
  readonly locale: string
  readonly unit: string | null
}

export interface PositionRow {
  readonly id: string
  readonly name: string
  readonly unit: string
  readonly roles: readonly string[]
}

export interface HolderRow {
  readonly position: string
  readonly login: string
  readonly validFrom: string
  readonly validTo: string | null
}

/** What the tenant has already, as far as the files can refer to it. */
export interface Known {
  readonly units: Parents
  readonly logins: ReadonlySet<string>
  /** Logins that are service accounts'. */
  readonly programs: ReadonlySet<string>
  readonly positions: ReadonlySet<string>
  readonly roles: ReadonlySet<string>
}

export interface ImportPlan {
  readonly units: readonly UnitRow[]
  readonly users: readonly UserRow[]
  readonly positions: readonly PositionRow[]
  readonly holders: readonly HolderRow[]
  readonly faults: readonly InputFault[]
}

export const tables = {
  units: { columns: ['id', 'name', 'parent'], required: ['id', 'name'] },
  users: {
    columns: ['login', 'email', 'display_name', 'locale', 'unit'],
    required: ['login', 'display_name'],
  },
  positions: { columns: ['id', 'name', 'unit', 'roles'], required: ['id', 'name', 'unit'] },
  holders: {
    columns: ['position', 'login', 'valid_from', 'valid_to'],
    required: ['position', 'login', 'valid_from'],
  },
} as const

export type Table = keyof typeof tables

const id = /^[a-z0-9][a-z0-9-]{0,62}$/
const login = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._@+-]{0,99}$/u
const email = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const moment = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?$/

/** Collects what is wrong, by table and line. */
class Faults {
  readonly all: InputFault[] = []

  add(table: Table, { line, column, detail }: CsvFault): void {
    const place = column === '' ? '' : `/${column}`
    this.all.push({ pointer: `/${table}/${line}${place}`, detail: `line ${line}: ${detail}` })
  }

  /** @returns whether it holds */
  require(holds: boolean, table: Table, { line }: CsvRow, column: string, detail: string): boolean {
    if (!holds) this.add(table, { line, column, detail })
    return holds
  }
}

/** Reads the files against what is there: all faults at once, and nothing is done while there is one. Pure. */
export function planImport(files: ImportFiles, known: Known): ImportPlan {
  const faults = new Faults()
  const units = unitsOf(rowsOf('units', files, faults), known, faults)
  const allUnits = new Set([...known.units.keys(), ...units.map((unit) => unit.id)])
  const taken = { units: allUnits, programs: known.programs }
  const users = usersOf(rowsOf('users', files, faults), taken, faults)
  const positionRows = rowsOf('positions', files, faults)
  const positions = positionsOf(positionRows, { units: allUnits, roles: known.roles }, faults)
  const holders = holdersOf(
    rowsOf('holders', files, faults),
    {
      logins: new Set([...known.logins, ...users.map((user) => user.login)]),
      positions: new Set([...known.positions, ...positions.map((position) => position.id)]),
    },
    faults,
  )
  return { units, users, positions, holders, faults: faults.all }
}

function rowsOf(table: Table, files: ImportFiles, faults: Faults): readonly CsvRow[] {
  const text = files[table]
  if (text === undefined) return []
  const { columns, required } = tables[table]
  const read = readCsv(text, columns, required)
  for (const fault of read.faults) faults.add(table, fault)
  return read.rows
}

const cell = ({ cells }: CsvRow, column: string): string => cells[column] ?? ''
const cellOrNull = (row: CsvRow, column: string): string | null => cell(row, column) || null

function unitsOf(rows: readonly CsvRow[], known: Known, faults: Faults): UnitRow[] {
  const units = rows.map((row) => {
    const unit = { id: cell(row, 'id'), name: cell(row, 'name'), parent: cellOrNull(row, 'parent') }
    return { ...unit, row }
  })
  requireOnce('units', units, (unit) => unit.id, 'id', faults)
  const parents = new Map([...known.units, ...units.map((one) => [one.id, one.parent] as const)])
  for (const { id: unit, name, parent, row } of units) {
    faults.require(id.test(unit), 'units', row, 'id', 'is no id: a-z, 0-9 and -, at most 63')
    requireName(name, 'units', row, 'name', faults)
    const isThere = parent === null || parents.has(parent)
    if (!faults.require(isThere, 'units', row, 'parent', `there is no unit ${parent}`)) continue
    const path = pathOf(parents, unit)
    const top = path.at(-1) ?? unit
    const isTree = (parents.get(top) ?? null) === null
    faults.require(isTree, 'units', row, 'parent', 'stands below itself')
    faults.require(path.length <= MAX_DEPTH, 'units', row, 'parent', `is deeper than ${MAX_DEPTH}`)
  }
  const depth = new Map(units.map((unit) => [unit.id, pathOf(parents, unit.id).length]))
  return units
    .map(({ row: _, ...unit }) => unit)
    .sort((a, b) => (depth.get(a.id) ?? 0) - (depth.get(b.id) ?? 0))
}

function usersOf(
  rows: readonly CsvRow[],
  {
    units,
    programs,
  }: { readonly units: ReadonlySet<string>; readonly programs: ReadonlySet<string> },
  faults: Faults,
): UserRow[] {
  const users = rows.map((row) => ({
    login: foldedLogin(cell(row, 'login')),
    email: cellOrNull(row, 'email'),
    displayName: cell(row, 'display_name'),
    locale: cell(row, 'locale') || 'en',
    unit: cellOrNull(row, 'unit'),
    row,
  }))
  requireOnce('users', users, (user) => user.login, 'login', faults)
  for (const { row, ...user } of users) {
    faults.require(login.test(user.login), 'users', row, 'login', 'is no login')
    const isFree = !programs.has(user.login)
    faults.require(isFree, 'users', row, 'login', "is a service account's")
    requireName(user.displayName, 'users', row, 'display_name', faults)
    const isLocale = (locales as readonly string[]).includes(user.locale)
    faults.require(isLocale, 'users', row, 'locale', `must be one of ${locales.join(', ')}`)
    const isMail = user.email === null || (email.test(user.email) && user.email.length <= 254)
    faults.require(isMail, 'users', row, 'email', 'is no e-mail address')
    const isThere = user.unit === null || units.has(user.unit)
    faults.require(isThere, 'users', row, 'unit', `there is no unit ${user.unit}`)
  }
  return users.map(({ row: _, ...user }) => user)
}

function positionsOf(
  rows: readonly CsvRow[],
  known: { readonly units: ReadonlySet<string>; readonly roles: ReadonlySet<string> },
  faults: Faults,
): PositionRow[] {
  const positions = rows.map((row) => ({
    id: cell(row, 'id'),
    name: cell(row, 'name'),
    unit: cell(row, 'unit'),
    roles: [
      ...new Set(
        cell(row, 'roles')
          .split(/\s+/)
          .filter((role) => role !== ''),
      ),
    ],
    row,
  }))
  requireOnce('positions', positions, (position) => position.id, 'id', faults)
  for (const { row, ...position } of positions) {
    faults.require(id.test(position.id), 'positions', row, 'id', 'is no id')
    requireName(position.name, 'positions', row, 'name', faults)
    const { unit } = position
    faults.require(known.units.has(unit), 'positions', row, 'unit', `there is no unit ${unit}`)
    for (const role of position.roles) {
      faults.require(known.roles.has(role), 'positions', row, 'roles', `there is no role ${role}`)
    }
  }
  return positions.map(({ row: _, ...position }) => position)
}

function holdersOf(
  rows: readonly CsvRow[],
  known: { readonly logins: ReadonlySet<string>; readonly positions: ReadonlySet<string> },
  faults: Faults,
): HolderRow[] {
  const found: HolderRow[] = []
  for (const row of rows) {
    const position = cell(row, 'position')
    const who = foldedLogin(cell(row, 'login'))
    const isThere = known.positions.has(position)
    faults.require(isThere, 'holders', row, 'position', `there is no position ${position}`)
    faults.require(known.logins.has(who), 'holders', row, 'login', `there is no user ${who}`)
    const validFrom = momentOf(cell(row, 'valid_from'))
    const until = cellOrNull(row, 'valid_to')
    const validTo = until === null ? null : momentOf(until)
    const format = 'is no date such as 2026-01-31, or time with offset'
    if (!faults.require(validFrom !== undefined, 'holders', row, 'valid_from', format)) continue
    if (!faults.require(validTo !== undefined, 'holders', row, 'valid_to', format)) continue
    if (validFrom === undefined || validTo === undefined) continue
    const isAfter = validTo === null || validTo > validFrom
    faults.require(isAfter, 'holders', row, 'valid_to', 'has to be after valid_from')
    found.push({ position, login: who, validFrom, validTo })
  }
  return found
}

/** A day begins at midnight UTC. @returns ISO 8601 in UTC; undefined: it is none */
function momentOf(text: string): string | undefined {
  if (!moment.test(text)) return undefined
  const at = inUtc(text)
  if (at === undefined) return undefined
  // 31 April would be taken for 1 May.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10)
  return day === text.slice(0, 10) ? at : undefined
}

function requireName(
  name: string,
  table: Table,
  row: CsvRow,
  column: string,
  faults: Faults,
): void {
  const isName = name.length >= 1 && name.length <= 200
  faults.require(isName, table, row, column, 'has to have 1 to 200 characters')
}

function requireOnce<Item extends { readonly row: CsvRow }>(
  table: Table,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  column: string,
  faults: Faults,
): void {
  const lines = new Map<string, number>()
  for (const item of items) {
    const first = lines.get(keyOf(item))
    faults.require(first === undefined, table, item.row, column, `is in line ${first} already`)
    if (first === undefined) lines.set(keyOf(item), item.row.line)
  }
}
