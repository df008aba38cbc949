import { GlobalWorkerOptions, getDocument } from 'pdfjs-dist'
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url'
import { ShippedData } from './shipped-data.ts'

GlobalWorkerOptions.workerSrc = workerUrl

export interface OpenPdf {
  readonly pages: number
  readonly draw: (
    page: number,
    canvas: HTMLCanvasElement,
  ) => { readonly done: Promise<void>; readonly cancel: () => void }
  readonly close: () => void
}

const WIDTH = 1200

/** Reads a file in a worker of this origin; nothing of it is run, and nothing is fetched for it but the console's own files. */
export async function openPdf(bytes: ArrayBuffer): Promise<OpenPdf> {
  const task = getDocument({
    // The worker takes what it is given away.
    data: new Uint8Array(bytes.slice(0)),
    enableXfa: false,
    BinaryDataFactory: ShippedData,
    useWorkerFetch: false,
    // The policy of the page lets no bytes be made code: pictures of scans that need it stay blank.
    useWasm: false,
    disableFontFace: false,
    stopAtErrors: false,
  })
  const file = await task.promise
  return {
    pages: file.numPages,
    draw(at, canvas) {
      const isOver = { value: false }
      const done = (async () => {
        const page = await file.getPage(at)
        const { width } = page.getViewport({ scale: 1 })
        const viewport = page.getViewport({ scale: WIDTH / width })
        if (isOver.value) return
        canvas.width = viewport.width
        canvas.height = viewport.height
        await page.render({ canvas, viewport }).promise
      })()
      return {
        done,
        cancel: () => {
          isOver.value = true
        },
      }
    },
    close: () => void task.destroy(),
  }
}
