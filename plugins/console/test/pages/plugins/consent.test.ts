import t from 'tap'
import { askedNames, grantBody } from '../../../web/pages/plugins/plugin.ts'

const wish = (name: string, service: string, granted: boolean, optional = false) => ({
  ...{ name, granted, optional },
  parameters: { service },
  why: { en: '', 'zh-CN': '' },
})

t.test('what is asked for under one name is granted with all that it asks for', async (t) => {
  const names = askedNames([
    wish('service:call', 'orders@1', true),
    wish('kv:own', '', true),
    wish('service:call', 'stock@1', false, true),
  ])
  t.match(names, [
    { name: 'service:call', isGranted: false, isOptional: true },
    { name: 'kv:own', isGranted: true },
  ])
  t.same(
    names[0]?.wishes.map(({ parameters }) => parameters.service),
    ['orders@1', 'stock@1'],
  )
  t.match(askedNames([wish('a', '1', false), wish('a', '2', false, true)]), [{ isOptional: false }])
})

t.test('consent is to the version that was shown', async (t) => {
  t.same(grantBody({ version: '1.0.0' }, ['a']), { version: '1.0.0', capabilities: ['a'] })
  t.same(grantBody({ version: null }, ['a']), { capabilities: ['a'] })
})
