import { createHmac } from 'node:crypto'
import type { Test } from 'tap'
import type { Answer, Company } from './company.ts'

export const shipments = 'logistics.shipments@1'
const orders = 'orders.visibility@1'
export const logistics = '@signalbox/logistics-tracking'
const HOUR_MS = 3_600_000

interface Hook {
  readonly address: string
  readonly secret: string
}

/** A company whose orders are shipped by a carrier that pushes signed scans. */
export class ShippingCompany {
  readonly #company: Company
  readonly #hook: Hook
  #shipped = 0
  #invoices = 0

  private constructor(company: Company, hook: Hook) {
    this.#company = company
    this.#hook = hook
  }

  static async open(company: Company): Promise<ShippingCompany> {
    const path = `${pluginPath(company, logistics)}/hooks/carrier-hmac`
    return new ShippingCompany(company, await company.admin.request<Hook>('POST', path, {}))
  }

  /** An order with a shipment that is followed from now on. @returns its number */
  async ship(): Promise<number> {
    const n = ++this.#shipped
    const line = { line: '1', sku: 'RING-6204', quantity: 10, unit: 'C62', location: 'east' }
    const placedAt = new Date(Date.now() - 3 * HOUR_MS).toISOString()
    await this.#tell('created', n, `created-${n}`, { customer: 'VOLT', placedAt, lines: [line] })
    await this.#company.ask(shipments, 'register', {
      ...{ shipment: `SHP-${n}`, direction: 'outbound', orders: [`SO-${n}`] },
      parcels: [{ trackingNumber: `SF${n}`, carrier: 'sf-express' }],
    })
    return n
  }

  async invoice(n: number): Promise<void> {
    const invoiceId = `INV-${++this.#invoices}`
    const issuedAt = new Date().toISOString()
    const data = { invoiceId, issuedAt, amount: '100.00', currency: 'CNY' }
    await this.#tell('issued', n, invoiceId, data)
  }

  /** The carrier tells where a shipment is. @returns the answer's status */
  async scan(n: number, status: string): Promise<number> {
    const at = new Date(Date.now() - HOUR_MS).toISOString()
    return this.push({ scans: [{ trackingNumber: `SF${n}`, status, place: 'Hefei', at }] })
  }

  /** @param headers instead of those that a carrier sends */
  async push(
    content: object | string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    const isRaw = typeof content === 'string' || content instanceof Uint8Array
    const body = Buffer.from(isRaw ? content : JSON.stringify(content))
    const signature = createHmac('sha256', this.#hook.secret).update(body).digest('hex')
    const response = await fetch(`${this.#company.host.url}${this.#hook.address}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-signature': signature, ...headers },
      body,
    })
    return response.status
  }

  shipment(n: number): Promise<Answer> {
    return this.#company.call(shipments, 'shipment', { shipment: `SHP-${n}` })
  }

  order(n: number): Promise<Answer> {
    return this.#company.call(orders, 'order', { orderId: `SO-${n}` })
  }

  /** Whose words the order's parcels are, and of which version. */
  async source(n: number): Promise<string> {
    const { body } = await this.#company.eventually(
      `the blocks of order ${n}`,
      () => this.order(n),
      ({ status }) => status === 200,
    )
    return body.blocks.find(({ block }: { block: string }) => block === 'parcels').source
  }

  /** Resolves when each has the state that the carrier told, and its order shows it. */
  async arrived(these: readonly number[], status: string): Promise<void> {
    const company = this.#company
    for (const n of these) {
      const fits = ({ body }: Answer) => body.status === status
      await company.eventually(`scan ${n}`, () => this.shipment(n), fits)
      const isShown = ({ body }: Answer) => body.parcels?.[0]?.status === status
      await company.eventually(`order ${n}`, () => this.order(n), isShown)
    }
  }

  /** No event and no webhook was given up, and all orders are as a replay makes them. */
  async requireWhole(t: Test): Promise<void> {
    t.same(await this.#company.deadLetters(), [])
    const path = `${pluginPath(this.#company, logistics)}/hooks/carrier-hmac/deliveries?limit=200`
    const { items } = await this.#company.admin.request<{ items: { state: string }[] }>('GET', path)
    t.same(
      items.filter(({ state }) => state === 'dead'),
      [],
    )
    const replayed = await this.#company.eventually(
      'orders as a replay makes them',
      () => this.#company.ask(orders, 'checkReplay', {}),
      ({ behind, differing }) => behind === 0 && differing.length === 0,
    )
    t.ok(replayed.checked > 0)
  }

  async #tell(what: 'created' | 'issued', n: number, id: string, data: object): Promise<void> {
    const type = what === 'created' ? 'orders.order.created' : 'orders.invoice.issued'
    const orderId = `SO-${n}`
    await this.#company.send([{ id, type, partitionkey: orderId, data: { orderId, ...data } }])
  }
}

export function pluginPath({ tenant }: Company, name: string): string {
  return `/v1/tenants/${tenant}/plugins/${encodeURIComponent(name)}`
}
