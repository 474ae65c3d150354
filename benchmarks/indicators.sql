-- Straightforward SQL for the list, the flows by month and the KPIs; read by indicators.py, parts by name.

-- name: ranked
create or replace temp view ranked as
select *, case kind when 'inactive' then 14 when 'contact_attempt' then 8 when 'closure' then 46
    when 'prevention_outcome' then 44 when 'sighting' then 50 when 'accommodation_start' then 60
    when 'death' then 90 else 30 end as place
from events

-- name: course
with placed as (
    select person_id, occurred_on, place, sequence, kind,
        case when kind = 'sighting' then 'rough_sleeping' when kind = 'accommodation_start' then situation end as said,
        max(coalesce(outcome = 'prevented', false)) over w as kept,
        case when kind = 'inactive' then 1 when outcome = 'prevented' then 0
             when kind in ('contact', 'sighting', 'accommodation_start', 'referral', 'triage', 'assessment') then 0
        end as away,
        max(kind = 'death') over w as dead
    from ranked where occurred_on <= $until
    window w as (partition by person_id order by occurred_on, place, sequence rows unbounded preceding)
), course as (
    select person_id, occurred_on, place, sequence, dead,
        coalesce(last_value(said ignore nulls) over w, case when kept then 'settled' end) as home, last_value(away ignore nulls) over w as gone
    from placed
    window w as (partition by person_id order by occurred_on, place, sequence rows unbounded preceding)
)

-- name: list
, state as (
    select person_id, arg_max(case when dead then 'deceased' when gone = 1 then 'inactive'
        else coalesce(home, 'unknown') end, (occurred_on, place, sequence)) as state
    from course group by person_id
), met as (
    select person_id, max(occurred_on) filter (kind in ('contact', 'sighting', 'accommodation_start', 'referral',
            'triage', 'assessment')) as last_contact,
        list_sort(list(distinct agency_id)) as agencies, list_sort(list(distinct record_id)) as records,
        min(occurred_on) as first_seen,
        arg_max(worker, (occurred_on, sequence)) filter (kind = 'lead_worker_assigned') as lead_worker,
        arg_max(due_on, (occurred_on, sequence)) filter (kind = 'next_action') as next_action_due,
        max(occurred_on) filter (kind = 'handover_sent') as handover_since
    from ranked where occurred_on <= $until group by person_id
)
select state.person_id, state, last_contact, agencies, records, first_seen, lead_worker, next_action_due,
    handover_since
from state join met using (person_id)
where state not in ('deceased', 'settled') order by person_id

-- name: flows
, active as (
    select person_id, occurred_on, place, sequence, dead, gone, home,
        not dead and coalesce(gone, 0) = 0 and coalesce(home, '') in ('rough_sleeping', 'temporary', 'emergency',
            'hidden', 'supported') as active
    from course
), turned as (
    select *, coalesce(lag(active) over w, false) as was, coalesce(max(active) over (w rows between
        unbounded preceding and 1 preceding), false) as ever
    from active window w as (partition by person_id order by occurred_on, place, sequence)
)
select date_trunc('month', occurred_on) as month,
    count(*) filter (active and not ever) as newly_identified,
    count(*) filter (active and ever) as returned,
    count(*) filter (not active and dead) as deceased,
    count(*) filter (not active and not dead and gone = 1) as inactive,
    count(*) filter (not active and not dead and coalesce(gone, 0) = 0) as housed
from turned where active <> was and occurred_on >= $since group by 1 order by 1

-- name: kpis
with cases as (
    select agency_id, "case", any_value(person_id) as person_id,
        min(occurred_on) filter (kind = 'referral') as referred_on,
        min(occurred_on) filter (kind = 'triage') as triaged_on,
        min(occurred_on) filter (kind = 'assessment') as assessed_on,
        min(occurred_on) filter (kind = 'referral_decided') as decided_on,
        any_value(outcome) filter (kind = 'referral_decided') as outcome,
        any_value(outcome) filter (kind = 'prevention_outcome') as prevention,
        max(occurred_on) filter (kind = 'closure') as closed_on,
        bool_or(planned) filter (kind = 'closure') as planned,
        arg_max(status, (occurred_on, sequence)) filter (kind = 'employment' and status is not null) as status,
        arg_max(eligible, (occurred_on, sequence)) filter (kind = 'employment' and eligible is not null) as eligible,
        arg_min(due_on - occurred_on, (occurred_on, sequence)) filter (kind = 'referral') as ahead
    from events where "case" is not null and occurred_on <= $until group by all
), died as (select person_id, min(occurred_on) as died_on from events where kind = 'death' group by 1),
full_cases as (
    select cases.*, died_on, case when outcome = 'accepted' then decided_on else referred_on end as opened_on
    from cases left join died using (person_id)
), prior as (
    select new."case", count(*) as times from full_cases new join full_cases old
        on old.person_id = new.person_id and old."case" <> new."case" and old.outcome = 'accepted'
        and old.opened_on < new.referred_on and coalesce(old.closed_on, new.referred_on) >= new.referred_on
            - interval 24 month
    where new.referred_on between $since and $until group by 1
), evicted as (
    select distinct full_cases."case" from full_cases join events using (person_id)
    where events.kind = 'accommodation_end' and events.outcome = 'evicted' and events.occurred_on <= $until
        and events.occurred_on between opened_on and coalesce(closed_on, $until)
)
select
    list_sort(list("case") filter (referred_on >= $since)) as assessed_of,
    list_sort(list("case") filter (referred_on >= $since and assessed_on - referred_on <= 14)) as assessed,
    list_sort(list("case") filter (closed_on >= $since and planned and not coalesce(died_on <= closed_on, false))) as closed_of,
    list_sort(list("case") filter (closed_on >= $since and planned and not coalesce(died_on <= closed_on, false) and closed_on - opened_on <= 180)) as closed,
    list_sort(list("case") filter (closed_on >= $since and prevention <> 'unknown')) as prevented_of,
    list_sort(list("case") filter (closed_on >= $since and prevention <> 'unknown' and prevention = 'prevented')) as prevented,
    list_sort(list("case") filter (referred_on >= $since and outcome is not null)) as rejected_of,
    list_sort(list("case") filter (referred_on >= $since and outcome is not null and outcome = 'rejected')) as rejected,
    list_sort(list("case") filter (referred_on >= $since)) as triaged_of,
    list_sort(list("case") filter (referred_on >= $since and triaged_on - referred_on <= 5)) as triaged,
    list_sort(list(distinct person_id) filter (outcome = 'accepted' and opened_on <= $until
        and coalesce(closed_on, $until) >= $since)) as served,
    (select list_sort(list("case")) from prior) as again,
    list_sort(list("case") filter (outcome = 'accepted' and opened_on <= $until and coalesce(closed_on, $until) >= $since
        and coalesce(prevention, '') <> 'unknown' and evicted."case" is null)) as kept,
    list_sort(list("case") filter (outcome = 'accepted' and opened_on <= $until and coalesce(closed_on, $until) >= $since
        and eligible and status = 'employed')) as employed,
    list_sort(list("case") filter (referred_on >= $since and ahead > 56)) as early
from full_cases left join evicted using ("case")
