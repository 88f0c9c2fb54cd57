"""Money or an account may be in a stranger's hands."""

POSITIVE = """
there is a charge on my card that I did not make
I see a transaction I don't recognise
somebody bought things with my credit card
I did not authorise this payment
there is a fraudulent charge on my account
a payment from a shop I have never heard of is on my statement
I want to report fraud
I need to report suspicious activity on my card
this purchase was not me
an unknown payment to a game shop shows up in my account
there is a bogus charge from a petrol station on my card
a strange withdrawal was made from my account
money is missing from my account
my card was stolen
I lost my card
I have lost my credit card, what should I do
my wallet was stolen with all my cards
my debit card is gone
please block my card
I need to block my bank card right away
freeze my account
please freeze my bank account now
can you put a hold on my account
put a stop on my card
lock my account immediately
I want my account blocked because somebody got in
my account was hacked
someone logged in to my account from another country
somebody changed my password and my email address
I cannot get in because a hacker took over my account
I got a login alert that was not me
I think my password was stolen
I gave my password to a caller who said he was from you
I clicked on a link in a phishing mail and entered my details
I got an email that pretends to be from you and asks for my card number
is this text message about a parcel fee a scam
I think I was scammed
I paid a fake shop that uses your name
a fake website sells your products
somebody ordered in my name
a stranger is using my identity
my identity was stolen
my gift card code was used by somebody else
the card I reported lost was used again
I shared a one-time code with a caller
my credit card was cloned
someone has access to my account and is spending my money
there are orders in my account that I did not place
an order confirmation came for something I did not order
my card details were leaked
how do I report a stolen card
who do I tell that my card is lost
I found a security hole in your website
my phone with the banking app was stolen
the atm kept my card and money is gone
I am being blackmailed with my data
a caller wanted remote access to my computer
I noticed unauthorised purchases
my card is missing and I am afraid that it is being used
unfamiliar transactions keep coming up on my bank statement
wrongful charge that I never approved
mein Konto wurde gehackt
meine Karte wurde gestohlen
da ist eine Abbuchung, die ich nicht kenne
bitte sperren Sie meine Karte
""".strip().splitlines()

NEGATIVE = """
how do I change my password
I forgot my password
how do I turn on two-factor login
what cards do you accept
can I pay by credit card
my credit card was declined
my card was declined
why was my card declined
my card was declined when I wanted to pay, what can I do
my card was rejected at the checkout
your shop does not accept my card
my payment was refused, and I do not know why
the payment by card does not go through
the chip of my card is worn and terminals no longer read it
my card is bent and I need another one
my card expires next month, how do I update it
how do I get a new card
activate my card
what is my card limit
what is my account balance
show me my transactions
how much did I spend on restaurants
when is my card bill due
how do I open a bank account
transfer money from my account
my card is damaged
my loyalty card points are missing
I lost my luggage
I lost the tent pegs
I lost my receipt
my phone is lost, where is it
the parcel was lost
my tent was stolen from the campsite, can I buy a replacement
freeze-dried food
my screen freezes
the app freezes
how do I freeze my membership during winter
the lock of the zip is broken
lock the stove's valve
how do I block a user
your newsletter ends up in my spam folder
our mail server holds your messages back as spam
how to block notifications
is your shop safe
do you have a fraud protection product
the security deposit for rented gear
security check at the airport
how do I log out
why was I charged a delivery fee
I was charged twice for one order
cancel the transfer
what is the interest rate of my credit card
I would like a higher credit limit
can I use the card abroad
I forgot my PIN
how do I get my PIN code back
reset my PIN
report a problem with a payment
I want to report an error with the registration
what does a cash withdrawal cost
is there a fee for withdrawals
cancel my free account
I made a mistake when I paid
you are a scam
this shop is a useless scam
what a scam of a company, never again
you are a bunch of scammers and I have had enough
""".strip().splitlines()

EXPRESSIONS = (
    # "You are a scam" is an insult, and anger has a rule of its own.
    r"^(?!.*\b(you|this|it|that|shop|company|site|service)('?re| are|'?s| is) (\w+ ){0,4}scam)"
    r"(?!.*\bwhat a scam\b).*\bscam\w*\b",
    r"\b(fraud\w*|phish\w+|identity theft|hacked|hacker\w*|blackmail\w*|skimm(ed|ing))\b",
    r"\b(stolen|lost|missing|stole|steal\w*|theft of)\b.{0,30}\b(credit|debit|bank|visa|mastercard|amex|"
    r"atm|my) ?(express )?card\b|"
    r"\b(my|credit|debit|bank|visa|mastercard|the) card\b.{0,15}\b(was|is|got|as|has been|been|being)?"
    r" ?(stolen|lost|missing|gone|cloned)\b|"
    r"\b(lost|misplaced) (my )?(\w+ ){0,2}card\b(?! reader)|\breport (a |my )?(lost|stolen)\b|"
    r"\breport (a |my |the )?(\w+ ){0,3}card (as )?(lost|stolen|missing)\b",
    r"\b(freeze|lock|block|put a (stop|hold|block|freeze) on|halt|disable)\b.{0,20}"
    r"\b(bank|my|checking|savings) ?(\w+ ){0,2}(account|card)\b|"
    r"\b(account|card)s? (to be |be |needs to be |immediately |should be )*(frozen|locked|blocked)\b",
    r"\b(un-?authori[sz]ed|suspicious|unknown|bogus|unrecogni[sz]ed|unfamiliar|strange|weird|shady)\b"
    r".{0,15}\b(charges?|transactions?|purchases?|payments?|activit\w+|login\w*|sign-?ins?|access|orders?|"
    r"withdrawals?|debits?)\b",
    r"\b(charge|transaction|purchase|payment|order|withdrawal)s?\b.{0,40}\b(i|we) (did ?n.?t|did not|"
    r"never|have not|haven.?t|do ?n.?t|do not) (\w+ )?(make|made|authori\w+|recogni\w+|place\w*|approve\w*|"
    r"know|order\w*|do|done|remember)\b",
    r"\b(not|never|n't) (made|authori[sz]ed|placed|approved|done|ordered) by (me|us)\b|"
    r"\b(did ?n.?t|did not|never) (make|authori[sz]ed?|made|place|approved?) (this|that|the|any|a|these|"
    r"those)? ?(\w+ )?(charge|transaction|purchase|payment|order|withdrawal)s?\b",
    r"\b(some ?one|some ?body|stranger|thie\w+) (else )?(has |is |was |got |used |using |hack\w* |stole )"
    r".{0,20}\bmy (account|card|identity|password|name|details|money|wallet)\b",
    r"\b(gehackt|betrug\w*|betrogen|phishing|missbrauch\w*)\b|\bkarte\b.{0,20}\b(gestohlen|verloren|"
    r"gesperrt|sperren)\b|\bkonto\b.{0,15}\b(sperren|gesperrt|gehackt)\b",
)
