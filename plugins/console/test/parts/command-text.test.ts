import t from 'tap'
import { cliText, curlText, shellWord } from '../../web/parts/command-text.ts'

t.test('what people typed is one word to a shell, and runs nothing', async (t) => {
  t.equal(shellWord('orders.status@1'), 'orders.status@1')
  t.equal(shellWord("it's $(rm -rf ~)"), `'it'\\''s $(rm -rf ~)'`)
  t.equal(shellWord(''), "''")
})

t.test('a line for the command line leaves out what was not said', async (t) => {
  t.equal(
    cliText(['subscription', 'reject', 'sub_1'], { reason: 'no contract yet', until: undefined }),
    "npx signalbox subscription reject sub_1 --reason 'no contract yet'",
  )
})

t.test('a line for the API has its body and the token of a variable', async (t) => {
  t.equal(
    curlText('POST', '/v1/apps', { id: 'planner' }),
    `curl -X POST "$SIGNALBOX_URL/v1/apps" -H "authorization: Bearer $SIGNALBOX_TOKEN" -H 'content-type: application/json' -d '{"id":"planner"}'`,
  )
  t.match(curlText('GET', '/v1/apps'), /^curl "/)
})
