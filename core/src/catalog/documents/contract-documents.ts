import type { Language } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { findFile } from '../../registry/registry-store.ts'
import { jobEvent } from '../lineage/openlineage-event.ts'
import type { ServedContract } from '../served-contract.ts'
import { asyncApiDocument, type DeclaredEvent } from './asyncapi-document.ts'
import { odcsDocument } from './odcs-document.ts'
import { openApiDocument } from './openapi-document.ts'
import { typeScriptClient } from './typescript-client.ts'

export const documentNames = [
  'openapi',
  'asyncapi',
  'contract',
  'odcs',
  'openlineage',
  'types',
] as const
export type DocumentName = (typeof documentNames)[number]

interface Ports {
  readonly knex: Knex
  readonly contents: { get(sha256: string): Promise<Buffer | undefined> }
}

interface Wanted {
  readonly served: ServedContract
  readonly name: DocumentName
  readonly language: Language
  readonly isDeprecated: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A document of the contract in service; made on demand, for a version never changes and this takes a millisecond. */
export async function contractDocument(
  ports: Ports,
  { served, name, language, isDeprecated, now }: Wanted,
): Promise<object | string> {
  const { contract, version } = served
  if (name === 'contract') return contract
  if (name === 'odcs') return odcsDocument(contract, { version, isDeprecated })
  if (name === 'openlineage') return jobEventsOf(served, new Date(now))
  if (name === 'types') return typeScriptClient(contract, version)
  if (name === 'openapi') return openApiDocument({ contract, version, language })
  const events = await eventsOf(ports, served)
  return asyncApiDocument({ contract, version, events, language })
}

/** Of the operations whose lineage is declared: as designed, since each call is no run of a job. */
function jobEventsOf({ manifest, contract, plugin }: ServedContract, at: Date) {
  const { id, major } = contract
  return Object.entries(manifest.lineage?.operations ?? {})
    .filter(([key]) => key.startsWith(`${id}/`))
    .map(([key, flow]) => {
      const name = `${id}@${major}/${key.slice(id.length + 1)}`
      return jobEvent({ kind: 'operations', name, plugin, flow }, at)
    })
}

async function eventsOf(
  { knex, contents }: Ports,
  { plugin, version, manifest, contract }: ServedContract,
): Promise<DeclaredEvent[]> {
  const named = (contract.events ?? []).map(({ type }) => type)
  const declared = (manifest.provides?.events ?? []).filter(({ type }) => named.includes(type))
  return Promise.all(
    declared.map(async ({ type, schema: path }) => {
      const file = await findFile(knex, plugin, version, path)
      const bytes = file === undefined ? undefined : await contents.get(file.sha256)
      return { type, schema: bytes === undefined ? true : JSON.parse(bytes.toString('utf8')) }
    }),
  )
}
