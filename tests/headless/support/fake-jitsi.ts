import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The two pages by which a Jitsi server is known, and how they fail. Meets nobody. */
export class FakeJitsi {
  answers: 'well' | 'busy' | 'as-something-else' = 'well'
  readonly #server: Server
  #released = Promise.resolve()

  private constructor() {
    this.#server = createServer(async (request, answer) => {
      await this.#released
      if (this.answers === 'busy') return answer.writeHead(502).end()
      if (this.answers === 'as-something-else') return answer.end('<h1>It works!</h1>')
      if (request.url === '/config.js') return answer.end("var config = { hosts: { muc: 'muc.meet.jitsi' } };")
      return answer.writeHead(request.url === '/http-bind' ? 200 : 404).end()
    })
  }

  static async start(): Promise<FakeJitsi> {
    const jitsi = new FakeJitsi()
    await new Promise<void>((resolve) => jitsi.#server.listen(0, '127.0.0.1', resolve))
    return jitsi
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Keeps every answer back until what it returns is called. */
  hold(): () => void {
    let release!: () => void
    this.#released = new Promise((resolve) => (release = resolve))
    return release
  }

  async stop() {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
