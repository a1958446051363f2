"""Regions that stand in addresses, by country, as people write them."""


def _table(text: str) -> dict[str, str]:
    return {code: name.replace("_", " ") for code, name in (row.split("=") for row in text.split())}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


US_STATES = _table(
    "AL=Alabama AK=Alaska AZ=Arizona AR=Arkansas CA=California CO=Colorado CT=Connecticut "
    "DE=Delaware DC=District_of_Columbia FL=Florida GA=Georgia HI=Hawaii ID=Idaho IL=Illinois "
    "IN=Indiana IA=Iowa KS=Kansas KY=Kentucky LA=Louisiana ME=Maine MD=Maryland "
    "MA=Massachusetts MI=Michigan MN=Minnesota MS=Mississippi MO=Missouri MT=Montana "
    "NE=Nebraska NV=Nevada NH=New_Hampshire NJ=New_Jersey NM=New_Mexico NY=New_York "
    "NC=North_Carolina ND=North_Dakota OH=Ohio OK=Oklahoma OR=Oregon PA=Pennsylvania "
    "RI=Rhode_Island SC=South_Carolina SD=South_Dakota TN=Tennessee TX=Texas UT=Utah "
    "VT=Vermont VA=Virginia WA=Washington WV=West_Virginia WI=Wisconsin WY=Wyoming "
    "PR=Puerto_Rico GU=Guam VI=Virgin_Islands AA=AA AE=AE AP=AP"
)
CA_PROVINCES = _table(
    "AB=Alberta BC=British_Columbia MB=Manitoba NB=New_Brunswick NL=Newfoundland_and_Labrador "
    "NS=Nova_Scotia NT=Northwest_Territories NU=Nunavut ON=Ontario PE=Prince_Edward_Island "
    "QC=Quebec SK=Saskatchewan YT=Yukon"
)
AU_STATES = _table(
    "NSW=New_South_Wales VIC=Victoria QLD=Queensland SA=South_Australia WA=Western_Australia "
    "TAS=Tasmania ACT=Australian_Capital_Territory NT=Northern_Territory"
)
# How people write their own country, where no register of English names has it.
AT_HOME = {
    "deutschland": "DE", "österreich": "AT", "schweiz": "CH", "suisse": "CH", "svizzera": "CH",
    "españa": "ES", "italia": "IT", "nederland": "NL", "belgië": "BE", "belgique": "BE",
    "danmark": "DK", "sverige": "SE", "norge": "NO", "polska": "PL", "brasil": "BR",
    "méxico": "MX", "éire": "IE", "suomi": "FI", "česko": "CZ", "日本": "JP",
}  # fmt: skip
COUNTIES = _words(
    "bedfordshire berkshire buckinghamshire cambridgeshire cheshire cornwall cumbria derbyshire "
    "devon dorset durham essex gloucestershire hampshire herefordshire hertfordshire kent "
    "lancashire leicestershire lincolnshire middlesex norfolk northamptonshire northumberland "
    "nottinghamshire oxfordshire shropshire somerset staffordshire suffolk surrey warwickshire "
    "wiltshire worcestershire yorkshire"
)


def spellings(known: dict[str, str]) -> dict[str, str]:
    """Give each region's code by how it is written, in small letters."""
    names = {name.lower(): code for code, name in known.items()}
    return {**names, **{code.lower(): code for code in known}}
