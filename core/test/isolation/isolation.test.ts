import t from 'tap'
import { testIsolation } from './isolation-tests.ts'

/** The whole table as the sandbox tier; with the trusted one it is `isolation.suite.ts`. */
t.test('isolation of tenants and plugins', (t) => testIsolation(t, ['intruder']))
