import t from 'tap'
import { createServiceClient, type Streams } from '../../src/client/index.ts'
import { streamParts } from '../../src/client/server-sent-events.ts'
import { fc } from '../seeded-check.ts'

const encoder = new TextEncoder()
const bodyOf = (pieces: readonly Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })

t.test('a stream is read the same however it is cut into pieces', async (t) => {
  const text = 'retry: 5\nid: 1\n\n: still here\nid: 2\r\n\r\nid: 3\ndata: {"a":\ndata: "ü"}\n\n'
  const bytes = encoder.encode(text)
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 9 }), async (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), bytes.length]
      const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
      const parts = await Array.fromAsync(streamParts(bodyOf(pieces)))
      t.strictSame(
        parts.map(({ id, data, retry }) => [id, data, retry]),
        [
          ['1', undefined, 5],
          ['2', undefined, undefined],
          ['3', '{"a":\n"ü"}', undefined],
        ],
      )
    }),
    { numRuns: 30 },
  )
})

t.test(
  'a stream that was cut off goes on behind the last event, and a refusal ends it',
  async (t) => {
    const asked: (string | null)[] = []
    const event = (n: number) => `id: ${n}\ndata: {"id":"e${n}","type":"x"}\n\n`
    const answers = [
      new Response(`retry: 10\nid: 4\n\n${event(5)}`),
      new Response('', { status: 503 }),
      new Response(`${event(6)}event: end\ndata: {}\n\n`),
      new Response('{"code":"CORE_SUBSCRIPTION_MISSING"}', { status: 403 }),
    ]
    const fetch = async (_: unknown, init?: RequestInit) => {
      asked.push(new Headers(init?.headers).get('last-event-id'))
      return answers.shift() as Response
    }
    const client = createServiceClient<Streams>(
      { id: 's', major: 1, operations: {} },
      { url: 'https://host.test', key: 'k', fetch: fetch as typeof globalThis.fetch, retries: 0 },
      { now: () => 0, random: () => 0, sleep: async () => undefined },
    )
    const seen: string[] = []
    const reading = async () => {
      for await (const { place, event } of client.stream({ after: '3' })) {
        seen.push(`${place} ${event.id}`)
      }
    }
    await t.rejects(reading(), { code: 'CORE_SUBSCRIPTION_MISSING' })
    t.same(seen, ['5 e5', '6 e6'])
    t.same(asked, ['3', '5', '5', '6'])
  },
)
