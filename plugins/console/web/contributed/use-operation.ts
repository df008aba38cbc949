import { useQueries, useQuery } from '@tanstack/react-query'
import { type WhyNot, whyNotCall } from '../api/may-call.ts'
import { request } from '../api/request.ts'
import { useViewer } from '../app/viewer-context.ts'
import { type Contract, type Operation, operationOf } from './contract-input.ts'
import type { CallSpec } from './page-spec.ts'

export interface KnownOperation {
  readonly operation: Operation | undefined
  readonly isPending: boolean
  readonly error: Error | null
  /** Why the viewer may not call it, as far as the console knows. */
  readonly whyNot: WhyNot | undefined
}

/** What the contract of a service says of an operation; read once for all that stand on a page. */
export function useOperation({ service, operation: name }: CallSpec): KnownOperation {
  const viewer = useViewer()
  const { data, isPending, error } = useContract(service)
  const operation = data === undefined ? undefined : operationOf(data, name)
  const whyNot = operation === undefined ? undefined : whyNotCall(viewer, operation)
  return { operation, isPending, error, whyNot }
}

/** Those of several that the viewer may call, in their order; what is not known yet is not among them. */
export function useAllowed<Call extends CallSpec>(calls: readonly Call[]): readonly Call[] {
  const viewer = useViewer()
  const services = [...new Set(calls.map(({ service }) => service))]
  const contracts = useQueries({ queries: services.map(contractQuery) })
  return calls.filter(({ service, operation }) => {
    const contract = contracts[services.indexOf(service)]?.data
    const found = contract === undefined ? undefined : operationOf(contract, operation)
    return found !== undefined && whyNotCall(viewer, found) === undefined
  })
}

function useContract(service: string) {
  return useQuery(contractQuery(service))
}

function contractQuery(service: string) {
  const [id = '', major = ''] = service.split('@')
  const path = `/v1/catalog/services/${encodeURIComponent(id)}/versions/${encodeURIComponent(major)}/contract`
  return {
    queryKey: [path],
    queryFn: ({ signal }: { signal: AbortSignal }) => request<Contract>('GET', path, { signal }),
    staleTime: 60_000,
  }
}
