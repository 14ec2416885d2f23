/**
 * A page over plain HTTP, where browsers give neither camera nor microphone; but on this computer they do.
 * https://developer.mozilla.org/docs/Web/Security/Secure_Contexts
 */
export function withoutCamera(link: string): boolean {
  const host = /^\s*http:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/:?#\s]*)/i.exec(link)?.[1]?.toLowerCase()
  if (host === undefined || host === '') return false
  return !/^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(host)
}
