"""Campaigns from Python: written, reviewed by somebody else, run, compared and restored."""

import dataclasses
import json
from datetime import UTC, datetime

import pytest
from served_client import InProcess
from served_shop import served, shop_of, with_role

import offerloop.client as module
from offerloop.client import Client, ProblemError

OFFER = {"kind": "coupon", "on": "kind 0", "percent": 10, "max_discount": "2.00",
         "assumed": {"p_redeem": 0.1, "incremental": 0.6}}  # fmt: skip
LATER = datetime(2100, 1, 1, tzinfo=UTC)
SPRING = {"id": "spring", "title": "Spring", "budget": "50.00", "offers": [OFFER]}


@pytest.fixture(scope="module")
def service(small_run, tmp_path_factory):
    with served(shop_of(small_run, tmp_path_factory.mktemp("client"))) as raw:
        yield raw


def client_for(raw, person, *roles):
    token = with_role(raw, *roles, made_by=person)["authorization"].removeprefix("Bearer ")
    return Client("http://shop.test", token, transport=InProcess(raw.app, raw._portal))


@pytest.fixture(scope="module")
def ada(service):
    with client_for(service, "person_ada", "marketer") as client:
        yield client.campaigns


@pytest.fixture(scope="module")
def ben(service):
    with client_for(service, "person_ben", "approver") as client:
        yield client.campaigns


@pytest.fixture(scope="module")
def ada_approving(service):
    """Ada by a token that may approve."""
    with client_for(service, "person_ada", "approver") as client:
        yield client.campaigns


def test_a_campaign_is_written_reviewed_and_run(ada, ben, ada_approving):
    assert ada.validate(SPRING).is_valid
    (problem,) = ada.validate(SPRING | {"offers": [OFFER | {"percent": 0}]}).problems
    assert problem.field.startswith("offers.0")
    draft = ada.create(SPRING, key="once")
    assert ada.create(SPRING, key="once") == draft
    assert (draft.state, draft.revision, draft.actions["submit"]) == ("draft", 1, None)
    assert ada.submit("spring").state == "in_review"
    assert ben.reject("spring", "too cheap").state == "draft"
    raised = ada.edit(SPRING | {"budget": "80.00"}, draft.revision)
    ada.submit("spring")
    with pytest.raises(ProblemError, match="changed"):
        ben.approve("spring", draft.revision)
    approved = ben.approve("spring", raised.revision, key="twice")
    assert ben.approve("spring", raised.revision, key="twice") == approved
    assert (approved.state, approved.approved_by) == ("approved", ("person_ben",))
    with pytest.raises(ProblemError, match="conflict"):
        ada.change_budget("spring", LATER, "90.00")
    ada.start("spring")
    for at, budget in ((LATER.replace(year=2020), "90.00"), (LATER, "90.001")):
        with pytest.raises(ProblemError, match="invalid"):
            ada.change_budget("spring", at, budget)
    (first,) = ada.change_budget("spring", LATER, "85.00").budget_proposals
    (proposed,) = ada.change_budget("spring", LATER, "90.00").budget_proposals
    assert (proposed.budget, proposed.proposed_by, proposed.why_not) == ("90.00", "person_ada", "role_missing")
    assert ada_approving.show("spring").budget_proposals[0].why_not == "own_edit"
    with pytest.raises(ProblemError, match="conflict"):
        ada_approving.approve_budget("spring", proposed.proposal_id)
    with pytest.raises(ProblemError, match="not_found"):
        ben.approve_budget("spring", first.proposal_id)
    changed = ben.approve_budget("spring", proposed.proposal_id)
    assert (changed.state, changed.revision, changed.budget_proposals) == ("running", raised.revision, ())
    assert [one["budget"] for one in changed.campaign["budget_changes"]] == ["90.00"]
    (other,) = ada.change_budget("spring", LATER, "70.00").budget_proposals
    assert ben.decline_budget("spring", other.proposal_id).campaign == changed.campaign
    steps = (ben.pause, ada.resume, ben.end, ada.archive)
    assert [step("spring").state for step in steps] == ["paused", "running", "ended", "archived"]
    with pytest.raises(ProblemError, match="conflict") as error:
        ada.schedule("spring")
    assert error.value.reason == "wrong_state"


def test_revisions_are_compared_and_restored(ada):
    ada.create(SPRING | {"id": "summer"})
    ada.edit(SPRING | {"id": "summer", "budget": "80.00"}, 1)
    (changed,) = ada.compare("summer").changes
    assert (changed.field, changed.before, changed.after) == ("budget", "50.00", "80.00")
    assert ada.compare("summer", before=2, after=2).changes == ()
    assert ada.restore("summer", 1, revision=2).campaign["budget"] == "50.00"
    assert [(one.revision, one.restored_from) for one in ada.revisions("summer")] == [(3, 1), (2, None), (1, None)]
    assert ada.show("summer") == next(one for one in ada.list() if one.campaign_id == "summer")


def test_the_figures_of_a_campaign_of_the_run(ada):
    preview, curve = ada.preview("first"), ada.curve("first")
    assert preview.is_planned
    assert preview.plan.n_customers == sum(one.n_customers for one in preview.offers) > 0
    assert (curve.run, curve.currency) == (preview.run, preview.currency)
    assert curve.points[-1].n_customers > 0
    with pytest.raises(ProblemError, match="not_found"):
        ada.results("first")


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        ("ArmSize", "ArmSize"), ("Campaign", "CampaignShown"), ("CampaignChecked", "CampaignChecked"),
        ("CampaignResults", "Results"), ("ChangedField", "ChangedField"), ("Curve", "Curve"),
        ("CurvePoint", "CurvePoint"), ("FieldProblem", "FieldProblem"), ("OfferSpending", "OfferSpending"),
        ("Preview", "Preview"), ("Revision", "RevisionShown"), ("RevisionComparison", "RevisionComparison"),
        ("Spending", "Spending"), ("TagSpending", "TagSpending"),
    ],
)  # fmt: skip
def test_the_types_of_campaigns_are_those_of_the_document(service, kind, schema):
    document = json.loads(service.get("/openapi.json").text)
    properties = document["components"]["schemas"][schema]["properties"]
    assert {one.name for one in dataclasses.fields(getattr(module, kind))} == set(properties)
