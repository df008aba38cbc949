import type { Viewer } from './viewer.ts'

/** What of the host the console offers by whether it is let be done: names of the host's one table of who may what. */
export type HostAction =
  | ('app.create' | 'app.events.write' | 'app.list' | 'app.origins' | 'app.suspend' | 'app.update')
  | ('approval.list' | 'audit.keep' | 'audit.read' | 'binding.read' | 'binding.write')
  | (
      | 'catalog.read'
      | 'config.write'
      | 'contribution.list'
      | 'grant.write'
      | 'hook.write'
      | 'job.run'
      | 'log.read'
    )
  | ('dead_letter.list' | 'dead_letter.read' | 'dead_letter.redeliver')
  | ('invocation.list' | 'organisation.export' | 'organisation.import')
  | ('position.list' | 'position.write' | 'rating.write' | 'role.assign' | 'role.list')
  | ('role.write' | 'sampling.write' | 'secret.read' | 'service_account.token')
  | ('sso.read' | 'sso.write' | 'subscription.command' | 'subscription.decide')
  | ('subscription.read' | 'subscription.write' | 'tenant.read' | 'tenant.token' | 'tenant.update')
  | ('unit.create' | 'unit.list' | 'unit.update' | 'usage.read' | 'user.list' | 'user.write')
  | 'webhook.read'
  | 'webhook.write'

/** Whether the host lets the viewer do it in all of the tenant. Pure; the host decides again at each request. */
export function may(viewer: Viewer, action: HostAction): boolean {
  return viewer.actions.includes(action)
}

/** Of what belongs to units: whether he may do it in some of them, if not in all. */
export function maySomewhere(viewer: Viewer, action: HostAction): boolean {
  return may(viewer, action) || (viewer.kind === 'user' && viewer.actionsInUnits.includes(action))
}
