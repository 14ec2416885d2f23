import { mount } from 'svelte'
import { openBridge } from '$bridge'
import '$shared/base.css'
import '$shared/controls.css'
import MainWindow from './MainWindow.svelte'

const target = document.getElementById('app')
if (!target) throw new Error('index.html has no #app')
mount(MainWindow, { target, props: { bridge: await openBridge() } })
