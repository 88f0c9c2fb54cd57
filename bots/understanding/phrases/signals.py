"""What makes a message urgent or a matter for people: outage, deadline, safety, leaving, billing."""

OUTAGE = """
your website is down
the site does not load for anybody
the whole system is down
nothing works any more, none of our staff can log in
our shop is offline because of you
we have a complete outage
the service has been unavailable for an hour
the server is not responding
all our users are locked out
we cannot work because your system is not available
production is down
the app does not start for anyone in our company
your checkout is broken for everyone
error 500 on every page
service unavailable since this morning
is there an outage right now
nobody can place an order in our store
all our terminals stopped working
the connection is gone for the entire office
die Seite ist nicht erreichbar
das ganze System ist ausgefallen
""".strip().splitlines()

NOT_OUTAGE = """
I cannot log in
the zip does not work
my stove does not light
my code does not work
the link in the mail does not work for me
how do I turn notifications off
my parcel did not arrive
the app crashes when I upload a picture
is the shop open today
how do I shut down the server
the tent went down in the storm
fill power of down
down sleeping bag
error message when I run the script
""".strip().splitlines()

DEADLINE = """
I need it by tomorrow
it has to be here before Friday
we leave tomorrow morning
our trip starts in two days
my flight is in three hours
the event is this weekend and nothing has arrived
this is urgent
it is very urgent, please hurry
I need this as soon as possible
I need an answer today
please answer quickly, it can't wait
there is no time left
the deadline is tonight
my offer expires today
this is an emergency, I need it now
we start guiding on Saturday and need the tents before
the wedding is tomorrow
I must have it within the hour
it is time critical
time is running out
it's last minute, I know
ich brauche es dringend
es muss bis morgen da sein
wir fliegen übermorgen
bitte sofort, es eilt
""".strip().splitlines()

NOT_DEADLINE = """
how long does delivery take
when will it arrive
do you deliver on Saturdays
what is the last day to return it
until when can I send it back
when does the sale end
when is the deadline of the homework
is there express delivery
no hurry
it is not urgent
take your time
whenever you can
I bought it yesterday
I need a tent for next summer
set a reminder for tomorrow
what is the weather tomorrow
book a table for tonight
I need it for two days
I need it until the eleventh
I need it at a quarter to one
I need a table for tomorrow at six
I want to leave on Monday morning
what time does the event start
when does the film begin
when is the next bus
""".strip().splitlines()

SAFETY = """
the stove exploded
the gas bottle leaks
it smells of gas
there is a gas leak
the stove caught fire
the battery is smoking
my tent burned down
flames came out of the valve
I got an electric shock from it
the carabiner broke while I was climbing
the rope tore under load
my child could have choked on it
someone was hurt by your product
the power bank is getting so hot that it melts
the carbon monoxide alarm went off in the tent
it nearly killed us
the chair collapsed and my father was injured
this product is dangerous
I was almost hurt because the strap snapped
the harness buckle opened by itself
sparks fly out of the plug
aus dem Kocher tritt Gas aus
der Kocher ist explodiert
es riecht nach Gas
""".strip().splitlines()

NOT_SAFETY = """
which gas fits the stove
how do I store gas bottles safely
is the tent fire retardant
how do I light the stove
the stove does not light
does the stove get hot
can I fly with a power bank
what is the weight limit of the chair
the strap is loose
the seam is torn
the zip broke
smell of the new tent
is it safe for children
campfire recipes
is my payment safe
the sale is on fire
put more gas on the list
the film has a shooting in it
that was a dangerous stunt in the film
""".strip().splitlines()

CANCEL = """
I want to cancel my contract
cancel my subscription
please cancel my membership
I am leaving you for another company
I want to terminate the contract
I want to end my subscription
I am going to switch to your competitor
close my account for good
I no longer want to be your customer
I quit, cancel everything
how do I cancel my plan
stop my subscription
do not renew my subscription
I do not want to renew
I am thinking about cancelling
I would like to give notice
how can I get out of the contract
end my membership at the end of the month
delete my account, I am going elsewhere
I will take my business elsewhere
we are moving to another supplier
I am done with you
ich möchte kündigen
ich kündige mein Abo
bitte kündigen Sie meinen Vertrag
ich will den Vertrag beenden
""".strip().splitlines()

NOT_CANCEL = """
cancel the alarm
cancel my reservation at the restaurant
cancel my order
can I cancel an order
I want to change my order
how do I unsubscribe from the newsletter
how do I renew my subscription
how do I close the ticket
close the tent door
close the window
end the call
stop the music
delete a message
quit the program
how do I leave a group
the event was cancelled
my flight was cancelled
when does my contract end
what is your cancellation policy
noise cancelling
switch to dark mode
cancel my newsletter subscription
stop the newsletter subscription
what does it cost to cancel
what is the cancellation fee
how do I cancel the order that I placed yesterday
""".strip().splitlines()

OUTAGE_EXPRESSIONS = (
    r"\b(site|website|web ?shop|shop|app|system|service|server|servers|platform|portal|checkout|"
    r"everything|production|network|page) (is|are|was|has been|went|seems|appears)( all| completely| to be| "
    r"totally| currently)* (down|offline|unreachable|unavailable|dead)\b(?! jacket)",
    r"\b(outage|service unavailable|downtime|error 50[0-4]|50[0234] (error|bad gateway)|"
    r"bad gateway|gateway timeout)\b",
    r"\b(nobody|no one|none of (us|our \w+)|all (of )?(us|our \w+)|everyone|everybody|the whole \w+) "
    r"(here )?(can|can.?t|cannot|is|are|at) (log ?in|locked out|access|work|order|connect|unable)",
    r"\b(ausgefallen|ausfall|nicht erreichbar|störung)\b",
)
DEADLINE_EXPRESSIONS = (
    r"\b(urgent(ly)?|asap|a\.s\.a\.p|as soon as possible|emergency|time[- ]critical|right now|"
    r"immediately|at once|straight away|hurry)\b(?<!no hurry)(?<!not urgent)",
    r"\b(need|needs|must|has to|have to|should) .{0,40}\b(by|before|until|no later than|within) (the )?"
    r"(tomorrow|tonight|today|monday|tuesday|wednesday|thursday|friday|saturday|sunday|noon|weekend|"
    r"(an |\d+ |one |two |three |a few )?(hours?|days?|minutes)|end of (the )?(day|week))\b",
    r"\b(leave|leaving|fly|flying|flight|trip|travel\w*|wedding|event|departure|start\w*) "
    r"(is |are |starts? )?"
    r"(tomorrow|tonight|today|in (an?|one|two|three|\d) (hours?|days?))\b",
    r"\b(deadline|offer|time) (is |expires |ends |runs out )?(tonight|today|tomorrow|running out)\b",
    r"\b(dringend|eilt|eilig|sofort|so schnell wie möglich|schnellstmöglich|bis morgen)\b",
)
SAFETY_EXPRESSIONS = (
    r"\b(explod\w+|caught fire|on fire|went up in flames|burst into flames|gas leak|leak\w* gas|"
    r"gas is leaking|"
    r"smell\w* (of |like )?gas|electric shock|electrocut\w+|carbon monoxide|short[- ]circuit\w*|"
    r"smok(e|ing) (from|out of|coming)|got (hurt|injured|burned|burnt)|was (hurt|injured|burned)|"
    r"life[- ]threatening|call (an ambulance|911|112|999)|unsafe|hazard(ous)?)\b",
    r"\b(gas|stove|bottle|cartridge|battery|power bank|plug|charger|cable)\b.{0,25}\b(is |are |was |started "
    r"|keeps )?(leak(s|ing|ed)?|burning|melt(s|ing|ed)|smoking|sparks?|sparking|overheat\w*)\b",
    r"\b(explodiert|brennt|gasgeruch|riecht nach gas|gas aus|stromschlag|lebensgefahr|verletzt)\b",
)
CANCEL_EXPRESSIONS = (
    r"\b(?<!newsletter )(cancel\w*|terminat\w+|end|stop|quit|discontinue|close|delete|not renew|"
    r"don.?t renew)\b.{0,25}\b"
    r"(my|our|this|the) (?!\w*\s?news\w*)(\w+ )?(subscription"
    r"(?! (to|for|of) \w+ (\w+ )?news)|contract|membership|plan|policy|auto[- ]?renewal|service)\b",
    r"\b(switch(ing)?|mov(e|ing)|go(ing)?|chang(e|ing)) (over )?to (a|your|another|the) "
    r"(competitor|competition|other (company|provider|shop|supplier)|(different|another) "
    r"(company|provider|shop|supplier))|\btake my (business|money|custom) elsewhere\b|"
    r"\b(another|a different|new) (provider|supplier)\b",
    r"\b(kündig\w+|vertrag (beenden|auflösen)|abo (beenden|stornieren))\b",
)
