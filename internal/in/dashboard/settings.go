package dashboard

import "storedesk/internal/page"

func (d *door) settingsRoutes() []page.Route { return nil }
