import { coreErrors } from '../errors.ts'

export interface ServiceReference {
  readonly service: string
  readonly major: number
}

/** `orders.status@1` @throws CORE_ARGUMENT_INVALID for anything else. */
export function parseService(text: string): ServiceReference {
  const match = /^([a-z][a-z0-9.-]*)@(\d{1,3})$/.exec(text)
  if (match === null) {
    const reason = `"${text}" is not of the form orders.status@1`
    throw coreErrors.create('ARGUMENT_INVALID', { name: 'service', reason })
  }
  return { service: match[1] as string, major: Number(match[2]) }
}

/** `orders.status@1/read` */
export function parseOperation(text: string): ServiceReference & { operation: string } {
  const cut = text.lastIndexOf('/')
  if (cut < 0) {
    const reason = `"${text}" is not of the form orders.status@1/read`
    throw coreErrors.create('ARGUMENT_INVALID', { name: 'operation', reason })
  }
  return { ...parseService(text.slice(0, cut)), operation: text.slice(cut + 1) }
}
