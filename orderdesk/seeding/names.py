"""What seeded orders are made of: people, places, goods, and how shops are called."""

from dataclasses import dataclass


def _words(text: str, between: str = " ") -> tuple[str, ...]:
    return tuple(text.split(between))


FIRST_NAMES = _words(
    "Ada Agnes Aisha Albert Alma Amara Amir Ana André Anja Arthur Astrid Beatriz Benjamin Bianca "
    "Björn Bruno Carla Carmen Cem Charlotte Chidi Chloé Clara Connor Daniela David Deepa Dmitri "
    "Edith Elena Elif Elijah Emeka Emma Enzo Erik Esther Fatima Felix Fiona Florian Freya Gabriel "
    "Georgia Gita Grace Hana Hannah Hassan Hugo Ida Ines Ingrid Irene Isaac Ivan Jada James Jana "
    "Javier Jonas José Julia Jürgen Kaja Karim Katarzyna Kenji Kofi Laila Lars Leila Liam Lin "
    "Louise Lucas Luka Maja Malik Marek Margit Mateo Maya Mehmet Mia Milan Mina Nadia Naomi Nikhil "
    "Nils Noor Nora Olga Oliver Omar Oskar Paula Pedro Petra Priya Quinn Rafael Ravi Rosa Ruth "
    "Samira Santiago Sara Sean Selma Signe Simon Sofia Stella Sven Tara Theo Tomás Uma Vera Viktor "
    "Wendy Xin Yara Yusuf Zainab Zoë"
)
LAST_NAMES = _words(
    "Abbott Adeyemi Ahmed Almeida Andersen Arslan Baker Banerjee Barros Becker Berg Bianchi Blake "
    "Borg Brandt Brooks Byrne Carvalho Castillo Chan Chen Clarke Costa Crane Dahl Dalton Delgado "
    "Demir Dubois Duarte Ellis Eriksen Farrell Fernández Fischer Fletcher Fontaine Foster Gallo "
    "García Gibson Girard Grant Greene Gruber Gupta Haddad Hansen Harper Hayes Herrera Hoffmann "
    "Holm Horvat Hughes Ibrahim Ito Jansen Jensen Joshi Kaplan Kato Kaya Keller Khan Kim Klein "
    "Kowalski Krause Lambert Larsen Laurent Le Lindqvist Lopes Lund Maier Marino Marsh Martínez "
    "Mbeki Mehta Meyer Moreau Morgan Müller Nair Navarro Nguyen Nielsen Novak Nowak Nuñez Okafor "
    "Olsen Ortiz Osei Owens Park Patel Pereira Petrov Popescu Quinlan Rahman Ramos Reid Reyes "
    "Ricci Rivera Romano Rossi Sato Schmidt Schneider Shah Silva Singh Soto Stein Suzuki Sørensen "
    "Tanaka Taylor Torres Tran Ueda Vargas Vega Virtanen Vogel Wagner Walsh Ward Weber Weiß West "
    "Winter Wood Wright Yamada Young Zhang Zimmermann"
)
STREETS = _words(
    "Alder|Ash|Bank|Beech|Bridge|Brook|Canal|Castle|Cedar|Chapel|Cherry|Church|Clover|Copper|Creek|"
    "Dale|Depot|Elm|Farm|Fern|Ferry|Field|Forest|Foundry|Garden|Glen|Grove|Harbor|Hawthorn|Hazel|"
    "Heron|Hill|Holly|Iron|Juniper|King|Lake|Larch|Laurel|Linden|Maple|Market|Meadow|Mill|Mulberry|"
    "Oak|Orchard|Park|Pine|Poplar|Prospect|Quarry|Queen|Ridge|River|Rose|School|Spring|Station|"
    "Summit|Sunset|Sycamore|Union|Valley|Walnut|Water|Willow|Windmill",
    "|",
)
STREET_KINDS = ("Street", "Street", "Avenue", "Lane", "Road", "Road", "Drive", "Court", "Way")
COMPANIES = ("Works", "& Sons", "Studio", "Trading", "Supply Co", "Partners", "Workshop", "Group")
MAIL_HOSTS = ("example.com", "example.com", "example.net", "example.org", "mail.example")

# City, state, first digits of its postal codes, country; the first ones most often.
CITIES = (
    ("Springfield", "IL", "627", "US"),
    ("Portland", "OR", "972", "US"),
    ("Austin", "TX", "787", "US"),
    ("Denver", "CO", "802", "US"),
    ("Columbus", "OH", "432", "US"),
    ("Nashville", "TN", "372", "US"),
    ("Albany", "NY", "122", "US"),
    ("Tucson", "AZ", "857", "US"),
    ("Boise", "ID", "837", "US"),
    ("Richmond", "VA", "232", "US"),
    ("Madison", "WI", "537", "US"),
    ("Sacramento", "CA", "958", "US"),
    ("Tampa", "FL", "336", "US"),
    ("Burlington", "VT", "054", "US"),
    ("Santa Fe", "NM", "875", "US"),
    ("Halifax", "NS", "B3H ", "CA"),
    ("Toronto", "ON", "M5V ", "CA"),
    ("Calgary", "AB", "T2P ", "CA"),
    ("Leeds", "", "LS1 ", "GB"),
    ("Bristol", "", "BS1 ", "GB"),
    ("Glasgow", "", "G1 ", "GB"),
    ("Köln", "", "506", "DE"),
    ("München", "", "803", "DE"),
    ("Leipzig", "", "041", "DE"),
    ("Lyon", "", "690", "FR"),
    ("Nantes", "", "440", "FR"),
    ("Málaga", "", "290", "ES"),
    ("Bologna", "", "401", "IT"),
    ("Malmö", "", "211 ", "SE"),
    ("Århus", "", "80", "DK"),
    ("Gent", "", "90", "BE"),
    ("Melbourne", "VIC", "30", "AU"),
    ("Brisbane", "QLD", "40", "AU"),
    ("Wellington", "", "60", "NZ"),
)

STORE_FIRST = _words(
    "Amber|Anchor|Arrow|Birch|Blue Door|Bold|Bright|Cobalt|Copper|Corner|Crescent|Daisy|Ember|"
    "Evergreen|Fable|Fern|Field|Flint|Fox|Golden|Granite|Green|Harbor|Hearth|Heron|Indigo|Ivory|"
    "Juniper|Kettle|Lantern|Little|Lucky|Maple|Marble|Mint|North|Oak|Olive|Orchard|Otter|Paper|"
    "Pebble|Pine|Plum|Quiet|Raven|Red|River|Rowan|Saffron|Sage|Salt|Silver|Sparrow|Stone|Sunny|"
    "Thistle|Tidal|Union|Velvet|Willow|Winter|Wren|Yellow",
    "|",
)
STORE_LAST = _words(
    "Goods|Supply|Trading|Outfitters|Mercantile|Market|Home|Studio|Provisions|Collective|Depot|"
    "& Daughters|Workshop|Emporium|House|Post",
    "|",
)
SOURCES = ("Shopify", "Shopify", "Shopify", "WooCommerce", "WooCommerce", "Etsy", "Amazon")
METHODS = ("Standard", "Standard", "Standard", "Economy", "Express", "Overnight", "Store pickup")
PAYMENTS = ("Visa", "Visa", "Mastercard", "PayPal", "American Express", "Gift card")
CARRIERS = ("USPS", "UPS", "FedEx", "DHL")
NOTES = (
    "Leave it with the neighbor at number 12",
    "A gift: no prices in the parcel",
    "Call before delivery",
    "Second order this week, ship together if possible",
    "Fragile, the last one came broken",
)


@dataclass(frozen=True, slots=True)
class Product:
    """One thing a shop sells; the price in cents, the weight in pounds."""

    code: str
    name: str
    cents: int
    weight: float


# Shelf, then kinds as "code name cents weight", then what they come in as "code name".
_SHELVES = (
    (
        "Kitchen",
        (
            "MUG Stoneware_mug 1800 0.9;PAN Cast-iron_pan 5400 5.2;KNF Paring_knife 2600 0.3;"
            "BRD Cutting_board 3900 2.4;KTL Pour-over_kettle 6900 2.1;APR Linen_apron 3400 0.6"
        ),
        "BLU blue;RED brick_red;GRN forest_green;NAT natural;BLK black",
    ),
    (
        "Tea and coffee",
        (
            "TEA Loose-leaf_tea 1250 0.3;COF Whole-bean_coffee 1650 0.8;"
            "MAT Ceremonial_matcha 2900 0.2;FLT Paper_filters 650 0.2;TIN Storage_tin 1400 0.5"
        ),
        "100 100_g;250 250_g;500 500_g;1KG 1_kg",
    ),
    (
        "Clothes",
        (
            "TEE Organic_T-shirt 2400 0.4;HOD Heavy_hoodie 6200 1.6;CAP Canvas_cap 2200 0.2;"
            "SCK Merino_socks 1600 0.2;JKT Waxed_jacket 14800 3.1"
        ),
        "S small;M medium;L large;XL extra_large",
    ),
    (
        "Paper",
        (
            "NTB Dotted_notebook 1500 0.6;PEN Fountain_pen 4800 0.1;INK Bottled_ink 1900 0.4;"
            "CRD Greeting_cards 950 0.1;PLN Weekly_planner 2700 0.8"
        ),
        "A5 A5;A6 pocket_size;B5 B5;SET gift_set",
    ),
    (
        "Garden",
        (
            "TRW Steel_trowel 2100 0.9;SED Wildflower_seeds 550 0.1;POT Terracotta_pot 1700 3.4;"
            "GLV Leather_gloves 2900 0.4;CAN Watering_can 4400 2.7"
        ),
        "SM small;MD medium;LG large",
    ),
    (
        "Bath",
        (
            "SOP Olive_soap 850 0.3;CND Beeswax_candle 2300 0.8;TWL Waffle_towel 3600 1.1;"
            "BRS Boar_brush 2500 0.3;OIL Almond_oil 1950 0.5"
        ),
        "LAV lavender;CIT citrus;CED cedar;PLN unscented",
    ),
    (
        "Toys",
        (
            "BLK Wooden_blocks 3900 2.8;PUZ 500-piece_puzzle 2600 1.5;KIT Model_kite 3100 0.9;"
            "BER Knitted_bear 2800 0.5;TRN Push_train 4500 2.2"
        ),
        "NAT natural;CLR bright;PST pastel",
    ),
    (
        "Bicycles",
        (
            "BEL Brass_bell 1800 0.3;SDL Leather_saddle 11900 1.3;LGT Front_light 3700 0.3;"
            "BAG Handlebar_bag 5900 1.0;TUB Inner_tube 750 0.3;PMP Floor_pump 4900 3.6"
        ),
        "BLK black;HNY honey;BRN brown",
    ),
)


def _products(shelf: str) -> tuple[Product, ...]:
    name, kinds, forms = next(each for each in _SHELVES if each[0] == shelf)
    found = []
    for kind in kinds.split(";"):
        code, title, cents, weight = kind.split()
        for place, form in enumerate(forms.split(";")):
            suffix, looks = form.split()
            words = f"{title}, {looks}".replace("_", " ")
            price = int(cents) * (100 + 15 * place) // 100
            found.append(
                Product(f"{name[:2].upper()}-{code}-{suffix}", words, price, float(weight))
            )
    return tuple(found)


SHELVES: tuple[tuple[Product, ...], ...] = tuple(_products(shelf[0]) for shelf in _SHELVES)


def store_name(place: int) -> str:
    """Give the name of the store at this place; no two are the same."""
    first = STORE_FIRST[place % len(STORE_FIRST)]
    last = STORE_LAST[place // len(STORE_FIRST) % len(STORE_LAST)]
    again = place // (len(STORE_FIRST) * len(STORE_LAST))
    return f"{first} {last} {again + 1}" if again else f"{first} {last}"
