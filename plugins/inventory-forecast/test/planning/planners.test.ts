import { Refusal } from '@signalbox/sdk'
import t from 'tap'
import { DAY, key, openOn as open, planned, run, weeks } from './planned-item.ts'
import { planningHost } from './planning-host.ts'

const planning = await planningHost(t)

t.test(
  'a planner’s word changes orders at once, and its value is known when demand came',
  async (t) => {
    const on = await planning.another()
    await planned(on, 260)
    t.strictSame(await open(on), [])
    const said = {
      ...key,
      from: '2026-11-30',
      to: '2026-12-13',
      kind: 'factor',
      value: 2,
      reason: 'Line 4 starts up',
    }
    const { id } = await on.call('override', said, 'ann')
    await on.host.advance(1000)
    await on.host.advance(1000)
    await on.call(
      'override',
      { ...said, from: '2026-12-07', kind: 'value', value: 90, reason: 'One week only' },
      'bo',
    )
    const { periods } = await on.call('forecast', key)
    t.match(periods[1], { start: '2026-11-30', override: id })
    t.ok(
      Math.abs(periods[1].planned - 2 * periods[1].statistical) < 1e-9,
      'beside the forecast, not in its place',
    )
    t.equal(periods[2].planned, 90, 'of two words the newest holds')
    t.equal((await open(on)).length, 1, 'more demand than the stock was meant for')
    const { components } = await on.call('explain', { ...key, what: 'forecast' })
    t.ok(Math.abs(components[1].override - components[1].baseline) < 1e-9)
    await run(on)
    await on.host.advance(7 * DAY)
    await on.host.runJob('nightly')
    await on.host.advance(1000)
    await on.call('recordDemand', {
      days: [
        { ...key, day: '2026-11-24', quantity: 100, unit: 'C62' },
        { ...key, day: '2026-12-01', quantity: 190, unit: 'C62' },
      ],
    })
    await on.host.advance(7 * DAY)
    await run(on)
    const value = await on.call('overrideValue')
    t.match(value, { periods: 1, betterShare: 1, byAuthor: [{ author: 'user:ann', periods: 1 }] })
    t.ok(value['valueAdded'] > 60, 'about 90 of error became about 10')
    t.match(await on.call('overrides', { activeOnly: true }), {
      items: [{ author: 'user:bo' }, { author: 'user:ann', reason: 'Line 4 starts up' }],
    })
    await on.call('withdrawOverride', { id })
    await t.rejects(on.call('withdrawOverride', { id }), { code: 'OVERRIDE_NOT_ACTIVE' })
    const wrong = { ...said, from: '2027-01-04', to: '2027-01-31' }
    for (const [given, code] of [
      [{ ...wrong, to: '2027-01-01' }, 'OVERRIDE_SPAN_INVALID'],
      [{ ...wrong, from: '2026-01-05', to: '2026-01-11' }, 'OVERRIDE_IN_PAST'],
      [{ ...wrong, expiresAt: '2026-01-01T00:00:00Z' }, 'OVERRIDE_EXPIRED'],
      [{ ...wrong, sku: 'NONE' }, 'SERIES_UNKNOWN'],
      [{ ...wrong, value: -1 }, 'CORE_INPUT_INVALID'],
    ] as const) {
      await t.rejects(on.call('override', given), { code })
    }
  },
)

t.test('a promotion lifts what is to come and is taken out of what was', async (t) => {
  const on = await planning.another()
  await planned(on, 1000)
  const plain = (await on.call('forecast', key))['periods']
  await on.host.emit('promotions.promotion.planned', {
    promotion: 'P-1',
    skus: [key.sku],
    from: '2026-12-07',
    to: '2026-12-13',
    uplift: 1.5,
  })
  const { periods } = await on.call('forecast', key)
  t.ok(Math.abs(periods[2].statistical - 1.5 * plain[2].statistical) < 1e-9)
  t.equal(periods[3].statistical, plain[3].statistical)
  await on.host.emit('promotions.promotion.planned', {
    promotion: 'P-2',
    skus: [key.sku],
    from: '2026-11-16',
    to: '2026-11-22',
    uplift: 2,
  })
  const { periods: past } = await on.call('demand', key)
  t.match(past.at(-1), { promotionFactor: 2, cleaned: past.at(-1).demand / 2 })
})

t.test(
  'a method of another plugin joins the back-test; what it does wrong is a note and no more',
  async (t) => {
    const season = [60, 140, 90, 200, 20, 100]
    const pattern = Array.from({ length: 60 }, (_, n) => season[n % season.length] as number)
    const title = { en: 'Six', 'zh-CN': '六' }
    const method = (
      id: string,
      handler: (input: { history: number[]; horizon: number }) => unknown,
    ) => ({
      plugin: '@acme/methods',
      value: { id, handler: id, title },
      handlers: {
        [id]: (input: unknown) => handler(input as { history: number[]; horizon: number }),
      },
    })
    const sixth = method('sixth', ({ history, horizon }) => ({
      mean: Array.from({ length: horizon }, (_, h) => history[history.length - 6 + (h % 6)]),
    }))
    const point = 'inventory.forecast/method/v1'
    const planBy = async (...methods: ReturnType<typeof method>[]) => {
      const on = await planning.another({ answers: { contributions: { [point]: methods } } })
      await on.empty()
      await on.call('recordDemand', { days: weeks(pattern) })
      await run(on)
      return on
    }
    const won = await planBy(sixth)
    t.match(await won.call('forecast', { ...key, horizon: 2 }), {
      method: '@acme/methods/sixth',
      periods: [{ statistical: 60 }, { statistical: 140 }],
    })
    t.ok(
      (await won.call('explain', { ...key, what: 'forecast' }))['reasons'].some(
        ({ code }: { code: string }) => code === 'METHOD_WON',
      ),
    )
    for (const [id, handler, code] of [
      [
        'worse',
        ({ horizon }) => ({ mean: Array.from({ length: horizon }, () => 1e6) }),
        'METHOD_LOST',
      ],
      ['short', () => ({ mean: [1] }), 'METHOD_MALFORMED'],
      ['words', () => 'soon', 'METHOD_MALFORMED'],
      [
        'endless',
        ({ horizon }) => ({ mean: Array.from({ length: horizon }, () => null) }),
        'METHOD_MALFORMED',
      ],
      [
        'refuses',
        () => {
          throw new Refusal('TOO_SHORT', 'no')
        },
        'METHOD_FAILED',
      ],
      ['hangs', () => new Promise(() => undefined), 'METHOD_TOO_SLOW'],
    ] as const satisfies readonly (readonly [
      string,
      (input: { horizon: number }) => unknown,
      string,
    ])[]) {
      const on = await planBy(method(id, handler))
      const { reasons, method: chosen } = await on.call('explain', { ...key, what: 'forecast' })
      t.ok(
        reasons.some((one: { code: string }) => one.code === code),
        `${id}: ${code}`,
      )
      t.notMatch(chosen, /acme/)
      t.match((await on.call('runs', {}))['items'][0], {
        state: 'completed',
        failed: 0,
        refitted: 1,
      })
    }
  },
)
