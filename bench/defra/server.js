// The form of form.js on @defra/forms-engine-plugin in production mode, put
// together as the package's own server is, but with its cache in memory instead
// of Redis and with the submission taken on the spot: nothing is sent anywhere.
// It says "ready" and its address when it listens.
import { Engine as CatboxMemory } from '@hapi/catbox-memory'
import hapi from '@hapi/hapi'
import inert from '@hapi/inert'
import Scooter from '@hapi/scooter'
import Schmervice from '@hapipal/schmervice'
import { form } from './form.js'

const at = path => new URL(`node_modules/@defra/forms-engine-plugin/.server/server/${path}`, import.meta.url).href
const part = path => import(at(path))

const { default: engine } = await part('plugins/engine/index.js') // first: its modules import one another
const { requestLogger } = await part('common/helpers/logging/request-logger.js')
const { configureBlankiePlugin } = await part('plugins/blankie.js')
const { configureCrumbPlugin } = await part('plugins/crumb.js')
const { FormModel } = await part('plugins/engine/models/FormModel.js')
const { plugin: views } = await part('plugins/nunjucks/index.js')
const { default: session } = await part('plugins/session.js')
const { default: errorPages } = await part('plugins/errorPages.js')
const { CacheService } = await part('services/index.js')

let submitted = 0
const now = new Date()
const author = { displayName: 'bench', id: 'bench' }
const state = { createdAt: now, createdBy: author, updatedAt: now, updatedBy: author }
const metadata = { id: '661e4ca5039739ef2902b214', slug: 'form', title: form.name, organisation: 'Defra', teamName: 'Bench', teamEmail: 'bench@example.org', notificationEmail: 'bench@example.org', submissionGuidance: '', live: state, draft: state, ...state }
const services = {
  formsService: { getFormMetadata: async () => metadata, getFormDefinition: async () => form },
  formSubmissionService: {
    persistFiles: async () => ({}),
    submit: async () => ({ message: 'ok', result: { files: { main: 'x', repeaters: {} } } })
  },
  outputService: { submit: async () => { submitted++ } }
}

const server = hapi.server({
  host: '127.0.0.1', port: Number(process.env.PORT ?? 0), debug: false,
  router: { stripTrailingSlash: true },
  routes: { validate: { options: { abortEarly: false } }, security: { hsts: true, xss: 'enabled', noSniff: true, xframe: true } },
  cache: [{ name: 'session', engine: new CatboxMemory({ maxByteSize: 2 * 1024 ** 3 }) }]
})
await server.register(requestLogger)
await server.register(session)
await server.register(inert)
await server.register(Scooter)
await server.register(configureBlankiePlugin())
await server.register(configureCrumbPlugin({}))
await server.register(Schmervice)
server.registerService(CacheService)
await server.register(views)
await server.register({ plugin: engine, options: { model: new FormModel(form, { basePath: 'form' }, services), services } })
await server.register(errorPages)
server.state('cookieConsent', { ttl: 31536000000, clearInvalid: true, isHttpOnly: false, isSecure: true, path: '/', encoding: 'none' })
server.route({ method: 'GET', path: '/bench/submitted', handler: () => String(submitted) })
await server.start()
console.log(`ready ${server.info.uri} node ${process.version}`)
