import type { InputFault } from '@signalbox/sdk/errors'
import type { Knex } from 'knex'
import { commitRoutedChange } from '../audit/change.ts'
import { coreErrors } from '../errors.ts'
import { parseAllowedOrigin } from '../gateway/cors/allowed-origin.ts'
import type { RoutingTable } from '../rollout/routing/routing-table.ts'
import type { Caller } from './identity-service.ts'
import { findAppOrigins, setAppOrigins } from './identity-store.ts'

interface Ports {
  readonly knex: Knex
  readonly routing: Pick<RoutingTable, 'reach'>
}

export interface AppOrigins {
  readonly tenant: string
  readonly app: string
  readonly origins: readonly string[]
}

/** From pages of which origins an app's keys may be used. In force on this node on return. */
export class AppOriginService {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws CORE_APP_MISSING */
  async listed(tenant: string, app: string): Promise<AppOrigins> {
    const origins = await findAppOrigins(this.#ports.knex, tenant, app)
    if (origins === undefined) throw coreErrors.create('APP_MISSING', { tenant, app })
    return { tenant, app, origins }
  }

  /** These and no others. @throws CORE_APP_MISSING, CORE_INPUT_INVALID with where */
  async list(caller: Caller, { tenant, app, origins: asked }: AppOrigins): Promise<AppOrigins> {
    const origins = originsIn(asked)
    const change = { ...caller, action: 'app.origins_listed', subject: app, tenant }
    const { generation } = await commitRoutedChange(
      this.#ports.knex,
      { ...change, detail: { origins } },
      async (trx) => {
        const isSet = await setAppOrigins(trx, { tenant, app, origins })
        if (!isSet) throw coreErrors.create('APP_MISSING', { tenant, app })
      },
    )
    await this.#ports.routing.reach(generation)
    return { tenant, app, origins }
  }
}

/** As browsers write them, each once. @throws CORE_INPUT_INVALID */
function originsIn(texts: readonly string[]): readonly string[] {
  const faults: InputFault[] = []
  const origins = new Set<string>()
  for (const [at, text] of texts.entries()) {
    const origin = parseAllowedOrigin(text)
    if (origin !== undefined) origins.add(origin)
    else faults.push({ pointer: `/origins/${at}`, detail: NOT_AN_ORIGIN })
  }
  if (faults.length > 0) throw coreErrors.create('INPUT_INVALID', {}, { faults })
  return [...origins]
}

const NOT_AN_ORIGIN =
  'is no origin such as https://app.example.com (no path, no wildcard); for development http://localhost:5173, http://localhost:* or the same of 127.0.0.1'
