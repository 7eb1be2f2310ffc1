package dashboard

import "storedesk/internal/page"

func (d *door) listRoutes() []page.Route { return nil }
