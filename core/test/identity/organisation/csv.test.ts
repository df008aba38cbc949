import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { readCsv, writeCsv } from '../../../src/identity/organisation/csv.ts'
import { planImport } from '../../../src/identity/organisation/import-plan.ts'
import { validityOf } from '../../../src/identity/validity.ts'

const columns = ['id', 'name']

t.test('what is written is read back as it was, and no cell begins as a formula', async (t) => {
  const cell = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .map((text) => text.replace(/[\p{Cc}]/gu, '').trim())
  const row = fc.record({ id: fc.constantFrom('a', 'b'), name: cell })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), (rows) => {
      const text = writeCsv(columns, rows)
      t.same(
        readCsv(text, columns, columns).rows.map(({ cells }) => cells),
        rows,
      )
    }),
  )
  for (const evil of ['=1+1', '+1', '-1', '@SUM(A1)', "'=1"]) {
    const [, line] = writeCsv(columns, [{ id: 'a', name: evil }]).split('\r\n')
    t.match(line, /^a,"'/, evil)
  }
})

t.test('a file is read as spreadsheets write it, and what is wrong is told by line', async (t) => {
  const good = readCsv('\uFEFFid,name\r\na,"x, ""y"""\r\n\r\nb,z\r\n', columns, columns)
  t.match(good, { rows: [{ line: 2, cells: { name: 'x, "y"' } }, { line: 4 }], faults: [] })
  t.match(readCsv('id,nam\na,b', columns, columns).faults, [{ column: 'nam' }, { column: 'name' }])
  t.match(readCsv('id,name\na,b,c\nd', columns, columns).faults, [{ line: 2 }, { line: 3 }])
  t.match(readCsv('id,name\na,"b', columns, columns).faults, [{ detail: /cannot be read/ }])
  t.match(readCsv('', columns, columns).faults, [{ line: 1 }, { line: 1 }])
})

t.test('a name that begins with an apostrophe keeps it', async (t) => {
  const read = (text: string) => readCsv(`id,name\n${text}`, columns, columns).rows[0]?.cells
  t.same(read("a,'t Hooft"), { id: 'a', name: "'t Hooft" })
  t.same(read("a,'=1+1"), { id: 'a', name: '=1+1' })
  t.match(writeCsv(columns, [{ id: 'a', name: "'t Hooft" }]), `"'t Hooft"`)
  for (const name of ["'", "''", "'t", "'=", "''=", '-', "'-'"]) {
    t.same(
      readCsv(writeCsv(columns, [{ id: 'a', name }]), columns, columns).rows[0]?.cells.name,
      name,
    )
  }
})

t.test('a file of nothing but lines is told, and not kept', async (t) => {
  const text = `id,name\n${'a\n'.repeat(4_000_000)}`
  const before = process.memoryUsage().heapUsed
  const { rows, faults } = readCsv(text, columns, columns)
  t.same(rows, [])
  t.match(faults, [{ detail: 'has more than 20000 lines' }])
  // All of them would be two gigabytes.
  t.ok(process.memoryUsage().heapUsed - before < 256 * 1024 * 1024)
})

const known = {
  units: new Map([['acme', null]]),
  logins: new Set(['old']),
  programs: new Set(['sync']),
  positions: new Set<string>(),
  roles: new Set(['admin']),
}

t.test('an import names every line that is wrong, and where', async (t) => {
  const { faults } = planImport(
    {
      units: 'id,name,parent\nbad id,x,\na,A,b\nb,B,a\nc,C,nowhere',
      users: 'login,display_name,email,unit\nann,Ann,no-mail,gone\nAnn,Ann,,',
      positions: 'id,name,unit,roles\nhead,Head,acme,admin king',
      holders:
        'position,login,valid_from,valid_to\nhead,ann,2026-02-30,\nhead,bob,2026-02-01,2026-01-01',
    },
    known,
  )
  t.match(
    faults.map(({ pointer }) => pointer),
    [
      '/units/2/id',
      '/units/3/parent',
      '/units/4/parent',
      '/units/5/parent',
      '/users/3/login',
      '/users/2/email',
      '/users/2/unit',
      '/positions/2/roles',
      '/holders/2/valid_from',
      '/holders/3/login',
      '/holders/3/valid_to',
    ],
  )
})

t.test('parents come before children, whatever the order of the lines', async (t) => {
  const units = 'id,name,parent\nteam,T,line\nline,L,plant\nplant,P,acme'
  const plan = planImport({ units }, known)
  t.same(plan.faults, [])
  t.same(
    plan.units.map(({ id }) => id),
    ['plant', 'line', 'team'],
  )
})

t.test('a day is midnight UTC, and the same people may be named as before', async (t) => {
  const plan = planImport(
    {
      positions: 'id,name,unit,roles\nhead,Head,acme,',
      holders: 'position,login,valid_from,valid_to\nhead,OLD,2026-01-01,2026-07-01T00:00:00+08:00',
    },
    known,
  )
  t.match(plan, {
    faults: [],
    holders: [
      { login: 'old', validFrom: '2026-01-01T00:00:00.000Z', validTo: '2026-06-30T16:00:00.000Z' },
    ],
  })
})

t.test('what is no moment of any calendar is told, and never asked of the database', async (t) => {
  const odd = [
    '0000-01-01',
    '0001-01-01T00:00+23:59',
    '9999-12-31T23:59-23:59',
    '2026-02-30',
    '2026-01-01T25:00Z',
  ]
  const lines = odd.map((at) => `head,old,${at},`)
  const holders = ['position,login,valid_from,valid_to', ...lines].join('\n')
  const { faults } = planImport({ positions: 'id,name,unit\nhead,Head,acme', holders }, known)
  t.same(
    faults.map(({ pointer }) => pointer),
    odd.map((_, at) => `/holders/${at + 2}/valid_from`),
  )
  t.throws(() => validityOf('0000-01-01T00:00Z', null), { code: 'CORE_INPUT_INVALID' })
  t.throws(() => validityOf(null, '9999-12-31T23:59-23:59'), { code: 'CORE_INPUT_INVALID' })
  t.match(validityOf('0001-01-01T00:00Z', null), { validFrom: '0001-01-01T00:00:00.000Z' })
})
