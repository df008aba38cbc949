import { priceHandler } from './order-plugin.ts'

type Handler = (input: unknown) => unknown

const price = new Function(`return ${priceHandler}`)() as Handler

/** The handler without any wall, from JSON text to JSON text. */
export function priceNatively(json: string): string {
  return JSON.stringify(price(JSON.parse(json)))
}

/** What a server or worker has that got its order parsed already. */
export const priceOf: Handler = price
