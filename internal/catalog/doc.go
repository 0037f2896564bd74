// Package catalog is the catalogue of services: it publishes their versions,
// finds them, shows them, and says why one is closed to somebody.
//
// Its nouns:
//
//	version  a service file as it was published; never changed, kept for ever
//	shelf    what is offered now: the newest version of each service, the codes
//	         of catalogue.yaml and the search index; replaced as a whole
//	source   the files: those in the program, and a folder over them
//	visitor  whoever looks, with the level, region and audience that close or
//	         open a service
//
// A version passes one way only:
//
//	file ──lint──▶ refused (logged, on the desk; what runs stays)
//	  └──────────▶ published (a row) ──compiled──▶ on the shelf of every node
//
// The table is what counts: a node offers the newest version in it that it can
// compile, also one that another node has published, and an application finds
// the version that it began with after its file has changed. Publishing means
// to write a file with a higher version; the same number with other contents is
// refused. Taking a folder away does not withdraw what is published; a line in
// catalogue.yaml does (withdrawn: [id]): the service leaves the shelf, its drafts
// say so, and what was sent goes on. Compiled versions are kept beside their
// sources, so that a node with a thousand services is ready at once.
//
// It reads no accounts: app says who looks (Viewer) and drops stored pages when
// something is published (OnPublish). The form itself belongs to package forms,
// drafts and applications to the rooms above, which call Service and Version.
package catalog
