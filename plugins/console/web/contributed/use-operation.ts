import { useQuery } from '@tanstack/react-query'
import { request } from '../api/request.ts'
import { useViewer } from '../app/viewer-context.ts'
import { type Contract, type Operation, operationOf } from './contract-input.ts'
import type { CallSpec } from './page-spec.ts'
import { mayUse } from './use-contributed.ts'

export interface KnownOperation {
  readonly operation: Operation | undefined
  readonly isPending: boolean
  readonly error: Error | null
  /** Whether the viewer may call it, as far as the console knows. */
  readonly isAllowed: boolean
}

/** What the contract of a service says of an operation; read once for all that stand on a page. */
export function useOperation({ service, operation: name }: CallSpec): KnownOperation {
  const viewer = useViewer()
  const { data, isPending, error } = useContract(service)
  const operation = data === undefined ? undefined : operationOf(data, name)
  const isAllowed = viewer.kind === 'user' && mayUse(viewer, operation?.requires)
  return { operation, isPending, error, isAllowed }
}

function useContract(service: string) {
  const [id = '', major = ''] = service.split('@')
  const path = `/v1/catalog/services/${encodeURIComponent(id)}/versions/${encodeURIComponent(major)}/contract`
  return useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<Contract>('GET', path, { signal }),
    staleTime: 60_000,
  })
}
