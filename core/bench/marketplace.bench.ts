import { ChildServer } from './child-server.ts'
import { installVerdaccio } from './install-verdaccio.ts'
import { measureLargePublishes } from './large-publishes.ts'
import { measureSearch } from './marketplace-search.ts'
import type { Registry } from './registry-packages.ts'
import { fillRegistries, measureInstalls, measurePackuments } from './registry-rounds.ts'

const PACKAGES = 50
const VERSIONS = 5

/** `BENCH_PARTS=packuments,installs,large,search` picks parts; `BENCH_EFFORT=0.2` makes fewer rounds, which say less. */
const all = ['packuments', 'installs', 'large', 'search'] as const
const parts = (process.env['BENCH_PARTS'] ?? all.join(',')).split(',')
const has = (part: (typeof all)[number]) => parts.includes(part)
const effort = Number(process.env['BENCH_EFFORT'] ?? 1)
const rounds = (full: number) => Math.max(1, Math.round(full * effort))

/** What the marketplace takes, as a registry beside Verdaccio and by itself. */
export async function run(): Promise<Readonly<Record<string, unknown>>> {
  return {
    ...(has('packuments') || has('installs') ? await besideVerdaccio() : {}),
    ...(has('large') ? await measureLargePublishes(rounds(24)) : {}),
    ...(has('search') ? await measureSearch(rounds(2000)) : {}),
  }
}

async function besideVerdaccio() {
  const verdaccio = await installVerdaccio()
  process.stderr.write(`Verdaccio ${verdaccio.version} is installed\n`)
  try {
    const production = { NODE_ENV: 'production' }
    const servers = {
      signalbox: await ChildServer.start<Registry>('market-host-process.ts', [], production),
      verdaccio: await ChildServer.start<Registry>(
        'verdaccio-process.ts',
        [verdaccio.folder],
        production,
      ),
    }
    try {
      const { names, figures } = await fillRegistries(servers, PACKAGES, rounds(VERSIONS))
      return {
        ...(has('packuments') ? await measurePackuments(servers, names, rounds(5), 4) : {}),
        ...(has('installs') ? await measureInstalls(servers, names, rounds(5)) : {}),
        ...figures,
        verdaccio: verdaccio.version,
      }
    } finally {
      await Promise.all([servers.signalbox.stop(), servers.verdaccio.stop()])
    }
  } finally {
    await verdaccio.remove()
  }
}
