import { createHash, createPublicKey, verify } from 'node:crypto'
import { readArrow } from '@signalbox/sandbox'
import type { ComputeResults, ComputeTask } from './compute-task.ts'

/** Does a task where it is called: in the pool's threads, and in the host's own for what is small. */
export function doTask(task: ComputeTask): ComputeResults[ComputeTask['kind']] {
  switch (task.kind) {
    case 'digest':
      return createHash(task.algorithm).update(task.bytes).digest()
    case 'verify':
      return isSigned(task.bytes, task.signature, task.publicKey)
    default:
      return readArrow(task.bytes)
  }
}

function isSigned(bytes: Uint8Array, signature: Uint8Array, publicKey: string): boolean {
  const key = createPublicKey(publicKey)
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return verify(algorithm, bytes, key, signature)
}
