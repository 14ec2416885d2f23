import { mount } from 'svelte'
import type { PageState } from '$generated/PageState'
import '$shared/base.css'
import './page.css'
import { BackendLine } from './line'
import { followLooks } from './looked-at'
import Page from './Page.svelte'
import { Visit } from './visit.svelte'
import { languageOf, words } from './words.svelte'

const target = document.getElementById('page')
const told = target?.dataset.state
// Without a state the server has said all there is: a link that does not work.
if (target && told) {
  words.language = languageOf(document.documentElement.lang)
  const state = JSON.parse(told) as PageState
  const entered = (history.state as { entered?: boolean } | null)?.entered === true
  const visit = new Visit(new BackendLine(location.href), state, entered)
  target.replaceChildren()
  mount(Page, { target, props: { visit } })
  // Not in an effect of a component: what the page learns would begin the visit anew, with a heartbeat each time.
  followLooks(visit)
}
