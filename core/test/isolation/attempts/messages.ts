import { type AttemptRow, call, type HttpAttempt, type Known } from '../attempt-row.ts'

const event = (more: object = {}) => ({
  specversion: '1.0',
  id: 'forged-1',
  source: '/tenants/globex/apps/app',
  type: 'victim.imported',
  data: { note: 'planted' },
  ...more,
})

const send = (
  name: string,
  body: (known: Known) => unknown,
  more: Partial<HttpAttempt> = {},
): AttemptRow => ({
  name,
  capability: 'event:publish',
  from: 'outsider',
  after: 'effect',
  asks: (known) => ({
    as: 'app',
    method: 'POST',
    path: '/v1/events',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: body(known),
    ...more,
  }),
})

const publish = (
  name: string,
  from: 'neighbour' | 'stranger',
  ...given: readonly unknown[]
): AttemptRow => ({
  name,
  capability: 'event:publish',
  from,
  after: 'effect',
  tries: () => call('events.publish', ...given),
})

const schedule = (
  name: string,
  tries: AttemptRow['tries'],
  from: AttemptRow['from'] = 'neighbour',
): AttemptRow => ({
  name,
  capability: 'job:schedule',
  from,
  after: 'effect',
  ...(tries === undefined ? {} : { tries }),
})

export const messageAttempts: readonly AttemptRow[] = [
  publish('an event of a type of another plugin', 'neighbour', 'victim.told', { note: 'forged' }),
  publish('an event of another plugin that apps send', 'neighbour', 'victim.imported', {
    note: 'forged',
  }),
  publish('an event of another plugin, in another tenant', 'stranger', 'victim.told', {
    note: 'forged',
  }),
  publish('an event of the host', 'neighbour', 'signalbox.plugin.enabled', {}),
  publish(
    'a source of another plugin',
    'neighbour',
    'victim.told',
    {},
    { source: '/plugins/@victim/one' },
  ),
  {
    name: 'the id of an event of another plugin',
    capability: 'event:publish',
    from: 'neighbour',
    after: 'effect',
    tries: ({ me, victim }) =>
      call('events.publish', `${me}.told`, { note: 'mine' }, { id: victim.event, key: 'a' }),
  },
  {
    name: 'its own type, heard by itself in another tenant',
    capability: 'event:publish',
    from: 'stranger',
    after: 'effect',
    tries: ({ me, twin }) =>
      call('events.publish', `${me}.told`, { note: 'strange' }, { id: twin.event, key: 'a' }),
  },
  {
    name: 'events of another tenant that it has the grant for',
    capability: 'event:subscribe',
    from: 'stranger',
    after: 'event',
    tries: () => call('db.query', "select body from kept where kind = 'event'"),
    worksFor: 'twin',
  },
  {
    name: 'events of another plugin without a grant',
    capability: 'event:subscribe',
    from: 'neighbour',
    after: 'event',
    tries: () => call('db.query', "select body from kept where kind = 'event'"),
    worksFor: 'victim',
  },
  send('an event to another tenant, by its source', () =>
    event({ source: '/tenants/acme/apps/app' }),
  ),
  send('an event as another plugin', () =>
    event({ source: '/plugins/@victim/one', type: 'victim.told' }),
  ),
  send('an event that only another tenant takes', () => event()),
  send('an event with the tenant as an attribute', () =>
    event({ tenant: 'acme', tenantid: 'acme' }),
  ),
  send('an event with the tenant in the query', () => event(), { path: '/v1/events?tenant=acme' }),
  send(
    'a batch with one of them',
    () => [event({ id: 'a' }), event({ id: 'b', source: '/tenants/acme/apps/app' })],
    {
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    },
  ),
  send('an event whose attributes are headers', () => ({ note: 'planted' }), {
    headers: {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'forged-2',
      'ce-source': '/tenants/acme/apps/app',
      'ce-type': 'victim.imported',
    },
  }),
  send('a source that climbs', () =>
    event({ source: '/tenants/globex/apps/app/../../../acme/apps/app' }),
  ),
  {
    ...schedule('all jobs', () => call('jobs.list', {}), 'stranger'),
    after: 'job',
    worksFor: 'twin',
  },
  {
    ...schedule('all jobs of all plugins', () => call('jobs.list', {})),
    after: 'job',
    worksFor: 'victim',
  },
  {
    ...schedule('jobs from a cursor of another', ({ victim }) =>
      call('jobs.list', { cursor: victim.job }),
    ),
    after: 'job',
  },
  schedule('a job of another plugin taken back by its id', ({ victim }) =>
    call('jobs.cancel', victim.job),
  ),
  schedule('a job of another plugin taken back by its key', ({ victim }) =>
    call('jobs.cancel', victim.jobKey),
  ),
  schedule(
    'a job of another tenant taken back by its id',
    ({ twin }) => call('jobs.cancel', twin.job),
    'stranger',
  ),
  schedule(
    'a job of another tenant taken back by its key',
    ({ twin }) => call('jobs.cancel', twin.jobKey),
    'stranger',
  ),
  schedule(
    'a job of another tenant moved by its key',
    ({ twin }) =>
      call('jobs.schedule', 'work', { afterMs: 3_600_000, key: twin.jobKey, payload: 'planted' }),
    'stranger',
  ),
  schedule('a job of another plugin moved by its key', ({ victim }) =>
    call('jobs.schedule', 'work', { afterMs: 3_600_000, key: victim.jobKey, payload: 'planted' }),
  ),
  schedule('a job that only another plugin has', () =>
    call('jobs.schedule', '@victim/one work', { afterMs: 0 }),
  ),
  {
    name: 'a message by a channel of another tenant',
    capability: 'notify:send',
    from: 'stranger',
    after: 'effect',
    tries: () =>
      call('notify.send', { channel: 'memo', to: ['a@b.example'], subject: 'x', text: 'planted' }),
    worksFor: 'victim',
  },
  {
    name: 'a message to a plugin by its name',
    capability: 'notify:send',
    from: 'neighbour',
    after: 'effect',
    tries: () =>
      call('notify.send', {
        channel: '@victim/one',
        to: ['a@b.example'],
        subject: 'x',
        text: 'planted',
      }),
  },
]
