import t from 'tap'
import { testIsolation } from './isolation-tests.ts'

t.test('isolation of tenants and plugins', (t) => testIsolation(t, ['intruder', 'insider']))
