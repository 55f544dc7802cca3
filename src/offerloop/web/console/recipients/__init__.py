"""Who gets what: the customers of a campaign, at the plan's budget or a smaller one, before anything is sent."""
