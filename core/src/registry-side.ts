import { selfTest } from './broker/self-test.ts'
import { runExamples } from './catalog/expectations/example-run.ts'
import type { PointSchemas } from './contributions/point-schemas.ts'
import { unfitContributions } from './contributions/unfit-contributions.ts'
import type { State } from './host-state.ts'
import { hostVersion } from './host-version.ts'
import { InstallService } from './registry/install-service.ts'
import { PermissionComparer } from './registry/permissions/permission-comparer.ts'
import { VersionPlanner } from './registry/version-planner.ts'
import { InstallTrust } from './trust/install-trust.ts'
import type { OpenTrusted } from './trusted/open-trusted.ts'

type InstallPorts = ConstructorParameters<typeof InstallService>[0]

interface Parts extends Pick<OpenTrusted, 'runGuest' | 'isTrusted'>, Pick<InstallPorts, 'log'> {
  readonly state: State
  /** Where packages come from: the marketplace. */
  readonly source: InstallPorts['source']
  readonly inspect: InstallPorts['inspect']
  readonly points: PointSchemas
}

/** What installs versions, and what says beforehand what an installation would do. */
export function openRegistry({ state, source, inspect, points, runGuest, isTrusted, log }: Parts): {
  readonly installs: InstallService
  readonly planner: VersionPlanner
  readonly comparer: PermissionComparer
} {
  const { knex, routing, contents, compiled, schemas, verifier } = state
  const shared = { knex, source, inspect, isTrusted, hostVersion }
  const trust = new InstallTrust({
    signer: state.auditing.signer,
    now: Date.now,
    isKeyed: verifier.isKeyed,
  })
  const installs = new InstallService({
    ...shared,
    trust,
    verify: (of, bundle) => verifier.verify(of, bundle),
    routing,
    contents,
    compiled,
    schemas,
    selfTest: (installation, bundle) => selfTest(runGuest, installation, bundle),
    unfit: (candidate) =>
      unfitContributions({ snapshot: () => routing.snapshot, points }, candidate),
    log,
  })
  verifier.follow({
    attest: (of) => installs.attest(of),
    distrust: (of, error) => installs.distrust(of, error),
  })
  const planner = new VersionPlanner({
    ...shared,
    runExamples: (...of) => runExamples({ runGuest, now: Date.now }, ...of),
    now: Date.now,
  })
  return { installs, planner, comparer: new PermissionComparer({ knex, source }) }
}
