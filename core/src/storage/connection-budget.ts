/**
 * Who may hold how many connections to PostgreSQL. One host node: 16 + 4 + 2 + 2 + 3 + 2 + 40 = 69. A backend costs
 * 5–10 MB, and two nodes plus a migration must fit the server's 100 until an operator raises it: the
 * embedded server serves one node, so 100 leaves it room for `signalbox migrate` and an operator's psql.
 */
export const connectionBudget = Object.freeze({
  /** Requests, the market, the registry. A query holds a connection for about a millisecond. */
  host: 16,
  /** Installing and enabling plugins: rare, one at a time each. */
  pluginAdmin: 4,
  /**
   * Plugins' migrations at once, each with a login of its own. A run also holds a connection of `pluginAdmin`
   * and takes another now and then, so this is half of that: more would wait for each other.
   */
  pluginMigrations: 2,
  /** One measures what tenants have, for at most five seconds a time; the other reads the catalogue. */
  pluginCatalogue: 2,
  /** Kept apart, so that a deadline can always be enforced, whatever the others wait for. */
  pluginCancel: 3,
  /** Events on their way out of the plugins' database: one is written while another is drained. */
  pluginOutbox: 2,
  /** All plugins of all tenants together; idle ones are closed, least recently used first. */
  pluginQueries: 40,
  /** One (plugin, tenant). A tenth of the whole: one busy tenant never starves the others. */
  pluginQueriesPerRole: 4,
  /** `max_connections` of the embedded server. */
  server: 100,
})
