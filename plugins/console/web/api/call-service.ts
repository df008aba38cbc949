import { request } from './request.ts'

/** A service and its major, such as `quality.inspection@1`, as pages of plugins name it. */
const NAMED = /^([a-z0-9][a-z0-9.-]*)@(\d+)$/

/** Calls an operation of a data service, as the viewer: the host looks at the permission that its contract requires. */
export function callService<Answer>(
  service: string,
  operation: string,
  input: unknown,
  { signal, idempotencyKey }: { signal?: AbortSignal; idempotencyKey?: string } = {},
): Promise<Answer> {
  return request<Answer>('POST', callPath(service, operation), {
    body: input,
    ...(signal === undefined ? {} : { signal }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  })
}

/** @throws TypeError for a name that is none */
export function callPath(service: string, operation: string): string {
  const [, id = '', major = ''] = NAMED.exec(service) ?? []
  if (id === '' || !/^[A-Za-z][A-Za-z0-9_]*$/.test(operation)) {
    throw new TypeError(`no operation of a service: ${service}/${operation}`)
  }
  return `/api/${id}/v${major}/${operation}`
}
