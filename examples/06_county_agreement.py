"""A county agreement: what each agency and role would see, and what a change to it would change for whom."""

from datetime import UTC, datetime
from importlib.resources import files

from bnl.consent.agreement_check import compare
from bnl.consent.agreement_file import parse_agreement
from bnl.consent.policy import compile_policy
from bnl.consent.survey import what_may_i_see
from bnl.domain.actor import Actor
from bnl.domain.agency import Agency
from bnl.domain.identifiers import AgencyId, UserId
from bnl.domain.vocabulary import AgencyKind, Purpose, Role

now = datetime(2026, 6, 15, tzinfo=UTC)
text = (files("bnl.register") / "data" / "county_agreement.toml").read_text(encoding="utf-8")
agreement = parse_agreement(text, recorded_at=now)
print(f"{agreement.title}: {len(agreement.parties)} parties, {len(agreement.clauses)} clauses")

KINDS = {
    "oxford-city-council": AgencyKind.LOCAL_AUTHORITY,
    "connection-support": AgencyKind.CHARITY,
    "john-radcliffe": AgencyKind.HEALTH,
}
agencies = {AgencyId(a): Agency(agency_id=AgencyId(a), name=a, kind=kind) for a, kind in KINDS.items()}
policy = compile_policy([agreement], agencies)

for agency, role, purpose in (
    ("oxford-city-council", Role.HOUSING_OFFICER, Purpose.HOMELESSNESS_PREVENTION),
    ("connection-support", Role.NAVIGATOR, Purpose.HOUSING_SUPPORT),
    ("john-radcliffe", Role.DISCHARGE_COORDINATOR, Purpose.HOSPITAL_DISCHARGE),
):
    actor = Actor(agency_id=AgencyId(agency), user_id=UserId("u1"), role=role)
    for reach in what_may_i_see(actor, purpose, policy, now):
        if reach.action == "view":
            print(f"\n{role.value} of {agency}, for {purpose.value}, by {', '.join(reach.clauses)}")
            print("  without asking:       ", ", ".join(sorted(reach.stands)) or "nothing")
            print("  with a permit:        ", ", ".join(sorted(reach.with_permit)) or "nothing")
            print("  with explicit consent:", ", ".join(sorted(reach.with_explicit_consent)) or "nothing")
            print("  in an emergency:      ", ", ".join(sorted(reach.emergency)) or "nothing")

stricter = parse_agreement(
    text.replace('categories = ["@basics", "location", "immigration"]', 'categories = ["@basics"]'),
    recorded_at=now,
)
print("\nIf housing officers saw neither location nor immigration without asking:")
for change in compare([agreement], [stricter], policy, now):
    if change.role is Role.HOUSING_OFFICER:
        who = f"{change.role.value} of {change.agency_id}, {change.purpose.value}, {change.action.value}"
        print(f"  {who}: loses {', '.join(change.lost)}; gains {', '.join(change.gained) or 'nothing'}")
