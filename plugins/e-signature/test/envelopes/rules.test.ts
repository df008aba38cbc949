import { createHash } from 'node:crypto'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { checkEntries, EMPTY, linked, type Note } from '../../src/evidence/chain.ts'
import {
  CODE_TTL_MS,
  drawCode,
  keepCode,
  LOCK_MS,
  MAX_ATTEMPTS,
  tryCode,
} from '../../src/recipients/one-time-code.ts'
import { isMet } from '../../src/routing/condition.ts'
import { groupStates, routeState } from '../../src/routing/group-states.ts'
import { depths, type Group, neededOf } from '../../src/routing/groups.ts'

const hash = (_: string, data: string | Uint8Array) =>
  createHash('sha256').update(data).digest('hex')
const START = Date.UTC(2026, 2, 2)

/** Groups of which each comes after some of those before it, with two or three roles of its own. */
const routes = fc
  .array(
    fc.record({
      size: fc.integer({ min: 1, max: 3 }),
      after: fc.array(fc.nat(), { maxLength: 2 }),
      rule: fc.constantFrom('all', 'any', 'some'),
      atLeast: fc.integer({ min: 1, max: 3 }),
      isLeftOut: fc.boolean(),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((drawn) =>
    drawn.map(
      ({ size, after, rule, atLeast, isLeftOut }, index): Group => ({
        ...{ group: `g${index}`, rule: rule as Group['rule'], atLeast: Math.min(atLeast, size) },
        after: index === 0 ? [] : [...new Set(after.map((one) => `g${one % index}`))],
        roles: Array.from({ length: size }, (_, member) => `r${index}.${member}`),
        ...(isLeftOut
          ? {
              when: {
                match: 'all',
                rows: [{ field: 'big', test: 'equals', value: true }],
              } as const,
            }
          : {}),
      }),
    ),
  )

t.test(
  'whoever acts in his turn brings every route to its end, in whatever order they act',
  async () => {
    fc.assert(
      fc.property(routes, fc.boolean(), fc.infiniteStream(fc.nat()), (groups, big, chance) => {
        const recipients = groups.flatMap(({ roles }) =>
          roles.map((role) => ({ role, state: 'waiting' })),
        )
        const draws = chance[Symbol.iterator]()
        for (let acts = 0; acts <= recipients.length; acts += 1) {
          const states = groupStates(groups, recipients, { big })
          if (routeState(states) === 'done') {
            return groups.every((group) => {
              const signed = recipients.filter(
                ({ role, state }) => group.roles.includes(role) && state === 'signed',
              )
              const isOut = group.when !== undefined && !big
              return isOut
                ? signed.length === 0
                : signed.length === neededOf(group, group.roles.length)
            })
          }
          const open = recipients.filter(
            ({ role, state }) =>
              state === 'waiting' &&
              groups.some(
                ({ group, roles }) => roles.includes(role) && states.get(group) === 'open',
              ),
          )
          const next = open[(draws.next().value as number) % Math.max(1, open.length)]
          if (next === undefined) return false
          next.state = 'signed'
        }
        return false
      }),
    )
  },
)

t.test('a group never opens before all that come before it are settled', async () => {
  fc.assert(
    fc.property(
      routes,
      fc.infiniteStream(fc.constantFrom('waiting', 'signed', 'rejected')),
      (groups, chance) => {
        const draws = chance[Symbol.iterator]()
        const recipients = groups.flatMap(({ roles }) =>
          roles.map((role) => ({ role, state: draws.next().value as string })),
        )
        const states = groupStates(groups, recipients, {})
        const depth = depths(groups)
        return groups.every(
          ({ group, after }) =>
            after.every((one) => (depth.get(one) ?? 0) < (depth.get(group) ?? 0)) &&
            (states.get(group) === 'blocked' ||
              after.every((one) => ['done', 'skipped'].includes(states.get(one) ?? ''))),
        )
      },
    ),
  )
})

t.test(
  'amounts are compared by what they are worth, and not as text or binary fractions',
  async (t) => {
    const row = (test: string, value: string) =>
      ({ match: 'all', rows: [{ field: 'amount', test, value }] }) as unknown as Parameters<
        typeof isMet
      >[0]
    t.ok(isMet(row('more-than', '1000000'), { amount: '1000000.000001' }))
    t.notOk(isMet(row('more-than', '1000000'), { amount: '1000000.000000' }))
    t.ok(isMet(row('equals', '100.1'), { amount: '100.10' }))
    t.ok(isMet(row('less-than', '10'), { amount: '9' }), 'not as text')
    t.ok(isMet(row('at-most', '900719925474099.3'), { amount: '900719925474099.3' }))
    t.notOk(isMet(row('at-least', '900719925474099.3'), { amount: '900719925474099.299999' }))
    t.notOk(isMet(row('more-than', '5'), {}), 'what is not there is not more')
    t.ok(isMet(row('less-than', '2026-10-01'), { amount: '2026-09-30' }))
  },
)

const noted = fc.array(
  fc.record({
    what: fc.string(),
    who: fc.string(),
    data: fc.dictionary(fc.string(), fc.jsonValue()),
  }),
  {
    minLength: 1,
    maxLength: 8,
  },
)

t.test('no entry of a chain can be changed, moved or taken out of it unseen', async () => {
  fc.assert(
    fc.property(
      noted,
      fc.nat(),
      fc.constantFrom('what', 'who', 'at', 'seq', 'previous', 'hash'),
      (notes, at, field) => {
        const scene = { envelope: 'env_1', at: new Date(START).toISOString(), hash }
        const { entries, head } = linked(EMPTY, notes as Note[], scene)
        const read = JSON.parse(JSON.stringify(entries))
        const whole = checkEntries(EMPTY, read, hash)
        if (whole.fault !== undefined || whole.head.hash !== head.hash) return false
        const place = at % entries.length
        const changed = structuredClone(read)
        changed[place][field] =
          field === 'seq' ? changed[place].seq + 1 : `${changed[place][field]}x`
        const without = read.filter((_: unknown, index: number) => index !== place)
        const isCutOff = checkEntries(EMPTY, without, hash)
        return (
          checkEntries(EMPTY, changed, hash).fault !== undefined &&
          (isCutOff.fault !== undefined || isCutOff.head.hash !== head.hash)
        )
      },
    ),
  )
})

t.test(
  'a code lets nobody in by chance: five tries, each digit as likely, and bound to whom it was sent',
  async (t) => {
    const scene = { now: START, context: 'env_1 r1', hash }
    const sent = {
      channel: 'mail',
      salt: 'ab',
      sends: 1,
      countedFrom: new Date(START).toISOString(),
      attempts: 0,
    } as const
    let kept = keepCode('123456', sent, scene)
    t.notMatch(JSON.stringify(kept), /123456/)
    t.equal(
      tryCode(kept, '123456', { ...scene, context: 'env_1 r2' }).outcome,
      'wrong',
      'of another signer',
    )
    t.equal(tryCode(kept, '123456', { ...scene, now: START + CODE_TTL_MS }).outcome, 'expired')
    t.equal(tryCode(kept, '123456', { ...scene, now: START + CODE_TTL_MS - 1 }).outcome, 'right')
    for (let tries = 1; tries < MAX_ATTEMPTS; tries += 1)
      kept = tryCode(kept, '000000', scene).kept ?? kept
    const last = tryCode(kept, '000000', scene)
    t.ok(last.hasLocked)
    const locked = last.kept ?? kept
    t.equal(tryCode(locked, '123456', { ...scene, now: START + LOCK_MS - 1 }).outcome, 'locked')
    t.equal(
      tryCode(locked, '123456', { ...scene, now: START + LOCK_MS }).outcome,
      'expired',
      'the code ends with the lock',
    )
    const drawn = [2 ** 32 - 1, 2 ** 32 - 967_296, 4_294_000_000 - 1, 7]
    t.equal(
      drawCode(() => drawn.shift() ?? 0),
      '999999',
      'what would make some codes likelier is drawn again',
    )
  },
)
