package dashboard

import "storedesk/internal/page"

func (d *door) customerRoutes() []page.Route { return nil }
