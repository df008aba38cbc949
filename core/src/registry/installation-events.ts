import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { pluginNameSchema, strictObject, versionSchema } from '../gateway/http-schemas.ts'
import { LiveStreams } from '../live/live-streams.ts'
import { unfinishedStates } from './installation-states.ts'
import { type Installation, readProgress } from './registry-store.ts'

/** Of one node: a small read twice a second each. */
const MAX_STREAMS = 32
/** No installation takes as long; who asked for one that never begins is not looked for any longer. */
const MOST_MS = 600_000

/** Where an installation is; a state of null: it has not been fetched and checked yet. */
interface Progress {
  readonly plugin: string
  readonly version: string
  readonly state: Installation['state'] | null
  readonly fault: Installation['fault']
}

/**
 * An installation, live, for whoever has asked for it: it may be listened to before there is anything of it, since a version is
 * fetched and checked before the host knows it. Ends when it is done, or has failed.
 */
export function installationEvents(app: FastifyInstance, knex: Knex): void {
  const streams = new LiveStreams(app, MAX_STREAMS)
  app.get<{ Params: { name: string; version: string } }>(
    '/v1/plugins/:name/versions/:version/events',
    {
      config: { action: 'plugin.plan' },
      // A HEAD would read the stream to its end.
      exposeHeadRoute: false,
      schema: {
        tags: ['plugins'],
        summary: 'An installation, live: server-sent events with its state and its fault',
        params: strictObject({ name: pluginNameSchema, version: versionSchema }, [
          'name',
          'version',
        ]),
      },
    },
    async (request, reply) => {
      const { name: plugin, version } = request.params
      const read = async (): Promise<Progress> => {
        const found = await readProgress(knex, plugin, version)
        return { plugin, version, state: null, fault: null, ...found }
      }
      const idOf = ({ state }: Progress) => state ?? 'asked'
      return streams.send(reply, { event: 'installation', read, idOf, isOver, mostMs: MOST_MS })
    },
  )
}

function isOver({ state }: Progress): boolean {
  return state !== null && !unfinishedStates.includes(state)
}
