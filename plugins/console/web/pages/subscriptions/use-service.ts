import { useQuery } from '@tanstack/react-query'
import { request } from '../../api/request.ts'
import type { ServiceDescription, ServiceMajor } from './plan.ts'

/** A major of a service as the catalog shows it; nothing is asked without a name. */
export function useService(service: string | undefined, major: number | undefined) {
  const path = `/v1/catalog/services/${encodeURIComponent(service ?? '')}`
  const { data, error, isLoading } = useQuery({
    queryKey: [path],
    queryFn: ({ signal }) => request<ServiceDescription>('GET', path, { signal }),
    enabled: service !== undefined,
    // Whether a service is gone is known at once.
    retry: false,
  })
  const found: ServiceMajor | undefined = data?.majors.find((one) => one.major === major)
  return { major: found, error, isLoading }
}
