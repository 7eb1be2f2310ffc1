package dashboard

import "storedesk/internal/page"

func (d *door) ticketRoutes() []page.Route { return nil }
