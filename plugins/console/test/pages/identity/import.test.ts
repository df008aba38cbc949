import t from 'tap'
import { filledTables, isSeen, rowsIn, writtenIn } from '../../../web/pages/identity/import.ts'
import { tableText } from '../../../web/pages/identity/table-text.ts'

t.test('a table in which nothing stands is not sent', async (t) => {
  t.strictSame(filledTables({ units: ' id,name\na,A ', users: '  ' }), { units: 'id,name\na,A\n' })
})

t.test('only the very tables of the dry run are taken', async (t) => {
  const tables = { units: 'id,name\na,A\n' }
  t.ok(isSeen(tables, { ...tables }))
  t.notOk(isSeen(tables, { units: 'id,name\na,B\n' }))
  t.notOk(isSeen(tables, { ...tables, users: 'login\n' }))
  t.notOk(isSeen(undefined, tables))
  t.notOk(isSeen({}, {}))
})

t.test('rows that would be written are counted over all tables', async (t) => {
  const counts = (written: number) => ({ written, unchanged: 9 })
  const all = { units: counts(1), users: counts(2), positions: counts(0), holders: counts(4) }
  t.equal(writtenIn({ ...all, dryRun: true }), 7)
})

t.test('lines are counted without the head of each table', async (t) => {
  t.equal(rowsIn({ units: 'id,name\na,A\nb,B\n', users: 'login\n' }), 2)
  t.equal(rowsIn({}), 0)
})

t.test('a table is read as a spreadsheet saved it, in China too', async (t) => {
  const table = 'login,display_name\nzhang,张伟\n'
  const utf8 = new TextEncoder().encode(table)
  t.strictSame(tableText(utf8), { text: table, isGb: false })
  const marked = new Uint8Array([0xef, 0xbb, 0xbf, ...utf8])
  t.strictSame(tableText(marked), { text: table, isGb: false }, 'without the mark of its order')
  const head = new TextEncoder().encode('login,display_name\nzhang,')
  const gb = new Uint8Array([...head, 0xd5, 0xc5, 0xce, 0xb0, 0x0a])
  t.strictSame(tableText(gb), { text: table, isGb: true })
  t.equal(tableText(new Uint8Array([0xff, 0xfe, 0x41, 0x00])), undefined, 'neither')
})
