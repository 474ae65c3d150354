"""The by-name list as pure functions of events: statuses, flows, KPIs, joins, priority and who is lost."""
