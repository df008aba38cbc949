/** @param filesUrl where the files of a version are served, with a trailing slash */
export function fileUrl(filesUrl: string, path: string): string {
  return filesUrl + path.split('/').map(encodeURIComponent).join('/')
}
