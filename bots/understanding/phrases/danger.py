"""Somebody is in danger now, or was just hurt: gas, fire, electricity, poison, an injury."""

POSITIVE = """
I smell gas in the tent
it smells of gas in the whole house
there is a strong smell of gas and I do not know what to do
gas is leaking from the cartridge and we cannot stop it
the gas bottle hisses and I cannot close it
the valve does not shut and gas keeps coming out
the stove is on fire right now
the tent caught fire
there are flames coming out of the valve
the power bank is burning on my table
there is smoke coming out of the battery
the battery pack is swelling and smoking
the charger is on fire
the cartridge exploded in my face
the stove blew up while I was cooking
the carbon monoxide alarm is going off
the alarm for carbon monoxide went off in the tent
we all have a headache and feel dizzy with the stove on in the tent
I got an electric shock from the heater
the cable gives me a shock when I touch it
sparks are flying out of the plug
my child swallowed the battery
my son has swallowed a button cell
the baby put the magnet in its mouth and swallowed it
my daughter drank some of the fuel
my dog ate the waterproofing and is shaking
he is choking on a piece of it
she is not breathing properly
he is unconscious
my husband was badly hurt when the chair collapsed
my son burned his hand on the stove
I burned my face when the flame shot up
I cut my hand on the blade and it will not stop bleeding
my finger is bleeding badly
the fuel got into my eye and it burns
somebody was injured by your stove
the hammock came down and my father cannot move his arm
my son fell from the ladder when the strap tore and hit his head
she fell on the rocks and her leg looks broken
boiling water spilled over my arm because the pot holder broke
hot fuel ran over my hand
I cut myself deeply and there is a lot of blood
the peg went through my foot
we feel sick and have a headache since the heater is on
we are stuck on the mountain and the rope is damaged
there is a fire in the kitchen because of your stove
help, it is burning
es riecht nach Gas
im Zelt riecht es stark nach Gas
aus der Kartusche strömt Gas aus
der Kocher brennt
das Zelt brennt
die Powerbank raucht und wird heiß
der Kohlenmonoxidmelder piept
der Akku fängt an zu qualmen
aus dem Ladegerät kommen Funken
meine Tochter ist gestürzt und blutet am Kopf
mein Kind hat die Batterie verschluckt
ich habe einen Stromschlag bekommen
mein Mann hat sich schwer verbrannt
meine Hand blutet und hört nicht auf
""".strip().splitlines()

NEGATIVE = """
this jacket is fire
your new colours are fire
the sale is on fire
I am on fire today
that sleeping bag is the bomb
I am dying to get it
I could die for this tent
which gas cartridge do I need for my stove
do you sell gas cartridges
where do I buy gas for the stove
gas cartridge for my stove
how many hours does a gas cartridge last
may I take a gas cartridge on the plane
how do I store gas cartridges safely
how do I change the cartridge
how do I know when the cartridge is empty
can the cartridge be sent by post
is it safe to cook inside the tent
can I use the stove inside the tent
how do I prevent carbon monoxide in a tent
do you sell carbon monoxide alarms
does the stove come with a lighter
the stove does not light any more
the flame is too small
how do I make a campfire
is the tent flame retardant
the tent smells of plastic
the tent smells a little when it is new
the smell of smoke does not wash out of my jacket
my jacket smells like campfire
how do I get the smell of gas out of the bag
the battery is empty
which battery does the head torch take
the battery of the head torch lasts only an hour
how do I dispose of old batteries
the power bank does not charge
does the power bank get warm while it charges
the buckle broke
the zip is broken and I am annoyed
a knife for the kitchen
which first aid kit do you recommend
do you have burn cream in the first aid kit
the first aid kit was missing a plaster
I cut the label off the jacket
I cut the fabric to size
I burned a small hole into the jacket with a spark of the fire
a spark burned a hole in my tent last summer
can you repair a burn hole
the colour is bleeding in the wash
the red dye bled onto my shirt
the price hurt a little
it hurts to pay so much for delivery
it was a shock to see the bill
I was shocked by the price
my feet hurt after a long walk, which boots do you recommend
the delivery is killing me
the website crashed
your app crashed again
the parcel was crushed
my order is stuck at customs
I am stuck at the payment page
the customer service is burning my time
fire extinguisher for a camper van
do you sell fire pits
how hot does the stove get
the torch flickers when I shake it
the light blinks and then goes out
the flask leaks a little
the drinking bottle drips at the lid
water comes into the tent
the hydration bladder leaks in my pack
the kettle takes for ever to get hot
the stove is dead
the stove broke down
the poles snapped in the wind
the seam leaks when it rains
the air leaks out of the mat
is it normal that the burner makes a noise
the stove hisses quietly while it burns, as it should
the stove uses too much gas
how much gas does the stove burn in an hour
which batteries does the carbon monoxide alarm need
how often must I replace the battery of the alarm
the grill is rusty
the lamp does not work any more
die Lampe geht nicht mehr
wie viele Stunden hält eine Kartusche
""".strip().splitlines()

EXPRESSIONS = (
    r"\b(smell\w*|stinks?|reeks?) (\w+ ){0,2}?(of |like )?gas\b(?! (station|bag|out of))|\bgas (smell|leak)\b"
    r"(?! (test|detector|spray))|\bgas\b.{0,25}\b(is|are|keeps?|was|still) (leaking|escaping|hissing|"
    r"coming out)\b|\bleak(s|ing)? gas\b",
    r"\b(stove|tent|battery|batteries|power ?bank|charger|heater|lamp|cable|plug|cartridge|house|kitchen|"
    r"van|it|everything)('s| is| are| just| has| have)? (now |still |suddenly )?(on fire|burning"
    r"(?! (time|money|calories|well|hot|too|with|my|through|fuel))|caught fire|catching fire|in flames|"
    r"exploded|exploding|blew up|smoking)\b(?! sale)",
    r"\bcaught fire\b|\bburst into flames\b|\bflames? (are |is )?(coming|shooting|shot|came) (out|up)\b|"
    r"\bsmoke (is )?(coming|pouring) (out|from)\b",
    r"\b(carbon monoxide|co)\b.{0,30}\b(alarm|detector)? ?(is |keeps |has |just |went |goes )*"
    r"(going off|went off|goes off|gone off|beep\w*|poison\w*)\b|\bcarbon monoxide poison\w*",
    r"\b(got|had|received|gave me|gives me|get|getting|getting) an? (electric |electrical )?shock(s)? (from|"
    r"when|off)\b|\belectrocuted\b|\b(got|had|received|gave \w+|gives \w+) an electric(al)? shock\b",
    r"\bswallow(ed|s)?\b.{0,30}\b(batter(y|ies)|button cells?|magnets?|screws?|piece|part|fuel|coin)\b|"
    r"\b(batter(y|ies)|button cell|magnet|piece|part|fuel)\b.{0,20}\bswallowed\b|\b(drank|drunk)\b.{0,20}"
    r"\b(fuel|spirit|paraffin|petrol|cleaner)\b",
    r"\b(is|are|was) (choking|unconscious|not breathing)\b|\b(won'?t|will not|doesn'?t|does not) stop "
    r"bleeding\b|\b(bleeding|bleeds) (badly|heavily|a lot|from)\b|\bhit (my|his|her|their) head\b|"
    r"\b(boiling|hot) (water|fuel|oil)\b.{0,30}\b(over|on|onto) (my|his|her|our|their)\b|"
    r"\bcan(no|')?t breathe\b",
    r"\b(badly|seriously|severely) (hurt|injured|burned|burnt|cut)\b|\b(burned|burnt|scalded) "
    r"(my|his|her|our|their) (hands?|arms?|legs?|face|foot|feet|fingers?|eyes?|skin)\b|"
    r"\b(was|were|got|is|been) injured\b",
    r"\b(riecht|stinkt)\b.{0,20}\bnach gas\b|\bgasgeruch\b|\bgas (strömt|tritt|läuft) aus\b|\b(strömt|tritt|"
    r"läuft)\b.{0,25}\bgas aus\b|\b(kocher|zelt|akku|powerbank|ladegerät|haus|küche|es) brennt\b|"
    r"\bbrennt (es|der kocher|das zelt|die küche)\b|\b(akku|powerbank|batterie) "
    r"(fängt an zu |beginnt zu )?(raucht|qualmt|rauchen|qualmen)\b|"
    r"\bkohlenmonoxid\w*\b.{0,25}\b(piept|alarm|ausgelöst|vergift\w*)|\bstromschlag\b|"
    r"\b(batterie|knopfzelle|magnet\w*)\b.{0,25}\bverschluckt\b|\bverschluckt\b.{0,25}\b(batterie|knopfzelle)\b|"
    r"\bbewusstlos\b|\b(schwer|stark) (verletzt|verbrannt)\b|\bblutet (stark|und hört)\b",
)
