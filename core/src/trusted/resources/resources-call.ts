import type { GrantedCall, HostCall } from '../../broker/host-call.ts'
import type { ResourceService } from './resource-service.ts'

interface Request {
  readonly id: string
}

/**
 * `ctx.resources.get`: where a resource of the plugin's own manifest is. It asks for no grant: the operator listed
 * the package, and a resource is nobody's but the plugin's.
 */
export function resourcesGet(resources: Pick<ResourceService, 'get'>): HostCall {
  return {
    capability: null,
    covers: () => true,
    schema: {
      type: 'object',
      required: ['id'],
      additionalProperties: false,
      properties: { id: { type: 'string', maxLength: 60 } },
    },
    hasEffect: () => false,
    run: ({ scope, request: { id } }: GrantedCall<Request>) => resources.get(scope.version, id),
  }
}
