import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Contract, validateContract } from '@signalbox/sdk/contract'
import { Ajv } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { asyncApiDocument } from '../../../src/catalog/documents/asyncapi-document.ts'
import { odcsDocument } from '../../../src/catalog/documents/odcs-document.ts'
import { openApiDocument } from '../../../src/catalog/documents/openapi-document.ts'
import { odcsRules } from '../../support/odcs-rules.ts'

const root = join(import.meta.dirname, '../../../..')
const standard = (name: string) =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, `../../fixtures/standards/${name}.json`), 'utf8'),
  )

/** Formats are not asked for: this edition of OpenAPI's schema lets no reference be relative, which its text does. */
const options = { strict: false, allErrors: true, logger: false, validateFormats: false } as const
const openApi = new Ajv2020(options)
// Its schema brings its own copy of the meta-schema.
const asyncApi = new Ajv({ ...options, meta: false, validateSchema: false })
const odcs = new Ajv2019(options)
const checks = {
  openapi: openApi.compile(standard('openapi-3.1')),
  asyncapi: asyncApi.compile(standard('asyncapi-3.0.0')),
  odcs: odcs.compile(odcsRules),
}

/** All that a contract may say, and names that would break a careless document. */
const odd: Contract = {
  id: 'orders.odd-ones',
  major: 12,
  title: { en: 'Orders', 'zh-CN': '订单' },
  owner: 'sales',
  domain: 'sales',
  tags: ['订单', 'a b'],
  terms: 'internal',
  serviceLevels: { availability: 99.9, p95Ms: 250 },
  events: [{ type: 'orders.created' }, { type: 'orders-created' }],
  operations: {
    list: {
      safe: true,
      input: {
        type: 'object',
        required: ['at'],
        properties: {
          at: { type: 'string', format: 'date' },
          'a/b~c': { type: ['integer', 'null'] },
        },
      },
      output: {
        $defs: { row: { type: 'object', properties: { next: { type: 'array' }, any: true } } },
        type: 'object',
        properties: {
          rows: { type: 'array', items: { $ref: '#/$defs/row' } },
          either: { anyOf: [{ type: 'string' }, { type: 'object' }] },
          no: false,
          nested: {
            type: 'object',
            properties: { list: { type: ['array', 'null'], items: true } },
          },
        },
      },
      errors: [{ code: 'ORDERS_NONE', summary: { en: 'There are none.' } }, { code: 'OTHER' }],
      examples: [
        { input: { at: '2026-01-01' }, output: {} },
        { name: '空', input: { at: '2026-01-02' } },
      ],
    },
    download: {
      safe: true,
      input: true,
      delivery: 'bytes',
      contentType: 'text/csv; charset=utf-8',
    },
    put: { input: { type: 'object' }, output: true },
  },
}

function contractsUnder(folder: string): [string, Contract][] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|\/)contracts\/[^/]+\.json$/.test(path) && !path.includes('node_modules'))
    .map((path): [string, unknown] => [
      path,
      JSON.parse(readFileSync(join(root, folder, path), 'utf8')),
    ])
    .flatMap(([path, value]): [string, Contract][] => {
      const result = validateContract(value)
      return result.ok ? [[path, result.contract]] : []
    })
}

t.test('the documents of every contract there is are what the standards say', async (t) => {
  const result = validateContract(odd)
  t.same(result.ok ? [] : result.faults, [])
  const contracts: [string, Contract][] = [
    ['odd', odd],
    ...contractsUnder('plugins'),
    ...contractsUnder('core/test/fixtures'),
  ]
  t.ok(contracts.length > 5, `${contracts.length} contracts`)
  for (const [path, contract] of contracts) {
    for (const language of ['en', 'zh-CN'] as const) {
      const of = { contract, version: '1.2.3-rc.1', language }
      const events = (contract.events ?? []).map(({ type }) => ({
        type,
        schema: { type: 'object' },
      }))
      const documents = {
        openapi: openApiDocument(of),
        asyncapi: asyncApiDocument({ ...of, events }),
        odcs: odcsDocument(contract, { version: of.version, isDeprecated: language === 'en' }),
      }
      for (const [name, document] of Object.entries(documents)) {
        const check = checks[name as keyof typeof checks]
        // As it is sent: what JSON leaves out is not there.
        t.ok(check(JSON.parse(JSON.stringify(document))), `${name} of ${path}`, {
          faults: (check.errors ?? [])
            .slice(0, 5)
            .map(({ instancePath, message }) => `${instancePath} ${message}`),
        })
      }
    }
  }
})

t.test('every event has a channel of its own, and every reference leads somewhere', async (t) => {
  const events = (odd.events ?? []).map(({ type }) => ({ type, schema: true }))
  const of = { contract: odd, version: '1.0.0', language: 'en' } as const
  const channels = asyncApiDocument({ ...of, events }).channels
  t.equal(Object.keys(channels).length, events.length)
  for (const document of [openApiDocument(of), asyncApiDocument({ ...of, events })]) {
    const json = JSON.parse(JSON.stringify(document))
    for (const [, pointer = ''] of JSON.stringify(json).matchAll(/"\$ref":"#([^"]*)"/g)) {
      t.not(at(json, pointer), undefined, pointer)
    }
  }
})

t.test('a deprecated major says so', async (t) => {
  t.match(odcsDocument(odd, { version: '1.0.0', isDeprecated: true }), { status: 'deprecated' })
})

function at(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(
      (found: unknown, token) => (found as Record<string, unknown> | undefined)?.[token],
      value,
    )
}
