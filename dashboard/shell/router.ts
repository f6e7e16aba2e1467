import { type Signal, signal } from '@preact/signals'

export interface Location {
  readonly path: string
  readonly query: URLSearchParams
}

export interface Router {
  readonly location: Signal<Location>
  /** Changes the address without loading the page. `replace` leaves no step to go back to. */
  navigate(href: string, options?: { replace?: boolean }): void
}

const read = (): Location => ({
  path: window.location.pathname,
  query: new URLSearchParams(window.location.search),
})

/** May the router take this click, or is it the browser's (new tab, download, other site, API)? */
export function isOurs(event: MouseEvent, link: HTMLAnchorElement, origin: string): boolean {
  if (event.defaultPrevented || event.button !== 0) return false
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return false
  if (link.target !== '' || link.hasAttribute('download')) return false
  return link.origin === origin && !link.pathname.startsWith('/api/')
}

/** Plain links work: a click on `<a href="/alerts">` is caught here. */
export function createRouter(): Router {
  const location = signal(read())
  const navigate: Router['navigate'] = (href, { replace = false } = {}) => {
    if (replace) history.replaceState(null, '', href)
    else history.pushState(null, '', href)
    location.value = read()
  }
  window.addEventListener('popstate', () => {
    location.value = read()
  })
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null
    if (!(link instanceof HTMLAnchorElement) || !isOurs(event, link, window.location.origin)) return
    event.preventDefault()
    navigate(link.pathname + link.search)
  })
  return { location, navigate }
}
