import ivm from 'isolated-vm'
import { CompiledScript } from './compiled-script.ts'
import { guestSource } from './guest/guest-source.ts'
import { guestOps } from './guest/runtime.ts'
import { GuestRealm } from './guest-realm.ts'
import { sampleHead, sampleOpening, samplePlugin } from './sample-plugin.ts'

const FILENAME = 'signalbox-guest.js'
const SAMPLE_HEAP_MB = 32
const SAMPLE_MS = 1000

/**
 * The guest side, compiled once in the life of a lane: an isolate that compiled it anew would take 2 ms
 * longer, of which a half are functions that V8 compiles when they are first called. So they are called here.
 *
 * @param isHardened see guestSource.
 */
export function prepareBootstrap(isHardened: boolean): CompiledScript {
  const source = guestSource(isHardened)
  const bare = new CompiledScript(source, FILENAME, undefined)
  const isolate = new ivm.Isolate({ memoryLimit: SAMPLE_HEAP_MB })
  try {
    const realm = GuestRealm.open(isolate, bare.compile(isolate), SAMPLE_MS)
    realm.limitTurns(SAMPLE_MS, SAMPLE_MS)
    realm.start(
      isolate.compileScriptSync(samplePlugin),
      JSON.stringify(sampleOpening),
      0,
      SAMPLE_MS,
    )
    realm.turn(guestOps.call, 1, 1, 0, sampleHead('now'), '1')
    realm.turn(guestOps.call, 2, 2, 0, sampleHead('later'), '1')
    realm.turn(guestOps.reply, 2, 1, 0, '', '1')
    realm.drain(0)
    const code = bare.takeCode(isolate)
    realm.close()
    return new CompiledScript(source, FILENAME, code)
  } finally {
    isolate.dispose()
  }
}
