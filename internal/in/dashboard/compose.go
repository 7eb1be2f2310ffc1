package dashboard

import "storedesk/internal/page"

func (d *door) composeRoutes() []page.Route { return nil }
