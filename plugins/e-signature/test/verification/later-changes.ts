import type { ChangeCode } from '../../src/verification/changes.ts'
import { contract, type Objects, stream } from './pdf-maker.ts'

export const page = contract[3] ?? ''
export const form = contract[5] ?? ''
export const amount = contract[8] ?? ''
export const evil = stream('BT (9000) Tj ET', '/Type /XObject /Subtype /Form /BBox [0 0 200 20]')
export const note =
  '<< /Type /Annot /Subtype /FreeText /Rect [60 690 400 720] /Contents (1 yuan) /P 3 0 R >>'

/** What an attacker writes behind a signature, and what it has to be called. */
export const laterChanges: readonly (readonly [string, Objects, ChangeCode])[] = [
  [
    'a page is added',
    {
      2: '<< /Type /Pages /Kids [3 0 R 40 0 R] /Count 2 >>',
      40: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>',
    },
    'PAGE_ADDED',
  ],
  [
    'the page is taken for another',
    { 2: '<< /Type /Pages /Kids [40 0 R] /Count 1 >>', 40: page },
    'PAGE_REMOVED',
  ],
  [
    'the text is replaced in its own object',
    { 4: stream('BT /F1 12 Tf 60 700 Td (The buyer pays 9000 yuan.) Tj ET') },
    'CONTENT_CHANGED',
  ],
  [
    'the page is given other content',
    { 3: page.replace('4 0 R', '40 0 R'), 40: stream('BT (9000) Tj ET') },
    'CONTENT_CHANGED',
  ],
  [
    'content is joined by more',
    {
      3: page.replace('/Contents 4 0 R', '/Contents [4 0 R 40 0 R]'),
      40: stream('BT (and 9000) Tj ET'),
    },
    'CONTENT_CHANGED',
  ],
  [
    'the font is replaced, so that digits look like others',
    { 10: '<< /Type /Font /Subtype /Type3 /FontMatrix [1 0 0 1 0 0] >>' },
    'RESOURCE_CHANGED',
  ],
  ['the page is turned', { 3: page.replace('/MediaBox', '/Rotate 180 /MediaBox') }, 'PAGE_CHANGED'],
  [
    'the page is cropped',
    { 3: page.replace('/MediaBox', '/CropBox [0 0 595 500] /MediaBox') },
    'PAGE_CHANGED',
  ],
  [
    'a layer is hidden',
    { 1: (contract[1] ?? '').replace(/>>$/, '/OCProperties << /OCGs [] /D << /OFF [] >> >> >>') },
    'LAYERS_CHANGED',
  ],
  [
    'a script runs on opening',
    {
      1: (contract[1] ?? '').replace(
        />>$/,
        '/OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>',
      ),
    },
    'SCRIPT_CHANGED',
  ],
  [
    'a script comes by a name',
    { 1: (contract[1] ?? '').replace(/>>$/, '/Names << /JavaScript << /Names [] >> >> >>') },
    'SCRIPT_CHANGED',
  ],
  [
    'a script hangs on a field',
    { 8: amount.replace(/>>$/, '/AA << /K << /S /JavaScript /JS (x) >> >> >>') },
    'SCRIPT_CHANGED',
  ],
  [
    'a note covers the text',
    { 3: page.replace('8 0 R]', '8 0 R 40 0 R]'), 40: note },
    'ANNOTATION_ADDED',
  ],
  [
    'a widget without a field covers the text',
    {
      3: page.replace('8 0 R]', '8 0 R 40 0 R]'),
      40: '<< /Type /Annot /Subtype /Widget /Rect [60 690 400 720] /AP << /N 9 0 R >> >>',
    },
    'WIDGET_WITHOUT_FIELD',
  ],
  ['a field shows what nobody filled in', { 9: evil }, 'APPEARANCE_WITHOUT_VALUE'],
  [
    'a field is moved over the text',
    { 8: amount.replace('60 600 260 620', '60 690 400 720') },
    'FIELD_CHANGED',
  ],
  ['a field is hidden', { 8: amount.replace('/F 4', '/F 2') }, 'FIELD_CHANGED'],
  [
    'a field gets another face for its text',
    { 8: amount.replace('/F 4', '/F 4 /DA (/F1 0 Tf 1 g)') },
    'FIELD_CHANGED',
  ],
  [
    'a new text field covers the text',
    {
      5: form.replace('8 0 R]', '8 0 R 40 0 R]'),
      3: page.replace('8 0 R]', '8 0 R 40 0 R]'),
      40: amount.replace('Amount', 'Evil'),
    },
    'FIELD_ADDED',
  ],
  ['a field is taken out of the form', { 5: form.replace(' 8 0 R]', ']') }, 'FIELD_REMOVED'],
  ['a field is taken off its page', { 3: page.replace(' 8 0 R]', ']') }, 'FIELD_CHANGED'],
  [
    'the form says that faces are to be made anew',
    { 5: form.replace('/SigFlags', '/NeedAppearances true /SigFlags') },
    'FORM_CHANGED',
  ],
  [
    'the form gets another look',
    { 5: form.replace('/F1 0 Tf 0 g', '/F1 0 Tf 1 g') },
    'FORM_CHANGED',
  ],
  [
    'the form takes back that it is signed',
    { 5: form.replace('/SigFlags 3', '/SigFlags 0') },
    'FORM_CHANGED',
  ],
  [
    'the form becomes one of XFA',
    { 5: form.replace('/SigFlags', '/XFA 40 0 R /SigFlags'), 40: stream('<xdp/>') },
    'FORM_CHANGED',
  ],
  ['the face of the signature says another name', { 21: evil }, 'SIGNED_FIELD_CHANGED'],
  ['the signed field is emptied', { 6: contract[6] ?? '' }, 'SIGNED_FIELD_CHANGED'],
  ['the title changes', { 11: '<< /Title (Another contract) >>' }, 'DOCUMENT_TITLE_CHANGED'],
  ['an object of the page becomes one of the form', { 4: amount }, 'CONTENT_CHANGED'],
  [
    'a certification comes after a signature',
    { 1: (contract[1] ?? '').replace(/>>$/, '/Perms << /DocMDP 20 0 R >> >>') },
    'CATALOG_CHANGED',
  ],
  [
    'the outline is new',
    { 1: (contract[1] ?? '').replace(/>>$/, '/Outlines << >> >>') },
    'CATALOG_CHANGED',
  ],
]
