import { readFile } from 'node:fs/promises'
import { contractCompiler } from '@signalbox/sdk/contract'
import t from 'tap'
import { readInstant } from '../../src/calls/instant.ts'
import { builtInPacks } from '../../src/carriers/built-in-packs.ts'
import { carrierOf, detectCarriers, normalNumber } from '../../src/carriers/detect-carrier.ts'
import { meaningOf, readPayload } from '../../src/carriers/read-payload.ts'
import { readCsv } from '../../src/intake/csv.ts'
import { readForm } from '../../src/intake/form-body.ts'
import { readTable } from '../../src/intake/import-scans.ts'
import { md5 } from '../../src/intake/md5.ts'
import { soundBody } from '../../src/intake/sound-body.ts'
import {
  maskAddress,
  maskEmail,
  maskIdentityCard,
  maskName,
  maskPhone,
  maskText,
} from '../../src/masking/mask.ts'
import { pollInterval } from '../../src/polling/poll-interval.ts'
import { casesMissing, easypostSamples, numberCases, vocabulary, wordOf } from '../cases.ts'

const packOf = (id: string) => {
  const pack = builtInPacks.get(id)
  if (pack === undefined) throw new Error(`no pack ${id}`)
  return pack
}

t.test(
  'all known numbers are of their carrier, and no wrong one is',
  { skip: casesMissing },
  (t) => {
    for (const { courier, id, number, valid } of numberCases()) {
      const found = detectCarriers(number).filter(({ carrier }) => carrier === courier)
      const is = id === null ? found : found.filter(({ service }) => service === id)
      t.equal(is.length > 0, valid, `${courier} ${id} ${number}`)
      t.equal(found.length > 0, valid, `${courier} ${number}`)
    }
    t.end()
  },
)

t.test('a number that several carriers may have made is of none', (t) => {
  t.equal(normalNumber(' rb 123456785 gb'), 'RB123456785GB')
  t.equal(carrierOf('SF1234567890123'), 'sf-express')
  t.equal(carrierOf('RB123456785XX'), undefined, 'no such country')
  t.equal(carrierOf('hello'), undefined)
  t.end()
})

t.test('words mean what the reference says', { skip: casesMissing }, (t) => {
  const { canonical: _, ...vendors } = vocabulary()
  // The contract's words are finer here: what was merely "customs" or "in transit" is told apart.
  const finer: Readonly<Record<string, readonly string[]>> = {
    'in-transit': ['arrived-at-hub'],
    exception: ['customs-held'],
  }
  for (const [vendor, words] of Object.entries(vendors)) {
    for (const [word, canonical] of Object.entries(words)) {
      if (word === '_source') continue
      const status = meaningOf([word], packOf(vendor).codes)?.status ?? ''
      const expected = wordOf[canonical] ?? ''
      t.ok(status === expected || finer[expected]?.includes(status), `${vendor} ${word}: ${status}`)
    }
  }
  for (const [word, status] of Object.entries(wordOf)) {
    t.equal(meaningOf([word], packOf('common').codes)?.status, status)
  }
  t.end()
})

t.test('every pack fits the schema of the extension point', async (t) => {
  const schema = JSON.parse(
    await readFile(new URL('../../schemas/carrier-map.json', import.meta.url), 'utf8'),
  )
  const fits = contractCompiler().compile(schema)
  for (const pack of builtInPacks.values())
    t.ok(fits(pack), `${pack.id} ${JSON.stringify(fits.errors)}`)
})

t.test('a body of EasyPost is read as it came', { skip: casesMissing }, (t) => {
  const [sample] = easypostSamples()
  const { scans, faults } = readPayload(packOf('easypost'), { result: sample })
  t.strictSame(faults, [])
  t.strictSame(
    scans.map(({ number, codes, place, at }) => ({ number, codes, place, at })),
    [
      {
        number: 'EZ1000000001',
        codes: ['status_update', 'pre_transit'],
        place: '',
        at: Date.UTC(2024, 5, 30, 16, 6, 32),
      },
      {
        number: 'EZ1000000001',
        codes: ['status_update', 'pre_transit'],
        place: 'HOUSTON, TX',
        at: Date.UTC(2024, 6, 1, 4, 43, 32),
      },
    ],
  )
  t.equal(meaningOf(scans[0]?.codes ?? [], packOf('easypost').codes)?.status, 'label-created')
  t.end()
})

t.test('bodies of tracking services are read by pointers', (t) => {
  const kuaidi = {
    status: 'polling',
    lastResult: {
      ...{ nu: 'YT1234567890123', com: 'yuantong', state: '3' },
      data: [
        { context: '已签收', time: '2026-03-03 11:00:00', ftime: '2026-03-03 11:00:00' },
        { context: '派件', time: '2026-03-03 08:00:00', status: '派件', areaName: '湖北,武汉市' },
      ],
    },
  }
  const read = readPayload(packOf('kuaidi100'), kuaidi)
  t.match(read.scans, [
    { codes: ['3'], carrier: 'yto', at: Date.UTC(2026, 2, 3, 3) },
    { codes: ['派件'], place: '湖北,武汉市' },
  ])
  const track17 = {
    event: 'TRACKING_UPDATED',
    data: {
      ...{ number: 'RR123456785CN', carrier: 3011 },
      track_info: {
        tracking: {
          providers: [
            { events: [{ time_utc: '2026-03-01T10:00:00Z', sub_status: 'InTransit_Arrival' }] },
            { events: [{ time_utc: '2026-03-02T10:00:00Z', stage: 'OutForDelivery' }] },
          ],
        },
      },
    },
  }
  t.match(readPayload(packOf('17track'), track17).scans, [
    { carrier: 'china-post', codes: ['InTransit_Arrival'] },
    { codes: ['OutForDelivery'] },
  ])
  const aftership = {
    msg: {
      ...{ tracking_number: '1Z5R89390357567127', slug: 'ups', signed_by: 'Ada' },
      checkpoints: [
        {
          ...{ checkpoint_time: '2026-03-01T09:00:00+08:00', tag: 'Delivered' },
          ...{ subtag: 'Delivered_099', city: 'Wuhan', coordinates: [114.3, 30.6] },
        },
        { checkpoint_time: 'yesterday', tag: 'InTransit' },
      ],
    },
  }
  const told = readPayload(packOf('aftership'), aftership)
  t.match(told.scans, [
    { codes: ['Delivered_099', 'Delivered'], latitude: 30.6, longitude: 114.3, signedBy: 'Ada' },
  ])
  t.strictSame(told.faults, [{ pointer: '/msg/0/1', code: 'TIME_UNREADABLE' }])
  t.match(readPayload(packOf('shippo'), { data: {} }), { faults: [{ code: 'NUMBER_MISSING' }] })
  t.match(readPayload(packOf('aftership'), null), { faults: [{ code: 'BODY_EMPTY' }] })
  t.end()
})

t.test('instants are read with the zone they are of', (t) => {
  const noon = Date.UTC(2026, 2, 1, 12)
  t.equal(readInstant('2026-03-01T12:00:00Z', '+08:00'), noon)
  t.equal(readInstant('2026-03-01 20:00:00', '+08:00'), noon)
  t.equal(readInstant('2026/3/1 20:00', '+08:00'), noon)
  t.equal(readInstant('2026-03-01T20:00:00.250+0800', '+00:00'), noon + 250)
  t.equal(readInstant(noon / 1000, '+08:00'), noon)
  t.equal(readInstant(String(noon), '+08:00'), noon)
  for (const wrong of ['2026-02-30 10:00:00', '2026-01-01 25:00', '', null, {}, 'soon', -5])
    t.equal(readInstant(wrong, '+08:00'), undefined)
  t.end()
})

t.test('tables of RFC 4180 are read, and rows that cannot be are told by their line', (t) => {
  const csv =
    '\uFEFFTracking Number,Time,Status,Location\r\n' +
    'A1,2026-03-01 18:00:00,picked_up,"Shen, zhen"\r\n' +
    'A1,2026-03-02 03:00:00,in_transit,"two\nlines ""quoted"""\r\n' +
    ',2026-03-02 03:00:00,in_transit,\r\n' +
    'A2,31 March,in_transit,\r\n' +
    '\r\n' +
    'A3,2026-03-02 03:00:00,,\r\n'
  const { scans, errors, rows } = readTable({ csv }, 'common', '+08:00')
  t.equal(rows, 5)
  t.match(scans, [{ place: 'Shen, zhen' }, { place: 'two\nlines "quoted"' }])
  t.match(errors, [
    { line: 5, code: 'NUMBER_MISSING' },
    { line: 6, code: 'TIME_UNREADABLE' },
    { line: 8, code: 'STATUS_MISSING' },
  ])
  t.match(readCsv('a,b\n"open,1\n'), { broken: 2 })
  t.match(readCsv('a;b\n1;2'), { rows: [{ cells: ['a', 'b'] }, { cells: ['1', '2'] }] })
  t.throws(() => readTable({ csv: 'a,b\n1,2' }, 'common', '+08:00'), { code: 'CSV_COLUMN_MISSING' })
  const named = {
    csv: 'wb,when,what\nA1,2026-03-01,SENT',
    columns: columnsOf('wb', 'what', 'when'),
  }
  t.match(readTable(named, 'yunda', '+08:00').scans, [{ codes: ['SENT'], pack: 'yunda' }])
  t.end()
})

function columnsOf(trackingNumber: string, status: string, at: string) {
  return { trackingNumber, status, at }
}

t.test('MD5 and forms are those of kuaidi100', (t) => {
  t.equal(md5(''), 'd41d8cd98f00b204e9800998ecf8427e')
  t.equal(md5('abcdefghijklmnopqrstuvwxyz'), 'c3fcd3d76192e4007dfb496cca67e13b')
  t.equal(
    md5('12345678901234567890123456789012345678901234567890123456789012345678901234567890'),
    '57edf4a22be3c955ac49da2e2107b67a',
  )
  t.equal(readForm('a=1&param=%7B%22nu%22%3A%22%E5%BF%AB+1%22%7D').get('param'), '{"nu":"快 1"}')
  t.end()
})

t.test('personal data is masked by rule, and masking twice is masking once', (t) => {
  const rules = [
    [maskName, '张三', '张*'],
    [maskName, '王小明', '王**'],
    [maskName, '欧阳修文', '欧阳**'],
    [maskName, 'Ada Lovelace', 'A** L*******'],
    [maskPhone, '13812345678', '138****5678'],
    [maskPhone, '请致电138 1234 5678。', '请致电138****5678。'],
    [maskPhone, '0512-66668888', '0512-****8888'],
    [maskPhone, 'YT1381234567890', 'YT1381234567890'],
    [maskAddress, '江苏省苏州市姑苏区星湖街328号5幢', '江苏省苏州市姑苏区****'],
    [maskAddress, '北京市朝阳区建国路88号', '北京市朝阳区****'],
    [maskAddress, '1 Infinite Loop, Cupertino, CA', '****, Cupertino, CA'],
    [maskEmail, 'ada@example.com', 'a**@example.com'],
    [maskIdentityCard, '320502199001011234', '3****************4'],
    [maskText, '派件员：李小明，电话13812345678', '派件员：李**，电话138****5678'],
    [maskText, 'Signed by J. Smith', 'Signed by J* S****'],
  ] as const
  for (const [rule, plain, masked] of rules) {
    t.equal(rule(plain), masked)
    t.equal(rule(masked), masked)
  }
  t.end()
})

t.test('the wait for a poll follows state, silence and failures, and ends', (t) => {
  const wait = (status: Parameters<typeof pollInterval>[0]['status'], days = 0, failures = 0) =>
    pollInterval({ status, quietMs: days * 86_400_000, failures }, 0.5)
  t.equal(wait('out-for-delivery'), 30 * 60_000)
  t.equal(wait('in-transit'), 4 * 3_600_000)
  t.equal(wait('in-transit', 3), 8 * 3_600_000)
  t.equal(wait('in-transit', 30), 86_400_000)
  t.equal(wait('in-transit', 0, 1), 5 * 60_000)
  t.equal(wait('in-transit', 0, 3), 20 * 60_000)
  t.equal(wait('in-transit', 0, 30), 86_400_000)
  t.equal(wait('in-transit', 60), undefined)
  t.equal(wait('delivered'), undefined)
  t.end()
})

t.test('a body is kept as it came, but for what tables cannot keep', (t) => {
  const body = {
    scans: [{ 'pla\u0000ce': 'a\u0000b', code: '\ud800x', note: '\\u0000', at: 1, no: null }],
  }
  const kept = { scans: [{ place: 'ab', code: '\ufffdx', note: '\\u0000', at: 1, no: null }] }
  t.strictSame(soundBody(body), kept)
  t.strictSame(soundBody(kept), kept)
  for (const plain of [null, 1, true, 'text', [], {}]) t.strictSame(soundBody(plain), plain)
  const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
  t.strictSame(soundBody(deep), { unreadable: 'nested too deep' })
  const named = JSON.parse('{"__proto__":{"pack":"x"}}')
  t.strictSame(Object.keys(soundBody(named) as object), ['__proto__'])
  t.end()
})
