// Package cabinet is the citizen's home: what needs doing now, applications,
// drafts, notices, settings of the view. It owns no tables; it gathers, in one
// question a room, what the rooms below know of the person who is signed in.
//
// Its pages:
//
//	/cabinet               home: to do, active, drafts, finished, popular services
//	/cabinet/applications  all applications, narrowed by group, status, service, time
//	/cabinet/notices       all notices, the unread first
//	/cabinet/settings      language, contrast, type; the ways to data and security
//
// Cards of applications, drafts, documents, the profile and sessions are pages
// of their rooms, under /cabinet too.
package cabinet
