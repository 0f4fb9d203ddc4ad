"""The demo business's clients, items and words, as tables."""
# ruff: noqa: E501 - one row a line, as in any table.

from typing import Final

TAX_RATES: Final = (("State Tax 7.25", "7.25"), ("County Tax 8.375", "8.375"))

TOWNS: Final = (
    ("Gloucester", "MA", "01930"),
    ("Rockport", "MA", "01966"),
    ("Manchester-by-the-Sea", "MA", "01944"),
    ("Essex", "MA", "01929"),
    ("Ipswich", "MA", "01938"),
    ("Beverly", "MA", "01915"),
)

# Name, company, first name, last name, e-mail, telephone, notes, street.
CLIENTS: Final = (
    ("John Smith", "", "John", "Smith", "john.smith@example.com", "(978) 555-0101", "", "12 Prospect Street"),
    ("John Smith", "", "John", "Smith", "jsmith.rockport@example.com", "(978) 555-0102", "Not the John Smith of Prospect Street.", "4 Granite Street"),
    ("O'Brien & Daughters", "O'Brien & Daughters", "Siobhán", "O'Brien", "office@obriendaughters.example", "978-555-0103", "", "77 Main Street"),
    ("Müller & Söhne GmbH", "Müller & Söhne GmbH", "Jürgen", "Müller", "juergen@mueller-soehne.example", "+1 978 555 0104", "", "18 Kettle Cove Lane"),
    ("Nguyễn Thị Ánh Tuyết", "", "Ánh Tuyết", "Nguyễn", "tuyet.nguyen@example.com", "978.555.0105", "Call before coming; works nights.", "230 Washington Street, Apt 3B"),
    ("Lawn Depot", "Lawn Depot", "", "", "facilities@lawndepot.example", "(978) 555-0106", "We buy from them too.", "1500 Route 133"),
    ("Saint Mary's-by-the-Sea Episcopal Church, Parish Hall", "St. Mary's-by-the-Sea", "Rev. Ellen", "Whitcomb", "parish@stmarys.example", "(978) 555-0107", "Boiler room key at the rectory.", "8 Masconomo Street"),
    ("Cape Ann Regional Vocational Technical High School, Annex", "Cape Ann Vocational", "Dave", "Kowalczyk", "dkowalczyk@capeannvoc.example", "(978) 555-0108 x214", "Purchase order number on every invoice.", "36 Essex Avenue"),
    ("Zoë D'Angelo-Fitzgerald", "", "Zoë", "D'Angelo-Fitzgerald", "zoe@example.com", "(978) 555-0109", "", "5 Bearskin Neck"),
    ("Garcia, María José", "", "María José", "Garcia", "mj.garcia@example.com", "(978) 555-0110", "", "91 Maplewood Avenue"),
    ("c/o Harborview Condominium Trust", "Harborview Condominium Trust", "Phil", "Tarantino", "trustees@harborview.example", "(978) 555-0111", "", "1 Rogers Street"),
    ("Rental: 14 Beach Rd", "", "Angela", "Petrosyan", "angela.p@example.com", "(978) 555-0112", "Tenant lets us in.", "14 Beach Road"),
    ("王小明 (Wang Xiaoming)", "", "Xiaoming", "Wang", "wang.xm@example.com", "(978) 555-0113", "", "60 Langsford Street"),
    ("🐟 The Salty Cod Café", "The Salty Cod Café LLC", "Benoît", "Lévesque", "hello@saltycod.example", "(978) 555-0114", "Grease trap every 90 days.", "33 Harbor Loop"),
    ("  Extra Space Storage  ", "Extra Space Storage", "", "", "site412@extraspace.example", "(978) 555-0115", "", "400 Gloucester Crossing"),
    ("Smith, Jones & Associates, P.C.", "Smith, Jones & Associates, P.C.", "Harriet", "Jones", "hjones@smithjones.example", "(978) 555-0116", "", "2 Dale Avenue, Suite 200"),
    ("JOHN SMITHSON", "", "John", "Smithson", "", "(978) 555-0117", "", "19 Pleasant Street"),
    ("McAllister Bros. Marine <Repair>", "McAllister Bros.", "Ian", "McAllister", "ian@mcallister.example", "(978) 555-0118", "", "27 East Main Street"),
    ("Señor Taco #2", "Taco Holdings, Inc.", "Luis", "Peña", "luis@senortaco.example", "(978) 555-0119", "", "112 Eastern Avenue"),
    ("Łukasz Wójcik", "", "Łukasz", "Wójcik", "lukasz.wojcik@example.com", "(978) 555-0120", "", "6 Thatcher Road"),
    ("Åse Bjørnstad-Ødegård", "", "Åse", "Bjørnstad-Ødegård", "aase@example.com", "(978) 555-0121", "", "44 Phillips Avenue"),
    ('Dr. & Mrs. Theodore "Ted" Vanderbilt-Cholmondeley III', "", "Theodore", "Vanderbilt-Cholmondeley", "tvc@example.com", "(978) 555-0122", "Wine cellar humidifier: ask first.", "1 Coolidge Point"),
    ("The Estate of Margaret R. Abercrombie, Thomas Hale, Executor", "", "Thomas", "Hale", "thale@halelaw.example", "(978) 555-0123", "", "58 School Street"),
    ("Essex County Greenbelt Association - Allyn Cox Reservation", "Essex County Greenbelt", "Priya", "Raghunathan", "praghunathan@greenbelt.example", "(978) 555-0124", "", "82 Eastern Avenue"),
    ("Essex County Greenbelt Association - Cox Bird Sanctuary", "Essex County Greenbelt", "Priya", "Raghunathan", "praghunathan@greenbelt.example", "(978) 555-0124", "", "84 Eastern Avenue"),
    ("Ana Sofía Ibáñez", "", "Ana Sofía", "Ibáñez", "ana@example.com", "(978) 555-0126", "", "31 Mount Pleasant Avenue"),
    ("Anna Sophia Ibanez", "", "Anna Sophia", "Ibanez", "anna.ibanez@example.com", "(978) 555-0127", "", "31 Mt. Pleasant Avenue"),
    ("Bob's Discount Bait", "Bob's Discount Bait", "Bob", "Frontiero", "bob@bobsbait.example", "(978) 555-0128", "Pays cash.", "9 Parker Street"),
    ("Gloucester Housing Authority", "Gloucester Housing Authority", "Denise", "Parco", "ap@gloucesterha.example", "(978) 555-0129", "Net 30, no exceptions.", "259 Washington Street"),
    ("K. & R. Santapaola", "", "Kathleen", "Santapaola", "krsanta@example.com", "(978) 555-0130", "", "15 Sadler Street"),
    ("Peter & Paul Fishing Co.", "Peter & Paul Fishing Co.", "Paul", "Ciaramitaro", "paul@ppfishing.example", "(978) 555-0131", "", "State Fish Pier, Berth 7"),
    ("Jean-François Côté", "", "Jean-François", "Côté", "jfcote@example.com", "(978) 555-0132", "", "70 Marmion Way"),
    ("100% Wool Yarn Shop", "100% Wool", "Gretchen", "Aho", "gretchen@100wool.example", "(978) 555-0133", "", "21 Dock Square"),
    ("Annisquam Village Hall", "Annisquam Village Hall Association", "", "", "", "(978) 555-0134", "Winterized November to April.", "36 Leonard Street"),
    ("Tally's Corner Gas/Service", "Tally's", "Mike", "Tally", "mike@tallys.example", "(978) 555-0135", "", "278 Main Street"),
    ("Lobster Pot\\Dockside", "Lobster Pot, Inc.", "Carla", "Moceri", "carla@lobsterpot.example", "(978) 555-0136", "", "65 Rogers Street"),
    ("Björk Guðmundsdóttir Interiors", "BG Interiors", "Björk", "Guðmundsdóttir", "studio@bginteriors.example", "(978) 555-0137", "", "3 Main Street"),
    ("Cash Customer", "", "", "", "", "", "Walk-ins.", ""),
    ("Miller's River Market & Deli", "Miller's River Market", "Sunil", "Patel", "sunil@millersriver.example", "(978) 555-0139", "", "140 Southern Avenue"),
    ("Kristin Østergaard", "", "Kristin", "Østergaard", "kristin.o@example.com", "(978) 555-0140", "", "17 Summer Street"),
    ("Renée Beauséjour", "", "Renée", "Beauséjour", "renee@example.com", "(978) 555-0141", "", "49 Hesperus Avenue"),
    ("T.J. Pappas", "", "T.J.", "Pappas", "tj@example.com", "(978) 555-0142", "", "10 Rackliffe Street"),
    ("Manchester Yacht Club, Inc.", "Manchester Yacht Club, Inc.", "Winthrop", "Sears", "dockmaster@myc.example", "(978) 555-0143", "", "15 Tucks Point Road"),
    ("Sgt. Robert Alves (ret.)", "", "Robert", "Alves", "ralves@example.com", "(978) 555-0144", "", "22 Cherry Street"),
    ("Olga Dmitrievna Sokolova", "", "Olga", "Sokolova", "olga.sokolova@example.com", "(978) 555-0145", "", "88 Centennial Avenue"),
    ("Ipswich Ale & Oyster", "Ipswich Ale & Oyster", "Rob", "Martin", "rob@aleoyster.example", "(978) 555-0146", "", "2 Brewery Place"),
    ("Crane Estate, Great House: Kitchen", "Crane Estate", "Judith", "Okonkwo", "jokonkwo@cranehouse.example", "(978) 555-0147", "", "290 Argilla Road"),
    ("Crane Estate, Great House: Laundry", "Crane Estate", "Judith", "Okonkwo", "jokonkwo@cranehouse.example", "(978) 555-0147", "", "290 Argilla Road"),
    ("Hammond Bakery", "Hammond Bakery", "Inês", "Figueiredo", "ines@hammondbakery.example", "(978) 555-0149", "Before 4 a.m. or after 2 p.m.", "80 Hesperus Avenue"),
    ("Dogtown Books", "Dogtown Books", "Bob", "Ritchie", "books@dogtown.example", "(978) 555-0150", "", "132 Main Street"),
    ("Marguerite St. Germain", "", "Marguerite", "St. Germain", "m.stgermain@example.com", "(978) 555-0151", "", "7 High Street"),
    ("Wm. Ó Súilleabháin", "", "William", "Ó Súilleabháin", "wosuill@example.com", "(978) 555-0152", "", "26 Beacon Street"),
    ("Beverly Farms Montessori", "Beverly Farms Montessori School", "Leah", "Goldfarb", "office@bfmontessori.example", "(978) 555-0153", "", "12 Hale Street"),
    ("AAA Property Mgmt (do not call Mr. Lee)", "AAA Property Mgmt", "Grace", "Lee", "grace@aaapm.example", "(978) 555-0154", "", "500 Cummings Center"),
    ("Nana's Attic", "", "Rose", "Testaverde", "rose@nanasattic.example", "(978) 555-0155", "", "41 Middle Street"),
    ("Captain Jack Favazza", "", "Jack", "Favazza", "captjack@example.com", "(978) 555-0156", "At sea until the 20th.", "3 Commercial Street"),
    ("Folly Cove Designers' Guild", "Folly Cove Designers' Guild", "Virginia", "Lee-Burton", "guild@follycove.example", "(978) 555-0157", "", "1 Washington Street"),
    ("Rosalía Núñez de Balboa y Fernández de Córdoba", "", "Rosalía", "Núñez de Balboa", "rosalia@example.com", "(978) 555-0158", "", "64 Grapevine Road"),
    ("Norwood Heights Association", "Norwood Heights Association", "", "", "nha@norwoodheights.example", "(978) 555-0159", "", "Norwood Heights"),
    ("Al Dente", "Al Dente Ristorante", "Alfonso", "Denti", "al@aldente.example", "(978) 555-0160", "", "54 Main Street"),
)  # fmt: skip

# Name, kind, description, price, cost, taxable.
ITEMS: Final = (
    ("Service call", "service", "Visit and diagnosis, first half hour", "95.00", "0", False),
    ("Labor, licensed plumber", "service", "Per hour", "128.00", "0", False),
    ("Labor, apprentice", "service", "Per hour", "72.50", "0", False),
    ("Labor, licensed plumber, nights and weekends", "service", "Per hour, two hours at least", "192.00", "0", False),
    ("Labor, licensed plumber, nights and holidays", "service", "Per hour, four hours at least", "256.00", "0", False),
    ("Boiler tune-up, oil", "service", "Clean, nozzle, filter, efficiency test", "219.00", "0", False),
    ("Boiler tune-up, gas", "service", "Clean, combustion analysis, safety check", "189.00", "0", False),
    ("Drain cleaning", "service", "Main line, up to 100 ft", "275.00", "0", False),
    ("Backflow test & certificate", "service", "With the report to the water department", "110.00", "0", False),
    ("Permit, City of Gloucester", "service", "At cost", "62.00", "62.00", False),
    ("Travel beyond 20 miles", "service", "Per mile", "0.67", "0", False),
    ("Disposal fee", "service", "Old water heater or boiler", "45.00", "20.00", False),
    ("Water heater 40 gal. natural gas, 6-year warranty", "product", "", "689.00", "512.40", True),
    ("Water heater 50 gal. natural gas, 6-year warranty", "product", "", "779.00", "584.15", True),
    ("Water heater 50 gal. electric", "product", "", "629.00", "455.00", True),
    ("Circulator pump", "product", "Cast iron, 1/25 HP", "164.95", "109.30", True),
    ('Zone valve 3/4"', "product", "Sweat, 2-wire", "118.00", "71.20", True),
    ('Copper pipe 3/4" type L', "product", "Per foot", "4.38125", "2.91667", True),
    ('PEX-A tubing ½"', "product", "Per foot, red or blue", "0.89", "0.41", True),
    ('PVC pipe 3" schedule 40', "product", "Per foot", "3.15", "1.88", True),
    ("Faucet, kitchen, pull-down", "product", "Brushed nickel", "249.00", "158.00", True),
    ("Toilet, 1.28 gpf, elongated, comfort height", "product", "With seat, wax ring and supply", "329.00", "204.00", True),
    ("Sump pump ⅓ HP", "product", "With check valve", "238.50", "149.99", True),
    ("Thermostat (Wi-Fi)", "product", "Installed separately", "169.99", "112.00", True),
    ("Small parts", "product", "Fittings, solder, sealant", "18.50", "7.25", True),
)  # fmt: skip

MEMOS: Final = (
    "",
    "Thank you for your business!",
    "Replaced the relief valve; it had been dripping since the inspection.",
    "",
    "PO 4471-B / Attn: Facilities",
    (
        "The old heater was leaking at the seam & could not be repaired. We drained it, capped the gas, "
        "carried it out through the bulkhead, set the new one on a pan with a drain line to the sump, "
        "replaced the first six feet of vent, tested for gas leaks and combustion, and showed the "
        "tenant how to shut the water off. Warranty card is taped to the side. Please have the chimney "
        "liner looked at before next winter: the top two sections are rusted through."
    ),
    "",
    "2nd visit — no charge for travel",
)
