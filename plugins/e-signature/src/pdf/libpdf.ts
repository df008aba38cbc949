import './strong-references.ts'

// biome-ignore lint/performance/noBarrelFile: LibPDF is read by way of here alone, after what a guest lacks while it loads
export {
  PDF,
  PdfArray,
  PdfBool,
  PdfDict,
  PdfName,
  PdfNull,
  PdfNumber,
  type PdfObject,
  PdfRef,
  PdfStream,
  PdfString,
} from '@libpdf/core'
