"""A turn that shows that somebody is not content: with the answer, the product, or us."""

POSITIVE = """
this is not what I asked for
that is not what I meant
no, that is wrong
that does not help me at all
you did not understand me
you keep giving me the same answer
I already told you that
I have asked you this three times now
why do I have to repeat myself
I said Monday, not Tuesday
that is too late for me, find something else
none of these fit
I don't like any of those, show me something else
is there nothing better than that
no, I wanted the other one
that is not the one I meant
no, for four people, not two
try again
check again please
search again with another date
can you look once more
that did not work
it still does not work
I am still waiting
nothing has happened since last week
nobody answers my mails
this takes far too long
I waited all day for nothing
you promised that it would be here yesterday
again the wrong size
this is the second time that it broke
it fell apart after one day
the quality is terrible
what a waste of money
I am very disappointed
I am not happy with this
this is ridiculous
this is unacceptable
I am fed up
I have had enough of this
this is a joke
your service is awful
you are useless
this bot is stupid
what a stupid answer
that makes no sense
are you kidding me
I hate this
this sucks
worst company ever
I will never buy from you again
you people are incompetent
how can you be so slow
how hard can it be
this is so annoying
it drives me mad
I am angry
I am really upset about this
shame on you
you lied to me
what a disgrace
I feel cheated
that is a rip-off
too expensive for what it is
I want my money back, this is rubbish
that is not good enough
no, I do not want that
that is no use to me
forget it
never mind, you cannot help me
this is going nowhere
you are wasting my time
stop sending me this
he is an idiot
what an awful thing to say
that was a terrible decision
I can't stand him
that's disgusting
they should be ashamed of themselves
shut up
nobody cares
this is so frustrating
unfortunately that is not right
sorry, but that is incorrect
so disappointed, second time the wrong colour was sent
I expected better from you
really not impressed with how this was handled
honestly this is a bit of a let down
third email and still no reply
not what I paid for at all
the jacket looks nothing like the photo
I've been a customer for ten years and never had service like this
what a mess
you said two days, it has been nine
I took a day off work and nobody came
why does this always happen to me with your parcels
it arrived late and in the wrong size, great
I am losing patience here
yet another broken zip, sigh
this is getting silly now
poor quality for that price
very unhappy with the tent, it let water in on the first night
I regret ordering from you
I feel let down
come on, seriously?
pretty disappointed in the boots, they fell apart after a week
absurd, just absurd
I had hoped for a quicker answer than this
not happy at all with the way I've been treated
that's a real shame, we were looking forward to using it
fourth time I am writing about the same thing
the colour is totally different from the website
I have never waited this long for a parcel
what a shambles
you promised a call back yesterday and no one rang
my daughter's birthday present came too late because of you
every single time something goes wrong
oh brilliant, the wrong one again
I'm running out of patience
how can a new pack rip on day one
this is beyond a joke
cheap stitching, I thought you were better than that
the worst rucksack I have ever owned
I won't be ordering here again
so annoyed right now
wow. just wow. no apology, nothing
bitterly disappointed with your repair
this is the second time you have sent me the wrong thing
my parcel is late again and nobody tells me anything
I'm honestly a bit fed up now
the straps came loose on the very first hike, not great
two weeks and not a single answer
you keep sending me in circles
I can't believe how badly this was packed
unacceptable that I have to chase you for this
it was supposed to be here for Easter, now it's useless to me
what kind of service is this
I paid a fortune and it leaks like a sieve
no one seems to know what they are doing over there
feels like you don't care about your customers
I've had nothing but trouble with this stove
sent the wrong size twice, how hard can it be
that was the last thing I order from you
we are really unhappy with how this went
I wasted a whole afternoon on your returns form
I'm gutted, the tent was torn when I opened it
another week, another excuse
honestly this is embarrassing for a company your size
so frustrating, I have explained this three times
""".strip().splitlines()

NEGATIVE = """
thank you very much
thanks, that is perfect
great, that works for me
that sounds good
yes, please do that
yes, that is correct
I like that one
that suits me well
wonderful, thanks a lot
awesome
this is the best tent I ever had
I love it
I am very happy
congratulations
I hope you have a nice day
have a great weekend
I am looking for a restaurant in the city
I would like to book a table for two
please find me a flight to Paris
I need a ticket for Monday
what is the address and the phone number
how much does it cost
what time does it open
is there parking
does it have wifi
what is the weather going to be like
in the morning would be good
for two people please
a cheap place in the centre
any area is fine
on Friday at six
what is the rating
who directed the film
tell me more about it
do you have something with music
can you recommend a film
I like comedies
I watched it last week with my friends
I'm going there next summer
my friend told me about it
that is interesting
I agree with you
I think so too
maybe you are right
I wonder how it works
that is funny
lol that made me laugh
he is a great player
she did a really good job
I can't wait to see it
happy birthday
I am so proud of you
good luck
that is a fair question
it was on the news yesterday
I didn't know that
no thanks, that is all
no, that is everything I need
no, thank you for your help
no problem
no worries
not now, thanks
that will be all
bye
where is my order
how do I return it
my tent leaks, what can I do
the zip is stuck
I want to cancel my order
no, not now
no, not yet
you are not wrong
no, nothing else
ask me again later
what did you say
how do I return a jacket that is too small
do you sell kayaks?
is the second pole included
my order came today, thank you
can I change the colour of my order
the tent costs 79 pounds, is that right
how much do you charge for repairs
what is the difference between the two jackets
I would like to pay by card instead of invoice
I ordered the blue one and would like the green one
how many days does delivery take
can I use two discount codes
when is my refund coming
is shipping free over 50 pounds
the zip is stuck, how do I loosen it
my son grew, can I exchange for a bigger size
could you send me the invoice for my order
I got a parcel that was meant for my neighbour
ok that makes sense, thanks
which gas does the stove need
do you price match
what time do you close today
can I have it sent to my office
is there a charge for returns
do I get 10 percent off as a student
I paid with a gift card, can I still return it
how long until the money is back on my card
does the tent come with pegs
I need a second sleeping mat, same as the first
how do I wash the jacket
can you gift wrap it
my address has changed
I forgot my password
are the boots waterproof
what does the warranty cover
the colour in the photo looks green, is it green
we are 30 people, is there a discount
the payment page does not load
please cancel the second item
how do I charge the head torch
the pole is bent, can it be mended
that was quick, great
do you have this in red
do you have gift cards
which tent is best for winter
I would like to send back two items from one order
how heavy is the Fell 2
thanks, I will try that
can you tell me when my parcel arrives
my boots are size 42, do I need 43
can I pick a delivery day
what is your phone number
the instructions say 20 minutes, is that enough
is 60 pounds the price for both
I bought it in March, is it still under warranty
how much does the repair cost
do you charge for the second delivery attempt
I want to order 12 lamps for our scout group
can I get a copy of my receipt
does the discount apply to sale items
how can I pay
not sure which size to take
I have two addresses in my account, which one is used
good morning, I have a question about washing
is it possible to add a pole to my order
""".strip().splitlines()

# What disappointed people say, whatever it is about.
EXPRESSIONS: tuple[str, ...] = (
    r"(?<!not )(?<!never )(?<!hardly )\b(disappoint(ed|ing|ment)|let.?down)\b(?! (the|my|your))",
    r"\bexpect(ed)? (so much |a lot |much |far )?(better|more) (from|of)\b|\bhoped for (better|more)\b",
    r"\bnot (at all |very |really |too |best )?(impressed|pleased|amused|satisfied|acceptable|good enough)\b",
    r"\bwhat an? (\w+ )?(mess|joke|shambles|farce|disgrace|nightmare|waste|disaster)\b|\bbeyond a joke\b",
    r"\b(this|that|it) is (just |so |really |getting |quite |utterly |completely )*(ridiculous|absurd|"
    r"ludicrous|laughable|silly|a joke|unbelievable|shocking|appalling|pathetic)\b",
    r"\b(losing|lost|running out of|out of) (my |our |all |the )?(patience|faith|trust)\b",
    r"\bregret(ting|ted)? (ever )?(ordering|buying|choosing)\b|\bthanks for nothing\b",
    r"\b(won.t|will not|will never|never) (be )?(order|buy|shop)(ing)?\b[^.!?]{0,40}\bagain\b",
    r"\bstill (no (reply|answer|response|news|word)|waiting)\b|\b(no|not a|not one) (word of )?apology\b",
    r"\b(nobody|no one) (ever |even )?(turned up|rang|called|replied|answered|responded|got back|cares)\b",
    r"\byou (promised|assured|swore|guaranteed)\b|\b(every|each) single time\b",
    r"\b(fell|falling|falls|fallen) (apart|to pieces|to bits)\b|\b(looks?|is) nothing like the\b",
    r"\b(poor|shoddy|terrible|awful|lousy|dreadful|appalling|disgraceful|abysmal) (\w+ )?(quality|service|"
    r"stitching|workmanship|experience|communication|support|handling|packaging)\b",
    r"\b(so|very|really|quite|pretty|extremely|bitterly) (annoy(ed|ing)|upset|unhappy|frustrat(ed|ing)|"
    r"dissatisfied)\b",
    r"\b(sehr|so|wirklich|ziemlich) (enttäuscht|ärgerlich|verärgert|unzufrieden|sauer)\b|"
    r"\bdas ist (doch )?(lächerlich|ein witz)\b",
)
