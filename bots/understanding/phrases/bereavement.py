"""Somebody has died, and whoever writes is left with it."""

POSITIVE = """
my husband died last week and I need to cancel his order
my wife passed away in March
my mother has died and I am sorting out her things
my father passed away, please close his account
my brother is dead and there is still an order of his
our son died in an accident
we lost our daughter last month
our baby died and we do not need the carrier
we lost our little girl this winter
he was to wear it on our trip, but he died before
I lost my husband to cancer
my grandmother died, the tent was a present for her
my best friend passed away before the parcel came
I am writing about my late husband's account
the account of my late father
the account holder is deceased
I am the executor of my mother's estate
I am settling the estate of my deceased sister
she is no longer with us
he died before the trip that this was for
my partner died suddenly and I cannot keep the order
the customer has died, I am his widow
I am recently widowed and his membership goes on
we have had a death in the family
there was a bereavement in my family, so we could not travel
because of a funeral I missed the date for returns
our dog died yesterday, so I do not need the dog bed
we buried my father on Monday
I am grieving and cannot deal with this
she took her own life last month and her account is still open
my mum died and you keep sending her letters
please stop sending mail to my dead husband
the person who ordered this has passed away
mein Mann ist gestorben
meine Mutter ist letzte Woche verstorben
mein Vater ist tot
wir hatten einen Todesfall in der Familie
ich löse den Haushalt meiner verstorbenen Schwester auf
wegen einer Beerdigung konnte ich nicht zurücksenden
""".strip().splitlines()

NEGATIVE = """
my phone died
the battery died after an hour
the head torch died on the first night
the app died again
the zip died
my tent died in the storm
I am dying to get it
I nearly died laughing
it is to die for
the link is dead
the line went dead
the plant died
my parcel is lost
I lost my order number
I lost my password
we lost a tent peg
we lost the poles of the tent
I lost the receipt
my late order
my parcel is late
the delivery is too late
late delivery of my order
I missed the date for returns because I was on holiday
the deadline has passed
the return period has passed away from me
a month has passed and nothing came
I passed by your shop
please close my account
cancel the order of my husband
it is for my husband
I am buying it for my mother
my wife ordered the wrong size
my father broke the chair
the estate car is too small for the tent
estate agents
is there a family discount
we have a new baby in the family
our dog chewed the mat
the dog bed is too small
what is the life of this mat
the film about a widow
dead straight poles
the tent was buried in snow
that would be the death of this jacket
""".strip().splitlines()

_KIN = (
    r"(husband|wife|partner|fianc[eé]e?|mother|father|mum|mom|dad|son|daughter|child|baby|brother|sister|"
    r"grand(ma|pa|mother|father|son|daughter)|nan|gran|granny|aunt|uncle|cousin|niece|nephew|friend|"
    r"colleague|parents?|(little |baby )?(boy|girl)|dog|cat)"
)
EXPRESSIONS = (
    rf"\b{_KIN}\b( \w+){{0,2}} "
    r"(has |have |had |just |recently |suddenly |sadly )*(died|passed away|passed on)\b",
    r"\b(before|after|since|when) (he|she|they) (died|passed away)\b",
    rf"\b(my|our|his|her) (late|deceased|dead) {_KIN}\b|\b(is|was|are|has been) deceased\b|\bthe deceased\b",
    rf"\b(lost|buried) (my|our|his|her) {_KIN}\b"
    r"(?!'s? (order|parcel|number|tent|key))(?! (order|number|in the shop))",
    r"\b(a|the) (death|bereavement) (in|of) (the|my|our)\b|\bbereave\w+|\b(is|was|been|am|recently) "
    r"widow(ed|er)?\b|\b(his|her|their|the) widow(er)?\b|\bno longer with us\b",
    r"\b(executor|executrix)\b|\b(settling|sorting out|handling|dealing with) (the|my|his|her) "
    r"\w*\s?estate\b|"
    r"\b(account holder|customer|person who ordered \w+) (has |have )?(died|passed away)\b|\bfuneral\b"
    r"(?! (song|pyre))",
    r"\b(ist|sind) (\w+ ){0,2}(gestorben|verstorben)\b|\bverstorbene[rns]?\b|\btodesfall\b|\bbeerdigung\b|"
    r"\b(mein|meine|unser|unsere)\w* (mann|frau|mutter|vater|sohn|tochter|bruder|schwester|oma|opa) "
    r"ist (\w+ )?tot\b|\bwitwer?\b",
)
