import { expect, test } from 'vitest'
import { address, readRoute, Router, type Route } from './router.svelte'

/** As much of a browser window as the router touches. */
function place(hash = '') {
  const target = new EventTarget()
  const location = {
    current: hash,
    get hash() {
      return this.current
    },
    set hash(to: string) {
      this.current = to
      target.dispatchEvent(new Event('hashchange'))
    },
  }
  return Object.assign(target, { location }) as unknown as Window
}

function visit(...routes: Route[]): Router {
  const router = new Router(place())
  router.start()
  for (const route of routes) router.go(route)
  return router
}

test.each([
  ['', { screen: 'today' }],
  ['#/', { screen: 'today' }],
  ['#/new', { screen: 'new' }],
  ['#/new/link', { screen: 'new', pastes: true }],
  ['#/new/other', { screen: 'new' }],
  ['#/today', { screen: 'today' }],
  ['#/connections', { screen: 'connections' }],
  ['#/connections/kabinet%3A%2F%2Fpair', { screen: 'connections', link: 'kabinet://pair' }],
  ['#/nonsense', { screen: 'today' }],
  ['#/consultation', { screen: 'today' }],
  ['#/consultation/a%2Fb', { screen: 'consultation', id: 'a/b' }],
  ['#/consultation/a%2Fb/messages', { screen: 'consultation', id: 'a/b', part: 'messages' }],
  ['#/consultation/%E0%A4%A', { screen: 'today' }],
])('%j leads to %j', (hash, route) => {
  expect(readRoute(hash)).toEqual(route)
})

test('an address reads back as its route', () => {
  const route: Route = { screen: 'change', id: 'ä/ö ü' }
  expect(readRoute(address(route))).toEqual(route)
  const anew: Route = { ...route, anew: true }
  expect(readRoute(address(anew))).toEqual(anew)
})

test('back climbs to where one came from', () => {
  const router = visit(
    { screen: 'search' },
    { screen: 'consultation', id: '1' },
    { screen: 'change', id: '1' },
  )
  router.up()
  expect(router.route).toEqual({ screen: 'consultation', id: '1' })
  router.up()
  expect(router.route).toEqual({ screen: 'search' })
  router.up()
  expect(router.route).toEqual({ screen: 'today' })
})

test('back from a screen the shell opened leads to the one above', () => {
  const router = new Router(place('#/connection/x'))
  router.start()
  router.up()
  expect(router.route).toEqual({ screen: 'connections' })
  router.up()
  expect(router.route).toEqual({ screen: 'settings' })
})

test('going round does not make the way back longer', () => {
  const router = visit({ screen: 'settings' }, { screen: 'connections' }, { screen: 'settings' })
  router.up()
  expect(router.route).toEqual({ screen: 'today' })
})

test('leaving a screen is told once, before the next one', () => {
  const left: string[] = []
  const router: Router = new Router(place(), () => left.push(router.route.screen))
  router.start()
  expect(left).toEqual([])
  router.go({ screen: 'settings' })
  router.go({ screen: 'settings' })
  router.up()
  expect(left).toEqual(['today', 'settings'])
})
