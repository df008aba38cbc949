import type { Contract } from '@signalbox/sdk/contract'
import type { Language } from '@signalbox/sdk/errors'
import { relocated } from './relocated-schema.ts'

export interface DeclaredEvent {
  readonly type: string
  readonly schema: unknown
}

/**
 * AsyncAPI 3.0 of the events that belong to a service: CloudEvents 1.0 whose `data` fits the type's schema. Each goes by
 * its type, which is a name there as it is: another made of it might be two types'.
 */
export function asyncApiDocument({
  contract,
  version,
  events,
  language,
}: {
  readonly contract: Contract
  readonly version: string
  readonly events: readonly DeclaredEvent[]
  readonly language: Language
}) {
  return {
    asyncapi: '3.0.0',
    info: {
      title: contract.title[language] ?? contract.title.en,
      version,
      description:
        contract.description?.[language] ?? contract.description?.en ?? contract.title.en,
    },
    defaultContentType: 'application/cloudevents+json',
    channels: Object.fromEntries(
      events.map(({ type }) => [
        type,
        { address: type, messages: { [type]: { $ref: `#/components/messages/${type}` } } },
      ]),
    ),
    operations: Object.fromEntries(
      events.map(({ type }) => [
        `send_${type}`,
        {
          action: 'send',
          channel: { $ref: `#/channels/${type}` },
          messages: [{ $ref: `#/channels/${type}/messages/${type}` }],
        },
      ]),
    ),
    components: {
      messages: Object.fromEntries(
        events.map(({ type, schema }) => [
          type,
          messageOf(type, schema, `#/components/messages/${type}/payload/properties/data`),
        ]),
      ),
    },
  }
}

function messageOf(type: string, schema: unknown, base: string) {
  return {
    name: type,
    contentType: 'application/cloudevents+json',
    payload: {
      type: 'object',
      required: ['specversion', 'id', 'source', 'type', 'data'],
      properties: {
        specversion: { const: '1.0' },
        id: { type: 'string' },
        source: { type: 'string' },
        type: { const: type },
        subject: { type: 'string' },
        time: { type: 'string', format: 'date-time' },
        data: relocated(schema, base),
      },
    },
  }
}
