"""What a report says of customers whom its tables do not tell of, in a shop of more than are planned together."""

from __future__ import annotations

from offerloop.commands.run.facts import CampaignFacts, RunFacts
from offerloop.commands.run.findings import Findings, FollowingCustomers


def others_sentence(findings: Findings, facts: RunFacts) -> str | None:
    """Say whom the report is about and what the others get; None where it is about everybody."""
    _, others = facts.localizer, findings.others
    if others is None:
        return None
    about = _(
        "This report is about {n} customers drawn at random of {all}; they have their share of each budget.",
        n=_.count(facts.n_customers),
        all=_.count(facts.n_customers + others.n_customers),
    )
    if not facts.sent:
        return _.space.join((about, _("The same is decided for the others: they get no offer of a plan.")))
    sent = [_of_campaign(one, others, facts) for one in facts.sent]
    return _.space.join((about, *sent))


def _of_campaign(campaign: CampaignFacts, others: FollowingCustomers, facts: RunFacts) -> str:
    _, own = facts.localizer, campaign.findings
    sent = others.n_sent.get(own.campaign_id, 0)
    if campaign.liability_sent_minor is None:
        return _("By the same decision {n} of the others get an offer of “{title}”.", n=_.count(sent), title=own.title)
    return _(
        "By the same decision {n} of the others get an offer of “{title}”, which together cost at most {most}.",
        n=_.count(sent),
        title=own.title,
        most=campaign.costs.exact(others.liability_minor.get(own.campaign_id, 0)),
    )
