"""Every page and every action of the console, on one screen."""

from __future__ import annotations

from offerloop.web.console.audit import view as audit
from offerloop.web.console.campaigns import campaign_page, draft, draft_trial, offer_fields
from offerloop.web.console.campaigns import view as campaigns
from offerloop.web.console.customers import view as customers
from offerloop.web.console.decisions import view as decisions
from offerloop.web.console.experiments import experiment_page as experiment
from offerloop.web.console.experiments import view as experiments
from offerloop.web.console.fairness import view as fairness
from offerloop.web.console.jobs import view as jobs
from offerloop.web.console.overview import view as overview
from offerloop.web.console.page_request import Action, Page
from offerloop.web.console.people import view as people
from offerloop.web.console.plan import view as plan
from offerloop.web.console.policies import comparison
from offerloop.web.console.policies import view as policies
from offerloop.web.console.products import view as products
from offerloop.web.console.quality import view as quality
from offerloop.web.console.recipients import view as recipients
from offerloop.web.console.setup import view as setup

_PAGES = (
    overview.PAGE, campaigns.PAGE, customers.PAGE, decisions.PAGE, products.PAGE, experiments.PAGE, quality.PAGE,
    fairness.PAGE, policies.PAGE, jobs.PAGE, people.PAGE, audit.PAGE, customers.CUSTOMER, plan.PAGE, recipients.PAGE,
    campaign_page.PAGE, draft.PAGE, offer_fields.PAGE, setup.PAGE, experiment.PAGE, draft_trial.PAGE, comparison.PAGE,
)  # fmt: skip
PAGES: dict[str, Page] = {page.name: page for page in _PAGES}
"""By the name in their address, in the order of the navigation."""
_CHANGING = (draft, offer_fields, campaign_page, customers, jobs, people, policies, setup)
ACTIONS: dict[str, Action] = {action.name: action for module in _CHANGING for action in module.ACTIONS}
"""By the name in their address."""
