import t from 'tap'
import { CodedError, defineErrors, isCodedError } from '../../src/errors/coded-error.ts'

const errors = defineErrors('DEMO', {
  AWAY: {
    status: 503,
    message: { en: '{what} is away.', 'zh-CN': '{what} 不可用。' },
    cure: { en: 'Ask again in {seconds} s.', 'zh-CN': '请在 {seconds} 秒后重试。' },
  },
})

t.test('a refusal carries code, status and a text in each language', async (t) => {
  const error = errors.create('AWAY', { what: 'The store', seconds: 3 }, { retryAfterS: 3 })
  t.equal(error.code, 'DEMO_AWAY')
  t.equal(error.status, 503)
  t.equal(error.retryAfterS, 3)
  t.equal(error.message, 'The store is away.')
  t.equal(error.localizedMessage('zh-CN'), 'The store 不可用。')
  t.equal(error.cure('en'), 'Ask again in 3 s.')
  t.equal(error.cure('zh-CN'), '请在 3 秒后重试。')
})

t.test('a place without a parameter stays visible instead of saying undefined', async (t) => {
  t.equal(errors.create('AWAY').message, '{what} is away.')
})

t.test('a parameter that is a sentence is told in the language of the answer', async (t) => {
  const errors = defineErrors('TEST', {
    HELD: {
      status: 409,
      message: { en: 'Held: {why}.', 'zh-CN': '已阻止：{why}。' },
      cure: { en: '{why}: wait.', 'zh-CN': '{why}：请等待。' },
    },
  })
  const error = errors.create('HELD', { why: { en: 'a freeze', 'zh-CN': '冻结期' } })
  t.equal(error.message, 'Held: a freeze.')
  t.equal(error.localizedMessage('zh-CN'), '已阻止：冻结期。')
  t.equal(error.cure('zh-CN'), '冻结期：请等待。')
})

t.test('a parameter that looks like a place is not filled again', async (t) => {
  t.equal(errors.create('AWAY', { what: '{seconds}', seconds: 3 }).message, '{seconds} is away.')
})

t.test(
  'a name with a slash stands in a path as the path takes it, elsewhere as it is',
  async (t) => {
    const { create } = defineErrors('DEMO', {
      OFF: {
        status: 409,
        message: { en: '{plugin} is off.', 'zh-CN': '{plugin} 已停用。' },
        cure: {
          en: 'PUT /v1/plugins/{plugin}/{name}, then look at {plugin}.',
          'zh-CN': '请 PUT /v1/plugins/{plugin}/{name} 后查看 {plugin}。',
        },
      },
    })
    const error = create('OFF', { plugin: '@acme/gates', name: 'a b' })
    t.equal(error.message, '@acme/gates is off.')
    t.equal(error.cure('en'), 'PUT /v1/plugins/@acme%2Fgates/a%20b, then look at @acme/gates.')
    const encoded = create('OFF', { plugin: '%40acme%2Fgates', name: '\ud800' })
    t.equal(
      encoded.cure('en'),
      'PUT /v1/plugins/%40acme%2Fgates/%EF%BF%BD, then look at %40acme%2Fgates.',
    )
    t.equal(error.cure('zh-CN'), '请 PUT /v1/plugins/@acme%2Fgates/a%20b 后查看 @acme/gates。')
  },
)

t.test('a cause is kept, and absent when there is none', async (t) => {
  const cause = new Error('socket closed')
  t.equal(errors.create('AWAY', {}, { cause }).cause, cause)
  t.notOk(Object.hasOwn(errors.create('AWAY'), 'cause'))
})

t.test('is told from other errors', async (t) => {
  t.ok(isCodedError(errors.create('AWAY')))
  t.ok(errors.create('AWAY') instanceof CodedError)
  t.notOk(isCodedError(Object.assign(new Error('no'), { code: 'DEMO_AWAY' })))
  t.notOk(isCodedError(undefined))
})
