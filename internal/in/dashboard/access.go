package dashboard

import "storedesk/internal/page"

func (d *door) accessRoutes() []page.Route { return nil }
