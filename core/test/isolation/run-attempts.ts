import type { AttemptRow, From, HttpAttempt, Known } from './attempt-row.ts'
import { leaksOf, PEOPLE } from './judge.ts'
import {
  type Attacker,
  adminOf,
  belongingsOf,
  type Party,
  partyOf,
  tell,
  type World,
} from './world.ts'

export interface AttemptReport {
  readonly row: AttemptRow
  readonly attacker: string
  /** In words; none: the attempt failed, as it must. */
  readonly leaks: readonly string[]
  /** What came back, for a look at it. */
  readonly gained: string
}

const tenantOf: Readonly<Record<From, string>> = {
  neighbour: 'acme',
  stranger: 'globex',
  outsider: 'globex',
}

/** Every attempt of the table, by every attacker that can make it, one after the other. */
export async function runAttempts(
  world: World,
  rows: readonly AttemptRow[],
): Promise<readonly AttemptReport[]> {
  const reports: AttemptReport[] = []
  for (const me of world.attackers) {
    for (const row of rows) {
      const isOnce = row.asks !== undefined || row.sandboxOnly === true
      if (isOnce && me !== 'intruder') continue
      reports.push(await runAttempt(world, row, me, attackerOf(world, row, me)))
    }
  }
  return reports
}

/** The attempts that their rightful owners can make, made by these, and judged as if it had been the attacker. */
export async function runControls(
  world: World,
  rows: readonly AttemptRow[],
): Promise<readonly AttemptReport[]> {
  const reports: AttemptReport[] = []
  for (const row of rows) {
    if (row.worksFor === undefined) continue
    const owner =
      row.worksFor === 'admin'
        ? { actor: PEOPLE, tenant: 'acme', key: '' }
        : partyOf(world, row.worksFor === 'twin' ? 'intruder@acme' : 'victim@acme')
    reports.push(await runAttempt(world, row, 'intruder', owner))
  }
  return reports
}

/** What attempts left with the victim after all, when everything that was on its way has arrived. */
export async function lateEffects(world: World): Promise<readonly string[]> {
  await world.watch.settle()
  const found: string[] = []
  for (const [plugin, schema] of world.watch.schemas) {
    const { rows } = await world.pluginSql.query<{ body: string }>(
      `select body from ${schema}.kept where tenant = 'acme' and body ~ 'forged|planted|strange'`,
    )
    found.push(...rows.map(({ body }) => `${plugin} in acme has kept ${body}`))
  }
  return found
}

function attackerOf(world: World, { from }: AttemptRow, me: Attacker): Party {
  const tenant = tenantOf[from]
  if (from === 'outsider') return { ...partyOf(world, `${me}@${tenant}`), actor: PEOPLE }
  return partyOf(world, `${me}@${tenant}`)
}

/** @param by who makes it; judged is what an attacker as the row names it may have. */
async function runAttempt(
  world: World,
  row: AttemptRow,
  me: Attacker,
  by: Party,
): Promise<AttemptReport> {
  const known: Known = {
    world,
    me,
    victim: belongingsOf(world, 'victim@acme'),
    twin: belongingsOf(world, `${me}@acme`),
  }
  const judged = attackerOf(world, row, me)
  const before = await world.watch.look(judged)
  const seen = world.places.spoils.requests.length
  const knocked = knocksOf(world)
  const { said, answer } = await make(world, row, known, by)
  // What an event does, it does later.
  if (row.capability === 'event:publish') await world.watch.settle()
  const took = JSON.stringify(world.places.spoils.requests.slice(seen))
  const gained = `${answer}\n${took}`
  const after = await world.watch.look(judged)
  const outcome = { said, gained, knocks: knocksOf(world) - knocked, before, after }
  const leaks = leaksOf(judged, world.canaries, outcome)
  return { row, attacker: `${by.actor}@${by.tenant}`, leaks, gained }
}

async function make(world: World, row: AttemptRow, known: Known, by: Party) {
  if (row.asks !== undefined) {
    const asked = row.asks(known)
    return { said: JSON.stringify(asked), answer: await request(world, asked, by) }
  }
  if (row.tries === undefined) throw new Error(`nothing is done in ${row.name}`)
  const attempt = row.tries(known)
  return { said: JSON.stringify(attempt), answer: await tell(world, by, attempt) }
}

async function request(world: World, asked: HttpAttempt, by: Party): Promise<string> {
  const { as, method, path, headers = {}, body } = asked
  const token = as === 'admin' ? adminOf(world, by.tenant).token : by.key
  const response = await fetch(`${world.host.url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(as === 'nobody' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return `${response.status} ${JSON.stringify([...response.headers])}\n${await response.text()}`
}

const knocksOf = ({ places }: World): number =>
  places.larder.connections() + places.vault.connections()
