import { useQuery } from '@tanstack/react-query'
import type { Listed } from '../../api/list.ts'
import { orNull } from '../../api/or-null.ts'
import { request } from '../../api/request.ts'
import { packagePath } from '../marketplace/package.ts'
import { progressOf } from '../marketplace/version-plan.ts'
import {
  type InstalledPlugin,
  pluginPath,
  type TenantPlugin,
  tenantPluginPath,
} from '../plugins/plugin.ts'
import { isOver, newestByVersion, type RolloutSummary } from '../rollouts/rollout.ts'
import { BAD, PRACTICE } from './practice.ts'

const EVERY_MS = 1000

/** Whether the marketplace has what the practice needs; undefined: it is being asked. */
export function useHasPractice() {
  return useQuery({
    queryKey: [packagePath(PRACTICE), 'practice'],
    queryFn: async ({ signal }) =>
      (await orNull(request('GET', packagePath(PRACTICE), { signal }))) !== null,
  })
}

export function usePracticePlugin() {
  return useQuery({
    queryKey: [pluginPath(PRACTICE), 'practice'],
    queryFn: ({ signal }) =>
      orNull(request<InstalledPlugin>('GET', pluginPath(PRACTICE), { signal })),
    // Until what was asked for has become something.
    refetchInterval: ({ state }) =>
      state.data?.versions.some((one) => progressOf(one.state) === 'working') ? EVERY_MS : false,
  })
}

export function usePracticeBinding(tenant: string | undefined, isInstalled: boolean) {
  const path = tenantPluginPath(tenant ?? '', PRACTICE)
  return useQuery({
    queryKey: [path, 'practice'],
    queryFn: ({ signal }) => orNull(request<TenantPlugin>('GET', path, { signal })),
    enabled: tenant !== undefined && isInstalled,
  })
}

export function usePracticeRollout(isInstalled: boolean) {
  return useQuery({
    queryKey: ['/v1/rollouts', { plugin: PRACTICE }],
    queryFn: ({ signal }) =>
      request<Listed<RolloutSummary>>('GET', '/v1/rollouts', {
        query: { plugin: PRACTICE, limit: 50 },
        signal,
      }),
    select: ({ items }) => newestByVersion(items).get(BAD) ?? null,
    refetchInterval: ({ state }) => {
      const tried = newestByVersion(state.data?.items ?? []).get(BAD)
      return tried === undefined || isOver(tried.state) ? false : EVERY_MS
    },
    enabled: isInstalled,
  })
}
