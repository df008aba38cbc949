/** The arrows of ARCHITECTURE.md. Each rule was tried with a violation before it was trusted. */

const sources = '^(core|sandbox|marketplace|sdk|plugins/[^/]+)/(src|bin)/'
const notSources = '^(core|sandbox|marketplace|sdk|plugins/[^/]+)/(test|bench|scripts|tour)/'

/** @type {(name: string, comment: string, from: object, to: object) => object} */
const forbid = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to })

export default {
  forbidden: [
    forbid(
      'no-cycles',
      'A cycle is one concept in two files; type-only ones count.',
      {},
      {
        circular: true,
      },
    ),
    forbid(
      'sdk-knows-nothing-of-ours',
      'The contract depends on no implementation.',
      {
        path: '^sdk/',
      },
      { path: '^(core|sandbox|marketplace|plugins|migrations)/' },
    ),
    forbid(
      'sandbox-knows-sdk',
      'The sandbox runs code by the contract, not by the host.',
      {
        path: '^sandbox/',
      },
      { path: '^(core|marketplace|plugins|migrations)/' },
    ),
    forbid(
      'marketplace-knows-sdk',
      'The store knows packages, not how they run. Its tests may use the real parts behind its ports.',
      {
        path: '^marketplace/(?!test/)',
      },
      { path: '^(core|sandbox|plugins|migrations)/' },
    ),
    forbid(
      'core-names-no-plugin',
      'Every capability is replaceable only if the host names none.',
      {
        path: '^core/',
      },
      { path: '^(plugins|migrations)/' },
    ),
    forbid(
      'marketplace-only-from-main',
      'The host is complete without its store: main.ts and market-side.ts join them.',
      {
        path: '^core/(src|bin|scripts)/',
        pathNot: '^core/src/(main|market-side)\\.ts$',
      },
      { path: '^marketplace/' },
    ),
    forbid(
      'plugins-know-sdk',
      "First-party plugins live under a stranger's rules.",
      {
        path: '^plugins/',
      },
      { path: '^(core|sandbox|marketplace|migrations)/' },
    ),
    forbid(
      'plugins-never-each-other',
      'Plugins meet in data services, never in code.',
      {
        path: '^plugins/([^/]+)/',
      },
      { path: '^plugins/', pathNot: '^plugins/$1/' },
    ),
    forbid(
      'migrations-import-nothing-of-ours',
      'An old migration must run as it ran, whatever code became.',
      {
        path: '^migrations/',
      },
      { path: '^(core|sandbox|marketplace|sdk|plugins)/' },
    ),
    forbid(
      'sources-never-import-tests',
      'Tests, benches and scripts are not shipped.',
      {
        path: sources,
      },
      { path: notSources },
    ),
    forbid(
      'sources-never-need-dev-dependencies',
      'Production installs leave them out; types may. A plugin is a bundle that holds all it needs.',
      {
        path: [sources, '^migrations/'],
        pathNot: '^plugins/',
      },
      {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: ['^sdk/', '^node_modules/@types/'],
      },
    ),
    forbid(
      'declared-dependencies',
      "What is imported is in the workspace's package.json.",
      {
        path: sources,
      },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'resolvable',
      'An import that leads nowhere fails at run time.',
      // What a page of a plugin imports by name, the console gives it.
      { pathNot: '^core/test/fixtures/[^/]+/ui/' },
      {
        couldNotResolve: true,
      },
    ),
    forbid(
      'contract-does-no-io',
      'A manifest is judged the same in a browser, a test and a host.',
      {
        path: '^sdk/src/',
        // Packing and signing read files, and a host of tests stands in for one: both run in Node alone.
        pathNot: '^sdk/src/(pack|testing|trust)/',
      },
      { dependencyTypes: ['core'] },
    ),
    forbid(
      'trust-only-computes',
      'A signature is judged the same in a command, a marketplace and a host: by what is passed in.',
      { path: '^sdk/src/trust/' },
      { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    ),
    forbid(
      'stores-know-no-service',
      'routes → service → store, never back.',
      {
        path: '^(core|marketplace)/src/.+-store\\.ts$',
      },
      { path: '-(service|routes)\\.ts$' },
    ),
    forbid(
      'services-know-no-routes',
      'routes → service → store, never back.',
      {
        path: '^(core|marketplace)/src/.+-service\\.ts$',
      },
      { path: '-routes\\.ts$' },
    ),
    forbid(
      'stores-belong-to-their-feature',
      "Only a service may join another feature's store into its transaction; types are free.",
      {
        path: '^core/src/([^/]+)/.+-(routes|store)\\.ts$',
      },
      {
        path: '^core/src/[^/]+/.+-store\\.ts$',
        pathNot: '^core/src/$1/',
        dependencyTypesNot: ['type-only'],
      },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // A template is in parts, which are put together when a plugin is made of it.
    exclude: { path: '^((plugins/[^/]+|core|sdk|sandbox|marketplace)/(dist|ui)/|core/templates/)' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.cjs', '.json', '.d.ts'],
      mainFields: ['main', 'types'],
    },
  },
}
