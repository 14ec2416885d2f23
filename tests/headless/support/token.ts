import { createHmac } from 'node:crypto'

export interface Claims {
  iss: string
  aud: string
  sub: string
  room: string
  nbf: number
  exp: number
  context: { user: { id: string; name: string; moderator: boolean } }
}

/** What a token says; throws unless it was signed with the secret. */
export function read(token: string, secret: string): Claims {
  const [head = '', body = '', signature] = token.split('.')
  const due = createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url')
  if (signature !== due) throw new Error('the token is signed with another secret')
  const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg: string }
  if (alg !== 'HS256') throw new Error(`the token is signed by ${alg}`)
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
}
