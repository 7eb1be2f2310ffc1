package dashboard

import (
	"slices"

	"storedesk/internal/page"
)

// settingsRoutes are the settings of the store itself.
func (d *door) settingsRoutes() []page.Route {
	return slices.Concat(
		d.typeRoutes(), d.tagRoutes(), d.notificationRoutes(), d.brandingRoutes(),
		d.storeRoutes(), d.mailRoutes(), d.mailboxRoutes(), d.checklistRoutes(),
	)
}
