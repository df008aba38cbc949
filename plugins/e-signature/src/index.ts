import { definePlugin } from '@signalbox/sdk'
import { selfTest } from './self-test.ts'
import { signatureUdfs } from './udfs/signature-udfs.ts'

export default definePlugin({ services: {}, udfs: signatureUdfs, selfTest })
