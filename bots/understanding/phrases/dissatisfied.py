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
that is not correct, please change it
das ist nicht, was ich gefragt habe
das hilft mir nicht
ich warte immer noch
das ist eine Frechheit
ich bin enttäuscht
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
""".strip().splitlines()

EXPRESSIONS: tuple[str, ...] = ()
