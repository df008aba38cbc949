import { hostEventTypes } from '../src/host-events/host-event-types.ts'

/** core/docs/host-events.md, from the list that the host runs by. */
export function hostEventsPage(): string {
  return [
    '# Events of the host that plugins may hear',
    'Generated from `core/src/host-events/host-event-types.ts` by `npm run generate`; `GET /v1/host-events` gives the same. How to',
    'subscribe is in [capabilities.md](../../sdk/docs/capabilities.md#events-of-the-host).',
    '',
    'Each is a CloudEvent with source `/signalbox`, told in the tenant that it concerns and in no other. `subject`, which is also the key',
    'of the order, is what it happened to: a subscription, an app, a service, a rollout. Who did it is not told. What is larger than',
    '64 KiB comes as `{ isTooLarge, bytes }`.',
    '',
    '| type | comes when | fields of `data` |',
    '| --- | --- | --- |',
    ...hostEventTypes.map(({ type, meaning, fields }) => {
      const isMove = type.startsWith('signalbox.rollout.')
      const named = fields.map((field) => `\`${field}\``).join(', ')
      const link = '[a move](../../sdk/docs/capabilities.md#moves-of-rollouts)'
      return `| \`${type}\` | ${meaning.en} ${meaning['zh-CN']} | ${isMove ? link : named || 'none'} |`
    }),
    '',
    'A type that is listed stays, with its fields; more may come. Webhooks hear these and all else that stands in the audit of their tenant.',
    '',
  ].join('\n')
}
