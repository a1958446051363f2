"""Pasted addresses are read as people in their country write them."""

from dataclasses import fields

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.addresses import LETTERS_READ, read_address

READ = [
    (
        "Jane Doe\n12 Mill Lane\nSpringfield, IL 62701",
        "Jane|Doe||12 Mill Lane||Springfield|IL|62701|US||",
    ),
    (
        (
            "Jane Doe\nAcme Inc.\n12 Mill Lane\nApt 4\nSpringfield IL 62701-1234\nUSA\n"
            "+1 (555) 010-0199\njane@example.com"
        ),
        (
            "Jane|Doe|Acme Inc.|12 Mill Lane|Apt 4|Springfield|IL|62701-1234|US|+1 (555) 010-0199|"
            "jane@example.com"
        ),
    ),
    (
        "Jane Doe, 12 Mill Lane, Springfield, IL, 62701, United States",
        "Jane|Doe||12 Mill Lane||Springfield|IL|62701|US||",
    ),
    (
        "Ship to: Doe, Jane\nPO Box 77\nNew York, New York 10001",
        "Jane|Doe||PO Box 77||New York|NY|10001|US||",
    ),
    (
        "Jean Tremblay\n123 rue Principale\nMontréal QC H2X 1Y4\nCanada",
        "Jean|Tremblay||123 rue Principale||Montréal|QC|H2X 1Y4|CA||",
    ),
    (
        "Ms Ann Smith\nFlat 2, 10 Downing Street\nLondon\nSW1A 2AA\nUnited Kingdom",
        "Ann|Smith||Flat 2, 10 Downing Street||London||SW1A 2AA|GB||",
    ),
    (
        "Ann Smith\n10 High St\nCanterbury\nKent\nCT1 2AB",
        "Ann|Smith||10 High St||Canterbury|Kent|CT1 2AB|GB||",
    ),
    (
        "Müller GmbH\nz.Hd. Erika Mustermann\nHeidestraße 17\n51147 Köln\nDeutschland",
        "Erika|Mustermann|Müller GmbH|Heidestraße 17||Köln||51147|DE||",
    ),
    (
        "Max Mustermann\nMusterstr. 5\nD-10115 Berlin\nTel: 030 1234567",
        "Max|Mustermann||Musterstr. 5||Berlin||10115|DE|030 1234567|",
    ),
    (
        "Kylie Citizen\n42 Wallaby Way\nSydney NSW 2000\nAustralia",
        "Kylie|Citizen||42 Wallaby Way||Sydney|NSW|2000|AU||",
    ),
    (
        "Jan de Vries\nKeizersgracht 100\n1015 AA Amsterdam\nNederland",
        "Jan|de Vries||Keizersgracht 100||Amsterdam||1015 AA|NL||",
    ),
    (
        "Marie Curie\n5 Rue Cuvier\n75005 Paris\nFrance",
        "Marie|Curie||5 Rue Cuvier||Paris||75005|FR||",
    ),
    (
        "Mario Rossi\nVia Roma 1\n20121 Milano MI\nItaly",
        "Mario|Rossi||Via Roma 1||Milano|MI|20121|IT||",
    ),
    (
        "Tan Ah Kow\n1 Orchard Road\n#05-01\nSingapore 238801\nSingapore",
        "Tan Ah|Kow||1 Orchard Road|#05-01|Singapore||238801|SG||",
    ),
    (
        "Raj Rao\nFlat 3\nMumbai, Maharashtra 400001\nIndia",
        "Raj|Rao||Flat 3||Mumbai|Maharashtra|400001|IN||",
    ),
    (
        "Seán Murphy\n1 Main St\nDublin D02 X285\nIreland",
        "Seán|Murphy||1 Main St||Dublin||D02 X285|IE||",
    ),
]
PARTS = (
    "first_name", "last_name", "company", "address1", "address2", "city", "state", "postal_code",
    "country", "phone",
)  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), READ, ids=[text[:20] for text, _ in READ])
def test_an_address_is_read_part_by_part(text, expected):
    found = read_address(text)

    told = [*(getattr(found.address, part) for part in PARTS), found.email]
    assert told == expected.split("|")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=LETTERS_READ * 2) | st.lists(st.sampled_from([*"0 ,-A\n", "CA", "UK"])))
def test_whatever_is_pasted_is_read_without_harm(text):
    found = read_address("".join(text))

    for part in fields(found.address):
        assert "\n" not in getattr(found.address, part.name)


def test_nothing_is_found_in_nothing():
    found = read_address(" \n\t ")

    assert not found.address
    assert found.email == ""
