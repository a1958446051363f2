"""Reading an address somebody pasted: name, company, street, city, region, country, phone, e-mail.

Pure, and a proposal: nothing here is sure, so a person looks at the fields before they are kept.
It reads from the bottom up, since that is where addresses are alike: country, then the line with
the postal code. What stands above is street, and above that are names.
"""

import re
from dataclasses import dataclass, field

from orders.drafts import Address
from orders.filters.countries import country_code
from orders.regions import AT_HOME, AU_STATES, CA_PROVINCES, COUNTIES, US_STATES, spellings

LINES_READ, LETTERS_READ = 30, 2000

# Country → the form of its postal code behind the city, and the regions that stand between.
BEHIND = (
    ("US", r"\d{5}(?:-\d{4})?", spellings(US_STATES)),
    ("CA", r"[A-Z]\d[A-Z][ -]?\d[A-Z]\d", spellings(CA_PROVINCES)),
    ("AU", r"\d{4}", spellings(AU_STATES)),
)
POSTCODE = r"(?:GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})"
EIRCODE = r"[AC-FHKNPRTV-Y]\d[\dW] ?[\dA-Z]{4}"
# Forms of postal codes that stand before the city.
BEFORE = (
    r"\d{4} ?[A-Z]{2}(?= )",
    r"\d{2}-\d{3}",
    r"\d{4}-\d{3}",
    r"\d{3} \d{2}",
    r"\d{5}",
    r"\d{4}",
)
EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(
    r"(?:(?P<word>tel(?:efon|ephone)?|phone|ph|mobile|mob|cell|fon)\b[.:]*\s*)?"
    r"(?P<number>\+?\(?\d[\d\s().\-/]{5,}\d)(?:\s*(?:x|ext\.?)\s*\d+)?",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"^(?:ship(?:ping)?(?: to| address)?|deliver to|bill(?:ing)?(?: to| address)?|name|address|"
    r"company|street|city|e-?mail|country)\s*:\s*",
    re.IGNORECASE,
)
TITLE = re.compile(r"^(?:mr|mrs|ms|miss|mx|dr|prof|herr|frau|mme|m)\.?\s+(?=\S)", re.IGNORECASE)
# What belongs to the name behind it.
PARTICLES = frozenset({"de", "den", "der", "di", "du", "la", "le", "van", "von", "zu", "ten"})
TO = re.compile(r"^(?:attn|attention|c/o|z\.? ?hd\.?|fao)\b[.:]*\s*", re.IGNORECASE)
COMPANY = re.compile(
    r"\b(?:inc|llc|llp|ltd|limited|corp|corporation|co|company|plc|pty|gmbh|ag|kg|ug|ohg|se|sarl|"
    r"sas|s\.?a|b\.?v|n\.?v|oy|ab|as|aps|srl|s\.?p\.?a|group|store|shop|university|school|"
    r"hospital|institute|warehouse|e\.?v)\b\.?",
    re.IGNORECASE,
)
STREET = re.compile(
    r"\d|\b(?:street|road|avenue|lane|drive|court|house|flat|suite|floor|unit|building|strasse|"
    r"straße|weg|platz|postfach|box|rue|via|calle)\b|(?:straße|strasse|str\.)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found in a pasted address; `country` in it is a code."""

    address: Address = field(default_factory=Address)
    email: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


def read_address(text: str) -> Pasted:
    """Read an address as people paste it, in lines or in one line with commas."""
    lines = _lines(text[:LETTERS_READ])
    email, lines = _taken(lines, EMAIL)
    phone, lines = _phone(lines)
    country, lines = _country(lines)
    place, lines = _place(lines, country)
    names, street = _parted(lines)
    first, last, company = _names(names)
    streets = [*street[:3], ", ".join(street[3:])] if street else []
    parts = dict(zip(("address1", "address2", "address3", "address4"), streets, strict=False))
    address = Address(
        first_name=first,
        last_name=last,
        company=company,
        city=place.city,
        state=place.state,
        postal_code=place.postal_code,
        country=country or place.country,
        phone=phone,
        **parts,
    )
    return Pasted(address, email)


def _lines(text: str) -> list[str]:
    found = [re.sub(r"[ \t\u00a0]+", " ", line).strip(" ,;") for line in text.splitlines()]
    found = [LABEL.sub("", line).strip(" ,;") for line in found]
    found = [line for line in found if line]
    if len(found) == 1:
        found = [piece.strip() for piece in re.split(r"[,;|]", found[0]) if piece.strip()]
    return found[:LINES_READ]


def _taken(lines: list[str], form: re.Pattern[str]) -> tuple[str, list[str]]:
    """Take the first thing of this form out of the lines."""
    for place, line in enumerate(lines):
        if found := form.search(line):
            rest = (line[: found.start()] + line[found.end() :]).strip(" ,;:<>-")
            return found.group(), [*lines[:place], *([rest] if rest else []), *lines[place + 1 :]]
    return "", lines


def _phone(lines: list[str]) -> tuple[str, list[str]]:
    """Take a telephone number out: named as one, or too long for a house or a postal code."""
    for place, line in enumerate(lines):
        found = PHONE.search(line)
        if not found:
            continue
        digits = re.sub(r"\D", "", found["number"])
        alone = found.group().strip() == line.strip()
        sure = alone and (line.startswith(("+", "(", "00")) or len(digits) >= 10)
        if not (7 <= len(digits) <= 16 and (found["word"] or sure)):
            continue
        rest = (line[: found.start()] + line[found.end() :]).strip(" ,;:")
        number = found.group().removeprefix(found["word"] or "").strip(" .:")
        return number, [*lines[:place], *([rest] if rest else []), *lines[place + 1 :]]
    return "", lines


def _country(lines: list[str]) -> tuple[str, list[str]]:
    """Take the country off the end: the last line, or what follows its last comma."""
    if len(lines) < 2:
        return "", lines
    last = lines[-1]
    if code := _known(last, alone=True):
        return code, lines[:-1]
    head, comma, tail = last.rpartition(",")
    if comma and (code := _known(tail, alone=False)):
        return code, [*lines[:-1], head.strip()]
    return "", lines


def _known(text: str, *, alone: bool) -> str:
    written = text.strip(" .").lower()
    # Two letters behind a comma are a region more often than a country.
    if not alone and len(written) == 2 and written not in ("uk", "us"):
        return ""
    return AT_HOME.get(written) or country_code(written)


def _place(lines: list[str], country: str) -> tuple[_Place, list[str]]:
    """Take the line with the postal code, and what belongs to it, off the end."""
    for count in (1, 2, 3):
        # The code, its region and its city may stand on lines of their own.
        if len(lines) < count:
            break
        text = ", ".join(lines[-count:])
        found = _behind(text, country) or _british(text, country)
        if found and (found.city or count == 3):
            return found, lines[:-count]
    for back, line in enumerate(reversed(lines)):
        if found := _before(line, country):
            at = len(lines) - 1 - back
            return found, [*lines[:at], *lines[at + 1 :]]
    return _loose(lines, country)


def _behind(text: str, country: str) -> _Place | None:
    for code, form, regions in BEHIND:
        if country not in ("", code):
            continue
        found = re.fullmatch(rf"(?:(?P<head>.*?)[, ]+)?(?P<code>{form})", text, re.IGNORECASE)
        if not (found and found["head"]):
            continue
        words = re.split(r"[, ]+", found["head"])
        for size in (3, 2, 1):
            region = regions.get(" ".join(words[-size:]).lower().strip("."))
            if region and len(words) >= size:
                kept = re.split(r"[, ]+", found["head"])[: len(words) - size]
                head = found["head"][: _end_of(found["head"], len(kept))].strip(" ,")
                city = head.rpartition(",")[2].strip() if text.count(",") > 2 else head
                return _Place(city, region, found["code"].upper(), code)
    return None


def _end_of(text: str, words: int) -> int:
    """Tell where the first so many words of a text end."""
    ends = [match.end() for match in re.finditer(r"[^, ]+", text)]
    return ends[words - 1] if words else 0


def _british(text: str, country: str) -> _Place | None:
    for code, form in (("GB", POSTCODE), ("IE", EIRCODE)):
        if country not in ("", code):
            continue
        found = re.fullmatch(rf"(?P<head>.*?)[, ]+(?P<code>{form})", text, re.IGNORECASE)
        if not (found and found["head"]):
            continue
        city, _, county = found["head"].partition(",")
        if county and county.strip().lower() not in COUNTIES:
            return None
        if not county and city.strip().lower() in COUNTIES:
            return None
        return _Place(city.strip(), county.strip(), found["code"].upper(), code)
    return None


def _before(line: str, country: str) -> _Place | None:
    for form in BEFORE:
        found = re.fullmatch(
            rf"(?:(?P<land>[A-Z]{{1,2}})-)?(?P<code>{form}) (?P<city>[^\d,]+?)"
            r"(?: ?\(?(?P<region>[A-Z]{2})\)?)?",
            line,
        )
        if found and country not in ("US", "CA", "AU"):
            land = {"D": "DE", "A": "AT", "F": "FR", "I": "IT", "B": "BE", "L": "LU"}
            named = found["land"] or ""
            code = land.get(named) or country_code(named)
            return _Place(found["city"].strip(), found["region"] or "", found["code"], code)
    return None


def _loose(lines: list[str], country: str) -> tuple[_Place, list[str]]:
    """Read "Singapore 238801" or "Mumbai, Maharashtra 400001", or take the last line as a city."""
    if len(lines) < 2:
        return _Place(), lines
    found = re.fullmatch(
        r"(?P<city>[^,\d]+)(?:, *(?P<state>[^,\d]+?))?[ ,-]+(?P<code>\d{3,6}(?:-\d{3,4})?)",
        lines[-1],
    )
    if found:
        place = _Place(found["city"].strip(" -"), found["state"] or "", found["code"])
        return place, lines[:-1]
    # Without a postal code only a country says that what stands above it is a city.
    if country and not re.search(r"\d", lines[-1]):
        return _Place(city=lines[-1]), lines[:-1]
    return _Place(), lines


def _parted(lines: list[str]) -> tuple[list[str], list[str]]:
    """Part names from streets: the street begins with the first line that has a number."""
    first = next((at for at, line in enumerate(lines) if at and STREET.search(line)), None)
    if first is None and lines and re.match(r"\d", lines[0]):
        return [], lines
    if first is None:
        return lines[:1], lines[1:]
    if first == 1 or not re.match(r"\d", lines[0]):
        return lines[:first], lines[first:]
    return [], lines


def _names(lines: list[str]) -> tuple[str, str, str]:
    """Tell first name, last name and company from the lines above the street."""
    people = [line for line in lines if TO.match(line) or not COMPANY.search(line)]
    companies = [line for line in lines if line not in people]
    company = ", ".join([*companies, *people[1:]])
    if not people:
        return "", "", company
    name = TITLE.sub("", TO.sub("", people[0]))
    if "," in name:
        last, _, first = (part.strip() for part in name.partition(","))
        return first, last, company
    first, _, last = name.rpartition(" ")
    while first and first.rpartition(" ")[2].lower() in PARTICLES:
        first, _, particle = first.rpartition(" ")
        last = f"{particle} {last}"
    return (first, last, company) if first else (last, "", company)
