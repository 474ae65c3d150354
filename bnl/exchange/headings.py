"""Headings agencies give their columns, and the standard field each one means."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

HEADINGS: Final = MappingProxyType(
    {
        "given_names": "first name;forename;forenames;given name;given names;first names;christian name",
        "family_name": "surname;last name;family name;lastname",
        "full_name": "name;full name;client name;clients name;service user;service user name;person;tenant",
        "aliases": "alias;aliases;aka;known as;also known as;preferred name;nickname;other names",
        "former_names": "maiden name;former name;former names;previous name;previous surname;birth name",
        "date_of_birth": "dob;date of birth;birth date;birthdate;born;d o b",
        "sex": "sex;gender",
        "ni_number": "ni;nino;ni number;ni no;national insurance number;national insurance",
        "nhs_number": "nhs;nhs number;nhs no",
        "prison_number": "prison number;prison no;noms;noms number;noms id",
        "phones": (
            "phone;telephone;tel;mobile;mobile number;phone number;telephone number;mobile phone;"
            "contact number"
        ),
        "emails": "email;e mail;email address;mail",
        "preferred_contact": "preferred contact;contact preference;preferred contact method",
        "language": "language;first language;main language;preferred language",
        "address": "address;current address;last address;street;address line;town",
        "postcode": "postcode;post code;postal code;last postcode",
        "area": "area;district;local authority;borough",
        "sleep_site": "sleep site;bedded down;location of sleep site;rough sleeping location",
        "household_size": "household size;number in household;household members",
        "relationship_status": "relationship status;marital status",
        "housing_status": "housing status;accommodation status;housing situation",
        "accommodation": "accommodation;accommodation type;current accommodation;hostel",
        "landlord": "landlord;landlord name",
        "local_connection": "local connection",
        "risk_flags": "risk;risks;risk flags;risk flag",
        "support_needs": "support needs;support need;needs",
        "health_conditions": "health;health conditions;medical conditions;diagnosis",
        "offending": "offending;offences;offending history;convictions",
        "safeguarding": "safeguarding;safeguarding concerns",
        "nationality": "nationality",
        "immigration_status": "immigration status;nrpf;recourse to public funds",
        "income": "income",
        "benefits": "benefits;benefit;benefits received",
        "employment_status": "employment;employment status;economic status",
        "ethnicity": "ethnicity;ethnic origin;ethnic group",
        "religion": "religion;faith",
        "sexual_orientation": "sexual orientation;sexuality",
        "disability": "disability;disabled",
        "veteran": "veteran;armed forces;served in armed forces",
        "care_leaver": "care leaver;looked after",
        "notes": "notes;comments;remarks;case notes",
    }
)
"""Headings of each field, parted by semicolons, in small letters and without punctuation."""

REFERENCES: Final = (
    "reference;ref;client id;client ref;client reference;client no;client number;id;case id;case no;case ref;"
    "case number;person id;urn;unique id;record id;personalid;our ref;service user id;tenant id"
)
"""Headings of an agency's own reference."""
