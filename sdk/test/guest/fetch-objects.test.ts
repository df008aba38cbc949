import t from 'tap'
import {
  AbortController as GuestController,
  AbortSignal as GuestSignal,
} from '../../src/guest/abort.ts'
import { Event as GuestEvent, EventTarget as GuestTarget } from '../../src/guest/event-target.ts'
import { Headers as GuestHeaders } from '../../src/guest/headers.ts'
import { Request as GuestRequest } from '../../src/guest/request.ts'
import { Response as GuestResponse } from '../../src/guest/response.ts'

/** The same steps with ours and with Node's must tell the same. */
const ours = {
  ...{ AbortController: GuestController, AbortSignal: GuestSignal, Event: GuestEvent },
  ...{
    EventTarget: GuestTarget,
    Headers: GuestHeaders,
    Request: GuestRequest,
    Response: GuestResponse,
  },
} as unknown as World
const nodes: World = {
  AbortController,
  AbortSignal,
  Event,
  EventTarget,
  Headers,
  Request,
  Response,
}

interface World {
  readonly AbortController: typeof AbortController
  readonly AbortSignal: typeof AbortSignal
  readonly Event: typeof Event
  readonly EventTarget: typeof EventTarget
  readonly Headers: typeof Headers
  readonly Request: typeof Request
  readonly Response: typeof Response
}

const told = async (make: () => unknown): Promise<unknown> => {
  try {
    return await make()
  } catch (error) {
    return (error as Error).name
  }
}

const steps: Readonly<Record<string, (world: World) => unknown>> = {
  'headers in order of their names': ({ Headers }) => {
    const headers = new Headers([
      ['b', ' 1 '],
      ['A', '2'],
      ['a', '3'],
      ['set-cookie', 'x'],
      ['Set-Cookie', 'y'],
    ])
    headers.set('B', '4')
    headers.delete('c')
    return [
      [...headers],
      headers.get('a'),
      headers.getSetCookie(),
      headers.has('C'),
      [...headers.keys()],
    ]
  },
  'a header with a line break': ({ Headers }) => new Headers({ a: 'x\ny' }),
  'a header without a name': ({ Headers }) => new Headers({ '': 'x' }),
  'a response of JSON': async ({ Response }) => {
    const response = Response.json({ a: 1 }, { status: 201 })
    const copy = response.clone()
    const { status, ok, type, url, redirected, statusText, headers } = response
    return [
      await copy.json(),
      status,
      ok,
      type,
      url,
      redirected,
      statusText,
      headers.get('content-type'),
      response.bodyUsed,
    ]
  },
  'a body read twice': async ({ Response }) => {
    const response = new Response('x')
    return [await response.text(), response.bodyUsed, await told(() => response.text())]
  },
  'a status that is none': ({ Response }) => new Response('', { status: 99 }),
  'a body where none may be': ({ Response }) => new Response('x', { status: 204 }),
  'a redirection': ({ Response }) => {
    const response = Response.redirect('http://a/b', 301)
    return [response.status, response.headers.get('location')]
  },
  'an error': ({ Response }) => [Response.error().type, Response.error().status],
  'a request of a form': async ({ Request }) => {
    const request = new Request('http://a/?q', {
      method: 'post',
      body: new URLSearchParams('a=1') as never,
    })
    const { method, url } = request
    return [method, url]
  },
  'a request of another': async ({ Request }) => {
    const first = new Request('http://a', { method: 'PUT', body: 'x', headers: { A: '1' } })
    const second = new Request(first.clone(), { headers: { B: '2' } })
    return [
      second.method,
      await second.text(),
      [...second.headers].filter(([name]) => name === 'b'),
    ]
  },
  'a body to get with': ({ Request }) => new Request('http://a', { body: 'x' }),
  'a password in an address': ({ Request }) => new Request('http://a:b@c'),
  'a method that is none': ({ Request }) => new Request('http://a', { method: 'TRACE' }),
  'listeners once, by object, stopped and removed': ({ Event, EventTarget }) => {
    const target = new EventTarget()
    const seen: unknown[] = []
    const removed = () => seen.push('removed')
    target.addEventListener('a', () => seen.push('once'), { once: true })
    target.addEventListener('a', { handleEvent: (event) => void seen.push(event.type) })
    target.addEventListener('a', removed)
    target.removeEventListener('a', removed)
    target.addEventListener('a', (event) => event.preventDefault())
    const first = new Event('a', { cancelable: true })
    seen.push(
      target.dispatchEvent(first),
      first.defaultPrevented,
      target.dispatchEvent(new Event('a')),
    )
    target.addEventListener('b', (event) => event.stopImmediatePropagation())
    target.addEventListener('b', () => seen.push('stopped'))
    seen.push(target.dispatchEvent(new Event('b')))
    return seen
  },
  'a signal ends a listener': ({ Event, EventTarget, AbortController }) => {
    const [target, controller] = [new EventTarget(), new AbortController()]
    let heard = 0
    target.addEventListener('a', () => heard++, { signal: controller.signal })
    target.dispatchEvent(new Event('a'))
    controller.abort()
    target.dispatchEvent(new Event('a'))
    return heard
  },
  'a signal of its controller': async ({ AbortController }) => {
    const { signal } = new AbortController()
    const controller = new AbortController()
    const seen: unknown[] = []
    controller.signal.onabort = (event) => seen.push(event.type)
    controller.abort()
    controller.abort('again')
    const reason = controller.signal.reason as DOMException
    return [
      signal.aborted,
      seen,
      reason.name,
      reason.code,
      await told(() => controller.signal.throwIfAborted()),
    ]
  },
  'a signal of many': ({ AbortController, AbortSignal }) => {
    const controllers = [new AbortController(), new AbortController()] as const
    const any = AbortSignal.any(controllers.map(({ signal }) => signal))
    const all = AbortSignal.any([any])
    controllers[1].abort('why')
    return [any.reason, all.reason, AbortSignal.any([any]).aborted, AbortSignal.abort(null).reason]
  },
  'a signal made by hand': ({ AbortSignal }) => new (AbortSignal as new () => unknown)(),
}

for (const [name, run] of Object.entries(steps)) {
  t.test(`${name}: as in Node`, async (t) => {
    t.same(await told(() => run(ours)), await told(() => run(nodes)))
  })
}

t.test('a signal of many keeps the reason of the first', async (t) => {
  const controllers = [new GuestController(), new GuestController()] as const
  const any = GuestSignal.any(controllers.map(({ signal }) => signal))
  controllers[1].abort('first')
  controllers[0].abort('second')
  t.equal(any.reason, 'first')
})

t.test("a signal of many follows one that is the host's", async (t) => {
  const host = new AbortController()
  const own = new GuestController()
  const any = GuestSignal.any([own.signal, host.signal as unknown as GuestSignal])
  t.equal(any.aborted, false)
  host.abort('disabled')
  t.equal(any.reason, 'disabled')
  own.abort('late')
  t.equal(any.reason, 'disabled')
  const second = new AbortController()
  const inner = GuestSignal.any([second.signal as unknown as GuestSignal])
  const outer = GuestSignal.any([inner, new GuestController().signal])
  second.abort('through two')
  t.equal(outer.reason, 'through two')
  const late = GuestSignal.any([host.signal as unknown as GuestSignal])
  t.equal(late.aborted, true)
})
