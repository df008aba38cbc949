import { type AttemptRow, call, type From, type Known } from '../attempt-row.ts'
import type { Belongings } from '../world.ts'

const of = (from: From, { victim, twin }: Known): Belongings =>
  from === 'neighbour' ? victim : twin

/** The same on the victim's files and, from another tenant, on those of its own plugin. */
function both(
  name: string,
  tries: (owner: Belongings, known: Known) => ReturnType<typeof call>,
  { after = 'blob', works = false } = {},
): readonly AttemptRow[] {
  return (['neighbour', 'stranger'] as const).map((from) => ({
    name: `${name}, as a ${from}`,
    capability: 'blob:own',
    from,
    after,
    tries: (known) => tries(of(from, known), known),
    ...(works ? { worksFor: from === 'neighbour' ? ('victim' as const) : ('twin' as const) } : {}),
  }))
}

const upload =
  (action: string) =>
  ({ upload: id }: Belongings) =>
    call('upload', { upload: id, size: 0, action, text: 'planted' })

const http = (
  name: string,
  path: (known: Known) => string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): AttemptRow => ({
  name,
  capability: 'blob:own',
  from: 'outsider',
  after: 'blob',
  asks: (known) => ({ as: 'admin', method, path: path(known), headers }),
})

const victims = ({ victim }: Known) => `/v1/tenants/acme/plugins/@victim%2Fone/blobs/${victim.blob}`
const twins = ({ twin }: Known) => `/v1/tenants/globex/plugins/@intruder%2Fone/blobs/${twin.blob}`

const asset = (name: string, path: string): AttemptRow => ({
  name,
  capability: 'assets',
  from: 'neighbour',
  after: 'asset',
  tries: () => call('assets', path),
})

export const fileAttempts: readonly AttemptRow[] = [
  ...both('a file by its name', ({ blob }) => call('blobs.get', blob), { works: true }),
  ...both('a part of a file', ({ blob }) => call('blobs.get', blob, { offset: 0, length: 60 }), {
    works: true,
  }),
  ...both('whether there is a file', ({ blob }) => call('blobs.stat', blob)),
  ...both('a file deleted', ({ blob }) => call('blobs.delete', blob), { after: 'effect' }),
  ...both('all files, from a cursor', () => call('blobs.list', { cursor: '0'.repeat(64) })),
  ...both('an upload written to', upload('write'), { after: 'effect' }),
  ...both('an upload finished', upload('finish')),
  ...both('an upload given up', upload('abort'), { after: 'effect' }),
  ...both('a file whose name is a path', ({ blob }) =>
    call('blobs.get', `../@victim%2Fone/${blob}`),
  ),
  {
    ...http("a file of another tenant's plugin by HTTP", victims),
    worksFor: 'admin',
  },
  http('a range of it', victims, { range: 'bytes=0-30' }),
  http('two ranges of it', victims, { range: 'bytes=0-5,10-20' }),
  http('its head', victims, {}, 'HEAD'),
  http('it deleted', victims, {}, 'DELETE'),
  http("a file of another tenant's under a path of its own", twins),
  http('a range of that', twins, { range: 'bytes=0-30' }),
  http('whether it is still the same', (known) => twins(known), { 'if-none-match': '"x"' }),
  http(
    'a tenant by a path that climbs',
    ({ victim }) => `/v1/tenants/globex/../acme/plugins/@victim%2Fone/blobs/${victim.blob}`,
  ),
  http(
    'a tenant by an escaped path',
    ({ victim }) => `/v1/tenants/globex%2F..%2Facme/plugins/@victim%2Fone/blobs/${victim.blob}`,
  ),
  http(
    'a tenant by the query',
    ({ victim }) => `/v1/tenants/globex/plugins/@victim%2Fone/blobs/${victim.blob}?tenant=acme`,
  ),
  asset('a path out of the package', '../../victim/assets/canary.txt'),
  asset("another package's name in the path", '@victim/one/assets/canary.txt'),
  asset("another package's version in the path", '../@victim+one@1.0.0/assets/canary.txt'),
  asset('an absolute path', '/etc/passwd'),
  asset('a path with escapes', 'assets/%2e%2e/%2e%2e/canary.txt'),
  asset('a path with backslashes', 'assets\\..\\..\\victim\\assets\\canary.txt'),
  asset('a path with a null', 'assets/canary.txt\0@victim/one'),
]
