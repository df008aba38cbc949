/**
 * When what a table says of a plugin goes.
 *
 *   at once   in the transaction that takes the plugin out of service
 *   soon      behind it, in pieces: these may be many
 *   purge     in pieces too, and only when the plugin's data is not kept
 *   last      when all else is gone
 *   stays     see the reason
 */
export type When = 'at once' | 'soon' | 'purge' | 'last' | 'stays'

interface PluginTable {
  readonly table: string
  readonly when: When
  /** Which rows; with `:plugin` and `:source`. `plugin = :plugin`, when left out. */
  readonly rows?: string
  /** What is noted of the rows that go, before they do. */
  readonly noting?: string
  readonly why?: string
}

const ofRollouts = 'rollout in (select id from rollouts where plugin = :plugin)'
const ofServices = '(service, major) in (select id, major from services where plugin = :plugin)'
const ofSubscriptions = `subscription in (select id from subscriptions where ${ofServices})`

/**
 * Every table of the host that names plugins, in the order in which rows may go: those that refer to others first. A
 * test holds it to the database, so that no table is forgotten.
 */
export const pluginTables: readonly PluginTable[] = [
  { table: 'rollout_evidence', when: 'at once', rows: ofRollouts },
  { table: 'rollout_tallies', when: 'at once', rows: ofRollouts },
  { table: 'rollout_transitions', when: 'at once', rows: ofRollouts },
  { table: 'rollout_shadow_tallies', when: 'at once', rows: ofRollouts },
  { table: 'rollout_shadow_replays', when: 'at once', rows: ofRollouts },
  { table: 'rollouts', when: 'at once' },
  { table: 'rollout_freezes', when: 'at once' },
  { table: 'invocation_samplings', when: 'at once' },
  {
    table: 'compiled_bundles',
    when: 'at once',
    rows: `bundle_sha256 in (select bundle_sha256 from installations where plugin = :plugin)
           and bundle_sha256 not in (select bundle_sha256 from installations
                                      where plugin <> :plugin and bundle_sha256 is not null)`,
  },
  { table: 'rehearsals', when: 'at once' },
  { table: 'installation_files', when: 'at once' },
  { table: 'installations', when: 'at once' },
  { table: 'bindings', when: 'at once' },
  // Who installs it again asks for consent again.
  { table: 'grants', when: 'at once' },
  { table: 'terms_consents', when: 'at once' },
  // Who installs it again is asked again where it may come from.
  { table: 'plugin_marketplaces', when: 'at once' },
  // In the order in which a node takes notes and makes their plugins due: the other way round, the two would wait for
  // each other when a plugin is removed just after a change of it.
  { table: 'plugin_update_wakes', when: 'at once' },
  { table: 'plugin_updates', when: 'at once' },
  { table: 'plugin_update_attempts', when: 'at once' },
  { table: 'credentials', when: 'at once', rows: ofSubscriptions },
  { table: 'subscription_expectations', when: 'at once', rows: ofSubscriptions },
  { table: 'subscriptions', when: 'at once', rows: ofServices },
  { table: 'plan_versions', when: 'at once', rows: ofServices },
  { table: 'plans', when: 'at once', rows: ofServices },
  { table: 'service_deprecations', when: 'at once', rows: ofServices },
  { table: 'service_level_breaches', when: 'at once' },
  { table: 'services', when: 'at once' },
  { table: 'hook_addresses', when: 'at once' },
  { table: 'told_contributions', when: 'at once' },
  // Nobody else may sign by them.
  { table: 'signing_one_time_keys', when: 'at once' },

  { table: 'shared_links', when: 'soon' },
  { table: 'job_schedules', when: 'soon' },
  { table: 'job_tallies', when: 'soon' },
  { table: 'event_deliveries', when: 'soon' },
  { table: 'hook_deliveries', when: 'soon' },
  { table: 'grant_uses', when: 'soon' },
  { table: 'service_levels', when: 'soon' },

  { table: 'invocations', when: 'purge' },
  { table: 'plugin_logs', when: 'purge' },
  {
    table: 'events',
    when: 'purge',
    // What another plugin still waits for is its own business; retention ends it.
    rows: `source = :source and not exists (select from event_deliveries d
             where d.event = events.sequence and d.plugin <> :plugin and d.state in ('waiting', 'dead'))`,
  },
  { table: 'plugin_configs', when: 'purge' },
  { table: 'stable_documents', when: 'purge' },
  { table: 'secret_versions', when: 'purge' },
  {
    table: 'blobs',
    when: 'purge',
    noting: 'insert into blob_garbage (object, since) select object, now() from gone',
  },
  {
    table: 'blob_uploads',
    when: 'purge',
    noting: 'insert into blob_garbage (object, since) select object, now() from gone',
  },
  { table: 'blob_usage', when: 'purge' },

  // Names of a scope: see handed-claims.ts.
  { table: 'event_types', when: 'last' },
  { table: 'permissions', when: 'last' },
  { table: 'plugin_removals', when: 'last' },

  { table: 'metered_units', when: 'stays', why: 'what tenants are billed by' },
  { table: 'usage_hours', when: 'stays', why: 'what subscribers are billed by' },
  { table: 'usage_units', when: 'stays', why: 'what subscribers are billed by' },
  { table: 'usage_leases', when: 'stays', why: 'what of it is not known for certain' },
]

/** What goes when, in its order. */
export function tablesThatGo(when: When): readonly PluginTable[] {
  return pluginTables.filter((table) => table.when === when)
}
